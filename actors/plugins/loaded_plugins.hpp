// The file `loaded_plugins`, as EMQ X writes it: terms of Erlang, one a plugin, in the order of their hooks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

struct loaded_plugin {
  std::string name;
  bool loaded = true;
};

struct loaded_plugins {
  std::vector<loaded_plugin> plugins; // each name once
  std::string error;                  // "line 3: …"; empty: the text is right
};

/// `{name, true}.`, `{name, false}.` and `name.`, with blanks and `%` comments anywhere between the parts. Of
/// a name that stands there twice the last term counts, at the place of the first. Reads up to 10,000 terms.
loaded_plugins parse_loaded_plugins(std::string_view text);

/// `{name, true}.` lines.
std::string format_loaded_plugins(const std::vector<loaded_plugin>& plugins);

} // namespace troupe
