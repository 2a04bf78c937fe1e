// Plugins: each built-in one has a file here that ends in a row, and library.cpp makes rows of those of third
// parties.
#pragma once

#include "../access/user_table.hpp"
#include "../backends/auth_back_end.hpp"
#include "troupe/actors/plugin_flags.hpp"
#include "troupe/actors/sink_messages.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

class io_loop;
struct node_gauges;
struct settings;

enum class plugin_type : std::uint8_t { auth, bridge, feature, protocol };

/// "auth".
const char* to_string(plugin_type type) noexcept;

/// What a plugin of authentication looks at.
struct auth_question {
  std::string_view client_id;
  std::optional<std::string_view> username;
  std::string_view password; // empty: none was sent
};

/// The users of the plugins whose users come by the API.
struct auth_users {
  access::user_table clientid, username, mnesia;
  bool mnesia_by_clientid = false; // auth.mnesia.as
};

/// What a plugin that is told of events may use.
struct sink_surroundings {
  caf::actor_system& system;
  const settings& config; // until it has started: it keeps what it needs
  alarms_actor alarms;
  std::shared_ptr<node_gauges> gauges;
  std::vector<router_actor> routers;
  store_actor store;
  std::shared_ptr<io_loop> loop; // of bridges
};

struct plugin {
  plugin_kind kind;
  const char* name;
  plugin_type type;
  const char* description;
  bool by_default; // loaded at the first start when the configuration does not say
  access::auth_decision (*authenticate)(const auth_users& users,
                                        const auth_question& q) = nullptr; // of type auth
  std::function<auth_back_end(const settings& config)> back_end = nullptr; // or this
  const char* version = TROUPE_VERSION;
  bool decides = true; // its back end is asked about each CONNECT
  // Starts its actor, and says which events that is told of; null: it has none. An exit message ends it.
  std::function<event_sink(const sink_surroundings& around)> start = nullptr;

  bool authenticates() const noexcept { return authenticate != nullptr || back_end != nullptr; }
};

/// All of them: the built-in ones by name, and those in libraries behind them.
std::span<const plugin* const> all_plugins();

/// Those in libraries, from now on. Only before any actor runs.
void set_library_plugins(std::vector<std::shared_ptr<const plugin>> plugins);

/// The plugin of that name, or null.
const plugin* find_plugin(std::string_view name) noexcept;
const plugin& plugin_of(plugin_kind kind) noexcept;

/// Whether EMQ X has a plugin, or an application, of that name: it is known, but not there.
bool known_elsewhere(std::string_view name) noexcept;

extern const plugin auth_clientid_plugin;
extern const plugin auth_http_plugin;
extern const plugin auth_jwt_plugin;
extern const plugin auth_ldap_plugin;
extern const plugin auth_mnesia_plugin;
extern const plugin auth_mysql_plugin;
extern const plugin auth_pgsql_plugin;
extern const plugin auth_redis_plugin;
extern const plugin auth_username_plugin;
extern const plugin bridge_mqtt_plugin;
extern const plugin delayed_publish_plugin;
extern const plugin management_plugin;
extern const plugin prometheus_plugin;
extern const plugin psk_file_plugin;
extern const plugin recon_plugin;
extern const plugin retainer_plugin;
extern const plugin rule_engine_plugin;
extern const plugin sasl_plugin;
extern const plugin web_hook_plugin;

} // namespace troupe
