// The configuration as a process finds it.
#pragma once

#include "troupe/actors/config.hpp"

#include <string>

namespace troupe {

/// The settings of a file (empty: only defaults) and of this process's environment; see `load_settings`.
loaded_settings load_settings_file(const std::string& file);

} // namespace troupe
