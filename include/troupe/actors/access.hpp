// Who may connect: the chain of the plugins of authentication.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <caf/fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct settings;

/// Key and record of each (user_record.hpp), as the store has them.
using stored_users = std::vector<std::pair<std::string, std::string>>;
using stored_acl = std::vector<std::pair<std::string, std::string>>;

/// The users of the configuration are added to those of the store, which win. `order` is that of the loaded
/// plugins. What is changed is confirmed when the store has it; what cannot be kept is undone. Passwords are
/// kept hashed, and never logged.
access_actor spawn_access(caf::actor_system& system, const settings& config, const stored_users& users,
                          const stored_acl& rules, const std::vector<plugin_kind>& order, store_actor store);

} // namespace troupe
