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

class acl_rows; // actors/node/acl_rows.hpp

/// The rules that the store has; what cannot be read is told in the log.
acl_rows read_stored_rules(const stored_acl& stored);

/// The users of the configuration are added to those of the store, which win. `order` is that of the loaded
/// plugins. What is changed is confirmed when the store has it; what cannot be kept is undone. Passwords are
/// kept hashed, and never logged. The acl actor is told of `rules` while emqx_auth_mnesia is loaded, whenever
/// they change, and of the back ends that decide about topics. `alarms` (null: none) learns of back ends that
/// are down. `config` must outlive the actor, which has to be ended by its exit message.
access_actor spawn_access(caf::actor_system& system, const settings& config, const stored_users& users,
                          const acl_rows& rules, const std::vector<plugin_kind>& order, store_actor store,
                          acl_actor acl, alarms_actor alarms);

} // namespace troupe
