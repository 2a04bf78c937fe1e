// A plugin in a library at work: what it may ask the broker, and who tells it of events.
#pragma once

#include "plugin.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/plugin/plugin.hpp"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

// What one plugin may ask the broker.
class library_host final : public sdk::host {
public:
  library_host(std::string name, std::map<std::string, std::string, std::less<>> settings)
      : name_(std::move(name)), settings_(std::move(settings)) {}

  std::optional<std::string> setting(std::string_view key) const override {
    const auto i = settings_.find(key);
    return i == settings_.end() ? std::nullopt : std::optional{i->second};
  }

  void log(level how, std::string_view text) const override {
    const auto line = log::printable(text);
    switch (how) {
      case level::debug: log::debug("[{}] {}", name_, line); break;
      case level::info: log::info("[{}] {}", name_, line); break;
      case level::warning: log::warning("[{}] {}", name_, line); break;
      case level::error: log::error("[{}] {}", name_, line); break;
    }
  }

private:
  const std::string name_;
  const std::map<std::string, std::string, std::less<>> settings_;
};

/// Throws when the plugin makes none.
inline std::unique_ptr<sdk::instance> make_instance(const sdk::description& by, const sdk::host& host) {
  auto made = by.make(host);
  if (!made)
    throw std::runtime_error{"it made no instance"};
  return made;
}

/// Starts the actor, with a thread of its own, that tells a plugin of the events that it wants. `described`
/// must outlive it.
event_sink start_library_listener(const sdk::description& described, std::shared_ptr<const library_host> host,
                                  const sink_surroundings& around);

} // namespace troupe
