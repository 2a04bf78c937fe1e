// The applications that may use the HTTP API.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

namespace troupe {

struct settings;

/// Starts with `management.default_application`. Secrets are kept hashed. Wrong ones are logged, ten lines a
/// second at most, and looked at 50 times, then five times a second, for each application and address; ids
/// that no application has count as one.
apps_actor spawn_apps(caf::actor_system& system, const settings& config);

} // namespace troupe
