// Plugins in shared libraries (include/troupe/plugin/plugin.hpp). Nothing here knows of actors.
#pragma once

#include "plugin.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// The libraries of one start of the broker. They stay in the process until it ends: what a library has made
/// may live longer than any of ours.
struct plugin_libraries {
  std::vector<std::shared_ptr<const plugin>> plugins; // by name
  std::vector<std::string> refused;                   // names of those that were refused
};

/// Loads the files `<name>.so` of a folder, up to `most_libraries`. One that cannot be used is refused, and
/// the log says why: no library, not a plugin, built for another version of the interface, by another
/// compiler or with another layout of the standard types, a name that is not the file's, or that another
/// plugin has. An empty `folder` has none.
plugin_libraries load_plugin_libraries(const std::string& folder);

} // namespace troupe
