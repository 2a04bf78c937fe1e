// Sums of what the shards count.
#pragma once

#include "troupe/actors/gauges.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <vector>

namespace troupe {

/// Answers `metrics_query` and `stats_query` with live figures (names: reference/observability.md sections 1
/// and 2). A shard that stays silent for five seconds is left out; when nobody answers, the request fails
/// with an error.
metrics_actor spawn_metrics(caf::actor_system& system, std::vector<router_actor> routers,
                            route_table_actor routes, retainer_actor retainer, rules_actor rules,
                            std::shared_ptr<const node_gauges> gauges);

} // namespace troupe
