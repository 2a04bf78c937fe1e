#include "plugin_states.hpp"

#include <algorithm>

namespace troupe {

plugin_states plugin_states::of_first_start(const std::vector<std::string>& named) {
  std::vector<loaded_plugin> entries;
  const auto add = [&entries](std::string_view name) {
    const auto same = [&](const loaded_plugin& e) { return e.name == name; };
    if (std::none_of(entries.begin(), entries.end(), same))
      entries.push_back({std::string{name}, true});
  };
  for (const auto* p : all_plugins())
    if (p->by_default)
      add(p->name);
  for (const auto& name : named)
    add(name);
  return plugin_states{std::move(entries)};
}

bool plugin_states::loaded(const plugin& p) const noexcept {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const loaded_plugin& e) { return e.name == p.name && e.loaded; });
}

bool plugin_states::knows(const plugin& p) const noexcept {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const loaded_plugin& e) { return e.name == p.name; });
}

void plugin_states::set(const plugin& p, bool loaded) {
  const auto named = [&](const loaded_plugin& e) { return e.name == p.name; };
  if (loaded) {
    std::erase_if(entries_, named);
    entries_.push_back({p.name, true});
  } else if (const auto i = std::find_if(entries_.begin(), entries_.end(), named); i != entries_.end()) {
    i->loaded = false;
  }
}

std::vector<plugin_kind> plugin_states::authenticators() const {
  std::vector<plugin_kind> out;
  for (const auto& e : entries_)
    if (const auto* p = find_plugin(e.name); e.loaded && p != nullptr && p->authenticates())
      out.push_back(p->kind);
  return out;
}

std::vector<std::string> plugin_states::unknown() const {
  std::vector<std::string> out;
  for (const auto& e : entries_)
    if (e.loaded && find_plugin(e.name) == nullptr)
      out.push_back(e.name);
  return out;
}

} // namespace troupe
