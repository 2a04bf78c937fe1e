// The built-in plugins: each has a file here that ends in a row. Nothing here knows of actors.
#pragma once

#include "../access/user_table.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace troupe {

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

struct plugin {
  plugin_kind kind;
  const char* name;
  plugin_type type;
  const char* description;
  bool by_default; // loaded at the first start when the configuration does not say
  access::auth_decision (*authenticate)(const auth_users& users,
                                        const auth_question& q) = nullptr; // of type auth
};

/// All of them, by name.
std::span<const plugin* const> all_plugins();

/// The plugin of that name, or null.
const plugin* find_plugin(std::string_view name) noexcept;
const plugin& plugin_of(plugin_kind kind) noexcept;

/// Whether EMQ X has a plugin, or an application, of that name: it is known, but not there.
bool known_elsewhere(std::string_view name) noexcept;

extern const plugin auth_clientid_plugin;
extern const plugin auth_mnesia_plugin;
extern const plugin auth_username_plugin;
extern const plugin delayed_publish_plugin;
extern const plugin management_plugin;
extern const plugin prometheus_plugin;
extern const plugin retainer_plugin;
extern const plugin sasl_plugin;

} // namespace troupe
