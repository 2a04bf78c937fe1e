// EMQ X's modules: what can be switched on and off while the broker runs.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace troupe {

class module_states; // actors/node/module_states.hpp

/// Starts with these states, which shards and topic metrics have already. A switch is answered when the store
/// has it and every shard works by it; one that cannot be kept does not happen. Code 110 says that a module
/// is on already, 111 that it is off, 112 that there is none of the name, 102 that its file is bad.
modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics, acl_actor acl, const module_states& states,
                            store_actor store);

} // namespace troupe
