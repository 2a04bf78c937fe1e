// The topics that the API watches.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace troupe {

/// Registers at most 512 topics with all shards and samples their counters once a second, while there are
/// any. `loaded` is false when the module is off: then nothing can be registered.
topic_metrics_actor spawn_topic_metrics(caf::actor_system& system, std::vector<router_actor> routers,
                                        bool loaded);

} // namespace troupe
