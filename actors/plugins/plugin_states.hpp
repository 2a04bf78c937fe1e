// Which plugins are loaded, and in which order. Nothing here knows of actors.
#pragma once

#include "loaded_plugins.hpp"
#include "plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

class plugin_states {
public:
  /// Those of the first start: the ones that are on by default, and behind them those that are named, as EMQ
  /// X's containers have it.
  static plugin_states of_first_start(const std::vector<std::string>& named);

  /// As a file had them. Those that this version has not stay in their places and do nothing.
  explicit plugin_states(std::vector<loaded_plugin> entries) : entries_(std::move(entries)) {}

  bool loaded(const plugin& p) const noexcept;

  /// Whether it is named at all, be it as one that is not loaded.
  bool knows(const plugin& p) const noexcept;

  /// A plugin that is loaded goes behind the others, as its hooks do.
  void set(const plugin& p, bool loaded);

  /// Those that authenticate and are loaded, in order.
  std::vector<plugin_kind> authenticators() const;

  /// Names that no plugin of this version has, of those that should be loaded.
  std::vector<std::string> unknown() const;

  const std::vector<loaded_plugin>& entries() const noexcept { return entries_; }

private:
  std::vector<loaded_plugin> entries_;
};

} // namespace troupe
