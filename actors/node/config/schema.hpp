// The table of settings: one row each. To add a setting, add a field to config.hpp and a row here.
#pragma once

#include "troupe/actors/config.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::config {

/// Stores a value; returns null, or a constant text that says what is expected instead.
template <class Target>
using setter = std::function<const char*(Target&, std::string_view value)>;

template <class Target>
struct row {
  std::string key; // for zones and listeners: what follows their name
  setter<Target> set;
  std::string default_text;
  std::string description;
  std::string global_key = {}; // zones: the key that gives the value for all zones, if there is one
};

/// Settings with a fixed key.
std::span<const row<settings>> global_rows();

/// Those of `management.*`, which are among them.
std::span<const row<settings>> http_rows();

/// Those of who is banned for what it does too often, alarms and the watch over the machine, which are among
/// them.
std::span<const row<settings>> watch_rows();

/// Those of links to other nodes, which are among them.
std::span<const row<settings>> cluster_rows();

/// What does not fit together in them; empty: all does.
std::string check_cluster(const settings& config);
std::string check_redis(const redis_settings& redis); // auth.redis.*

/// Those of emqx_web_hook; of schema_web_hook.cpp.
std::span<const row<settings>> web_hook_rows();

/// Those of plugins and of authentication, which are among them.
std::span<const row<settings>> auth_rows();

/// Those of plugins that ask back ends, which are among them.
std::span<const row<settings>> back_end_rows();

/// The users of a plugin: `auth.client.<n>.<key>` and so on.
struct auth_user_table {
  auth_users_of which;
  std::string head; // "auth.client."
  std::vector<row<auth_user>> rows;
};

std::span<const auth_user_table> auth_user_tables();

/// A user of `auth.scram.user.<n>`, until its password is hashed.
struct scram_user {
  std::string username, password;
};

/// A setting that does not fit another one.
struct mismatch {
  std::string key; // or what stands before the keys of a group
  std::string why;
};

/// All of them; of mismatches.cpp. What the files hold is seen when they are loaded.
std::vector<mismatch> mismatches(const settings& config);

/// `auth.scram.user.<n>.<key>`.
std::span<const row<scram_user>> scram_user_rows();

/// `bridge.mqtt.<name>.<key>`, and `bridge.mqtt.<name>.subscription.<n>.<key>`; of schema_bridges.cpp.
std::span<const row<bridge_settings>> bridge_rows();
std::span<const row<mqtt::client_settings::subscription>> bridge_subscription_rows();

/// `zone.<name>.<key>`, and the global keys behind them.
std::span<const row<zone_settings>> zone_rows();

/// `listener.<kind>.<name>.<key>`, of every kind; the address itself has the empty key.
std::span<const row<listener_settings>> listener_rows();

/// Those that only ssl and wss have.
std::span<const row<tls_settings>> tls_rows();

/// `listener.<kind>.<name>.sni.<n>.<key>`.
std::span<const row<tls_settings::host_certificate>> sni_rows();

/// `listener.<kind>.<name>.access.<n>`: appends the rule. Returns as a setter does.
const char* add_access_rule(std::vector<access_rule>& rules, std::string_view value);

/// Those that only ws and wss have.
std::span<const row<listener_settings>> websocket_rows();

/// A key of EMQ X 4 that has no meaning here, or none yet: accepted without effect. A name in `<>` stands for
/// one segment, `*` at the end for all that follow.
struct ignored_key {
  std::string_view key;
  std::string_view reason;
};

std::span<const ignored_key> ignored_keys();

/// Whether one of them stands for `key`.
bool known_without_effect(std::string_view key);

} // namespace troupe::config
