#include "plugin.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

constexpr std::array<const char*, 4> types{"auth", "bridge", "feature", "protocol"};

const plugin* const rows[] = {
    &auth_clientid_plugin, &auth_mnesia_plugin, &auth_username_plugin, &delayed_publish_plugin,
    &management_plugin,    &prometheus_plugin,  &retainer_plugin,      &sasl_plugin,
};

// EMQ X's own, of all versions 4 (reference/plugins-modules.md section 1).
constexpr std::string_view elsewhere[] = {
    "emqx",
    "emqx_auth_http",
    "emqx_auth_jwt",
    "emqx_auth_ldap",
    "emqx_auth_mongo",
    "emqx_auth_mysql",
    "emqx_auth_pgsql",
    "emqx_auth_redis",
    "emqx_bridge_mqtt",
    "emqx_coap",
    "emqx_dashboard",
    "emqx_exhook",
    "emqx_exproto",
    "emqx_extension_hook",
    "emqx_lua_hook",
    "emqx_lwm2m",
    "emqx_psk_file",
    "emqx_recon",
    "emqx_rule_engine",
    "emqx_sn",
    "emqx_statsd",
    "emqx_stomp",
    "emqx_telemetry",
    "emqx_web_hook",
};

} // namespace

const char* to_string(plugin_type type) noexcept { return types[static_cast<std::size_t>(type)]; }

std::span<const plugin* const> all_plugins() { return rows; }

const plugin* find_plugin(std::string_view name) noexcept {
  const auto i =
      std::find_if(std::begin(rows), std::end(rows), [&](const plugin* p) { return name == p->name; });
  return i == std::end(rows) ? nullptr : *i;
}

const plugin& plugin_of(plugin_kind kind) noexcept {
  return **std::find_if(std::begin(rows), std::end(rows), [&](const plugin* p) { return kind == p->kind; });
}

bool known_elsewhere(std::string_view name) noexcept {
  return std::find(std::begin(elsewhere), std::end(elsewhere), name) != std::end(elsewhere);
}

} // namespace troupe
