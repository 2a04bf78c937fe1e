#include "plugin.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace troupe {

namespace {

constexpr std::array<const char*, 4> types{"auth", "bridge", "feature", "protocol"};

const std::initializer_list<const plugin*> built_in{
    &auth_clientid_plugin, &auth_http_plugin,   &auth_jwt_plugin,        &auth_ldap_plugin,
    &auth_mnesia_plugin,   &auth_mysql_plugin,  &auth_pgsql_plugin,      &auth_redis_plugin,
    &auth_username_plugin, &bridge_mqtt_plugin, &delayed_publish_plugin, &management_plugin,
    &prometheus_plugin,    &psk_file_plugin,    &recon_plugin,           &retainer_plugin,
    &rule_engine_plugin,   &sasl_plugin,        &web_hook_plugin,
};

struct {
  std::vector<std::shared_ptr<const plugin>> libraries;
  std::vector<const plugin*> all{built_in};
} rows;

// EMQ X's own, of all versions 4 (reference/plugins-modules.md section 1).
constexpr std::string_view elsewhere[] = {
    "emqx",         "emqx_auth_mongo",     "emqx_coap",      "emqx_dashboard", "emqx_exhook",
    "emqx_exproto", "emqx_extension_hook", "emqx_lua_hook",  "emqx_lwm2m",     "emqx_sn",
    "emqx_statsd",  "emqx_stomp",          "emqx_telemetry",
};

} // namespace

const char* to_string(plugin_type type) noexcept { return types[static_cast<std::size_t>(type)]; }

std::span<const plugin* const> all_plugins() { return rows.all; }

void set_library_plugins(std::vector<std::shared_ptr<const plugin>> plugins) {
  rows.all = built_in;
  for (const auto& p : plugins)
    rows.all.push_back(p.get());
  rows.libraries = std::move(plugins);
}

const plugin* find_plugin(std::string_view name) noexcept {
  const auto i =
      std::find_if(rows.all.begin(), rows.all.end(), [&](const plugin* p) { return name == p->name; });
  return i == rows.all.end() ? nullptr : *i;
}

const plugin& plugin_of(plugin_kind kind) noexcept {
  return **std::find_if(rows.all.begin(), rows.all.end(), [&](const plugin* p) { return kind == p->kind; });
}

bool known_elsewhere(std::string_view name) noexcept {
  return std::find(std::begin(elsewhere), std::end(elsewhere), name) != std::end(elsewhere);
}

} // namespace troupe
