// Which settings belong to a plugin: those of its own file, and those that are read again when it is loaded.
#pragma once

#include "troupe/actors/config.hpp"

#include <string>
#include <string_view>

namespace troupe::config {

/// What the keys of a plugin begin with: "auth.http." of emqx_auth_http, "plugin.mine." of one in a library.
/// Empty: it has none.
std::string head_of_keys(std::string_view plugin);

/// Why a key in the file of a plugin stops the start, though it belongs to another one: there EMQ X has
/// something that is to decide who may connect. Null: it does not.
const char* refused_in_file_of(std::string_view plugin, std::string_view key) noexcept;

/// Whether the file of that name may belong to a plugin of EMQ X that is not there.
bool may_be_elsewhere(std::string_view plugin);

/// Whether its settings can be read again while the broker runs. Those of others count from the start of the
/// broker on.
bool can_be_read_again(std::string_view plugin);

/// Brings the settings of that plugin from one to the other.
void copy_plugin_settings(std::string_view plugin, const settings& from, settings& to);

} // namespace troupe::config
