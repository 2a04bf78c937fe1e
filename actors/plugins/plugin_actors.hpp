// The actors of the loaded plugins that have one, in the order in which they were loaded. Belongs to the
// plugins actor.
#pragma once

#include "plugin.hpp"

#include <caf/actor_addr.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

class plugin_actors {
public:
  explicit plugin_actors(sink_surroundings around) : around_(std::move(around)) {}

  /// With these settings; null: it has none.
  event_sink_actor start(const plugin& p, const std::shared_ptr<const settings>& config) {
    const sink_surroundings around{around_.system,  *config,       around_.alarms, around_.gauges,
                                   around_.routers, around_.store, around_.loop};
    auto sink = p.start == nullptr ? event_sink{} : p.start(around);
    if (sink.actor)
      running_.emplace_back(&p, sink);
    return sink.actor;
  }

  /// Whose actor has this address; null: of none.
  const plugin* find(const caf::actor_addr& address) const {
    const auto i = std::find_if(running_.begin(), running_.end(),
                                [&](const auto& r) { return r.second.actor.address() == address; });
    return i == running_.end() ? nullptr : i->first;
  }

  /// Forgets its actor, which is null when it has none.
  event_sink_actor take(const plugin& p) {
    const auto i =
        std::find_if(running_.begin(), running_.end(), [&](const auto& r) { return r.first == &p; });
    if (i == running_.end())
      return {};
    auto actor = std::move(i->second.actor);
    running_.erase(i);
    return actor;
  }

  void stop_all() {
    for (const auto& [p, sink] : running_)
      caf::anon_send_exit(sink.actor, caf::exit_reason::user_shutdown);
    running_.clear();
  }

  /// Who is told of events now; null: nobody.
  std::shared_ptr<const sink_table> table() const {
    auto out = std::make_shared<sink_table>();
    for (const auto& [p, sink] : running_)
      if (sink.wants != 0) {
        out->sinks.push_back(sink);
        out->wants |= sink.wants;
      }
    return out->sinks.empty() ? nullptr : out;
  }

private:
  sink_surroundings around_;
  std::vector<std::pair<const plugin*, event_sink>> running_;
};

} // namespace troupe
