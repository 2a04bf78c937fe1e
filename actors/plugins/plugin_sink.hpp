// What the actors of built-in plugins that are told of events share.
#pragma once

#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/sink_messages.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

/// What `take` throws ends the actor, with an alarm of the plugin's name (plugins.cpp); the first batch that
/// the one in its place is done with clears it.
class plugin_sink : public event_sink_actor::base {
public:
  /// `alarms` null: nobody is told. `plugin` outlives it.
  plugin_sink(caf::actor_config& c, alarms_actor alarms, const char* plugin)
      : event_sink_actor::base(c), alarms_(std::move(alarms)), plugin_(plugin) {}

protected:
  behavior_type make_behavior() final {
    return {[this](const rule_messages& m) {
      take(m);
      if (!std::exchange(works_, true) && alarms_)
        this->send(alarms_, clear_alarm{alarm_kind::plugin, plugin_});
    }};
  }

  virtual void take(const rule_messages& m) = 0;

  const alarms_actor& alarms() const noexcept { return alarms_; }

private:
  alarms_actor alarms_;
  const char* plugin_;
  bool works_ = false;
};

} // namespace troupe
