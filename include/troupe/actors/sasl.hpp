// The users of MQTT 5 enhanced authentication: those of the configuration, and those of the API.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct settings;

/// Key and record of each (sasl_record.hpp), as the store has them.
using stored_sasl = std::vector<std::pair<std::string, std::string>>;

/// Users that one node keeps at most; a further one is refused with code 102 ("too_many_users").
inline constexpr std::size_t most_sasl_users = 100'000;

/// Starts with the users of the store and `auth.scram.user.<n>`, which win, so that nobody is locked out by
/// what the API did. The routers have them before any socket. A change is answered when the store and every
/// shard have it; one that the store cannot keep is not made.
sasl_actor spawn_sasl(caf::actor_system& system, const settings& config, const stored_sasl& stored,
                      std::vector<router_actor> routers, store_actor store);

} // namespace troupe
