#include "plugin_keys.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::config {

namespace {

struct keys_of_plugin {
  std::string_view plugin;
  std::string_view head;
  void (*copy)(const settings& from, settings& to); // null: they count from the start of the broker on
};

template <auto member>
void copy_member(const settings& from, settings& to) {
  to.*member = from.*member;
}

template <auth_users_of which>
void copy_users(const settings& from, settings& to) {
  to.auth.of(which) = from.auth.tables[static_cast<std::size_t>(which)];
}

void copy_mnesia(const settings& from, settings& to) {
  copy_users<auth_users_of::mnesia>(from, to);
  to.auth.mnesia_by_clientid = from.auth.mnesia_by_clientid;
}

constexpr keys_of_plugin table[] = {
    {"emqx_auth_clientid", "auth.client.", copy_users<auth_users_of::clientid>},
    {"emqx_auth_http", "auth.http.", copy_member<&settings::auth_http>},
    {"emqx_auth_jwt", "auth.jwt.", copy_member<&settings::auth_jwt>},
    {"emqx_auth_ldap", "auth.ldap.", copy_member<&settings::auth_ldap>},
    {"emqx_auth_mnesia", "auth.mnesia.", copy_mnesia},
    {"emqx_auth_mysql", "auth.mysql.", copy_member<&settings::auth_mysql>},
    {"emqx_auth_pgsql", "auth.pgsql.", copy_member<&settings::auth_pgsql>},
    {"emqx_auth_redis", "auth.redis.", copy_member<&settings::auth_redis>},
    {"emqx_auth_username", "auth.user.", copy_users<auth_users_of::username>},
    {"emqx_bridge_mqtt", "bridge.mqtt.", copy_member<&settings::bridges>},
    {"emqx_delayed_publish", "delayed.", nullptr},
    {"emqx_management", "management.", nullptr},
    {"emqx_prometheus", "prometheus.", nullptr},
    {"emqx_psk_file", "psk.file.", copy_member<&settings::psk>},
    {"emqx_recon", "recon.", copy_member<&settings::recon_gc_interval>},
    {"emqx_retainer", "retainer.", copy_member<&settings::retainer>},
    {"emqx_rule_engine", "rule_engine.", nullptr},
    {"emqx_sasl", "auth.scram.", nullptr},
    {"emqx_web_hook", "web.hook.", copy_member<&settings::web_hook>},
};

const keys_of_plugin* find(std::string_view plugin) noexcept {
  const auto* i =
      std::find_if(std::begin(table), std::end(table), [&](const auto& k) { return k.plugin == plugin; });
  return i == std::end(table) ? nullptr : i;
}

// As far as its name says.
bool in_library(std::string_view plugin) noexcept {
  return !plugin.empty() && plugin.find('.') == std::string_view::npos && find(plugin) == nullptr;
}

} // namespace

std::string head_of_keys(std::string_view plugin) {
  if (const auto* k = find(plugin))
    return std::string{k->head};
  return in_library(plugin) ? "plugin." + std::string{plugin} + "." : std::string{};
}

const char* refused_in_file_of(std::string_view plugin, std::string_view key) noexcept {
  if (plugin != "emqx_auth_mnesia")
    return nullptr;
  if (key.starts_with("auth.client."))
    return "is of emqx_auth_clientid, whose file it belongs into; users of emqx_auth_mnesia are "
           "auth.mnesia.<n>.login and .password, with auth.mnesia.as = clientid";
  if (key.starts_with("auth.user."))
    return "is of emqx_auth_username, whose file it belongs into; users of emqx_auth_mnesia are "
           "auth.mnesia.<n>.login and .password";
  return nullptr;
}

bool may_be_elsewhere(std::string_view plugin) { return in_library(plugin) && plugin.starts_with("emqx"); }

bool can_be_read_again(std::string_view plugin) {
  const auto* k = find(plugin);
  return k != nullptr ? k->copy != nullptr : in_library(plugin);
}

void copy_plugin_settings(std::string_view plugin, const settings& from, settings& to) {
  if (const auto* k = find(plugin)) {
    if (k->copy != nullptr)
      k->copy(from, to);
  } else if (const auto i = from.plugin_settings.find(plugin); i != from.plugin_settings.end()) {
    to.plugin_settings.insert_or_assign(i->first, i->second);
  } else if (const auto old = to.plugin_settings.find(plugin); old != to.plugin_settings.end()) {
    to.plugin_settings.erase(old);
  }
}

} // namespace troupe::config
