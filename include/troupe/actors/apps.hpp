// The applications that may use the HTTP API.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct settings;

/// Id and record of each (app_record.hpp), as the store has them.
using stored_apps = std::vector<std::pair<std::string, std::string>>;

/// Starts with those of the store and `management.default_application`, whose secret is always the
/// configuration's. A change is answered when the store has it; one that it cannot keep is undone. Secrets
/// are kept hashed. Wrong ones are logged, ten lines a second at most, and looked at 50 times, then five
/// times a second, for each application and address; ids that no application has count as one.
apps_actor spawn_apps(caf::actor_system& system, const settings& config, const stored_apps& stored,
                      store_actor store);

} // namespace troupe
