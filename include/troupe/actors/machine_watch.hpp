// Watches the machine and this process, and raises alarms about them.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace troupe {

struct settings;

/// Looks at processors, memory, actors and file descriptors at the intervals of `os_mon.*` and `vm_mon.*`,
/// and raises or clears their alarms as the watermarks there say.
machine_watch_actor spawn_machine_watch(caf::actor_system& system, const settings& config,
                                        alarms_actor alarms);

} // namespace troupe
