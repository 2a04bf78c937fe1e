// What the operating system says of this process and its machine.
#pragma once

#include "troupe/actors/gauges.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace troupe {

struct settings;

/// Answers `node_query` (the rows of `/brokers` and `/nodes`). Uptime counts from this call.
///
/// memory_total is the memory that the process has taken from the system: the heap's arenas and mappings, and
/// at least the resident set, which has the program and the stacks too. memory_used is what of it is in use:
/// all but what lies free in the heap.
monitor_actor spawn_monitor(caf::actor_system& system, std::shared_ptr<const settings> config,
                            std::shared_ptr<const node_gauges> gauges);

} // namespace troupe
