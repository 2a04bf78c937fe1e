// EMQ X's modules: what can be switched on and off while the broker runs.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace troupe {

struct settings;

/// Starts with the modules that `config` has on. `rewrites` tells whether there are rewrite rules: shards
/// are spared the module without. A switch is answered when every shard works by it; it does not outlive the
/// process. Code 110 says that a module is on already, 111 that it is off, 112 that there is none of the
/// name.
modules_actor spawn_modules(caf::actor_system& system, std::vector<router_actor> routers,
                            topic_metrics_actor topic_metrics, const settings& config, bool rewrites);

} // namespace troupe
