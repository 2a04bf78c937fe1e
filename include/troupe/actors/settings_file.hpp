// The configuration as a process finds it.
#pragma once

#include "troupe/actors/config.hpp"

#include <string>

namespace troupe {

/// The settings of a file (empty: only defaults), of the files `<plugin>.conf` in the folder that its
/// `plugins.etc_dir` names, and of this process's environment; see `load_settings`. A file has settings of
/// its plugin alone, and they win over those of the main one. A folder that cannot be read is an error: who
/// names it relies on what stands there. So is a file of more than 16 MB. `file` may be anything that can be
/// read, such as /dev/stdin; those of plugins are regular files.
loaded_settings load_settings_file(const std::string& file);

/// The running settings with those of one plugin as the files have them now. Mistakes are told of its
/// settings only; with errors its settings are the running ones, too. It never waits: a main file that is no
/// regular one is an error, as it cannot be read twice.
loaded_settings reload_plugin_settings(const settings& running, const std::string& plugin);

} // namespace troupe
