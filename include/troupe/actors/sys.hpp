// The broker's figures as `$SYS` topics.
#pragma once

#include "troupe/actors/gauges.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace troupe {

struct directory;
struct settings;

/// Publishes what reference/observability.md section 3 lists below `$SYS/brokers`, and the names of Mosquitto
/// that monitoring tools read, below `$SYS/broker` and retained, when their values change.
///
/// `broker.sys_heartbeat` is the period of uptime and datetime, `broker.sys_interval` that of the rest; the
/// first publication comes one period after the call, but for Mosquitto's, which come at once. What is not
/// retained is made only while somebody subscribes to a topic of `$SYS`.
///
/// `where` needs the routers, the metrics and the monitor.
sys_actor spawn_sys(caf::actor_system& system, const directory& where, std::shared_ptr<const settings> config,
                    std::shared_ptr<const node_gauges> gauges);

} // namespace troupe
