// Where settings come from: the main file, files of plugins, the environment.
#pragma once

#include "troupe/actors/config.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::config {

/// The text of a file; without a name there is none.
struct settings_text {
  std::string file;
  std::string text;
};

/// One of `plugins.etc_dir`.
struct plugin_text {
  std::string plugin; // after which the file is named
  settings_text from;
};

struct entry {
  std::string value;
  std::string where; // "troupe.conf:12" or "environment TROUPE_…"
};
using entries = std::map<std::string, entry, std::less<>>;

/// All of them: of a key that stands in several places the environment's value counts, then that of the
/// plugin's own file. What is no setting there is an error, and a key of another plugin or of the broker in
/// the file of a plugin a warning.
entries read_entries(const settings_text& main, std::span<const plugin_text> of_plugins,
                     const environment& variables, loaded_settings& result);

/// `plugins.etc_dir`, complete; empty: it is not set.
std::string plugins_etc_dir(const settings_text& main, const environment& variables);

/// As load_settings, with files of plugins.
loaded_settings load_settings(const settings_text& main, std::span<const plugin_text> of_plugins,
                              const environment& variables);

/// The settings of one plugin alone; all others are the default ones, and nobody looks at their lines.
loaded_settings load_plugin_settings(std::string_view plugin, const settings_text& main,
                                     std::span<const plugin_text> of_plugins, const environment& variables);

/// The path, below the folder of `file` unless it is absolute.
std::string resolve(const std::string& path, const std::string& file);

} // namespace troupe::config
