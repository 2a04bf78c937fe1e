// EMQ X's modules: what can be switched on and off while the broker runs.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troupe {

class module_states; // actors/node/module_states.hpp
struct settings;

/// Starts with these states, which shards and topic metrics have already. A switch is answered when the store
/// (or the file `loaded_modules`, if there is a name of one) has it and every shard works by it; one that
/// cannot be kept does not happen. Code 110 says that a module is on already, 111 that it is off, 112 that
/// there is none of the name, 102 that its file is bad.
modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics, acl_actor acl, const module_states& states,
                            store_actor store, std::string loaded_file = {});

/// Name and record of each module that was switched (module_record.hpp): those of the store, or, once it is
/// there, of the file `modules.loaded_file`. A file that is wrong is an error, for the access rules may stand
/// behind its bad term; names that this version has not are told in the log.
std::vector<std::pair<std::string, std::string>>
switched_modules(const settings& config, std::vector<std::pair<std::string, std::string>> stored,
                 std::string& error);

} // namespace troupe
