// The delayed actor: messages to `$delayed/<seconds>/<topic>` until their time. They are in memory only and
// do not survive the process.
#pragma once

#include "../shard/pinned.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/delayed_queue.hpp"

namespace troupe {

class delayed final : public pinned<delayed_actor>, public timer, public continuable {
public:
  delayed(caf::actor_config& config, shard& home);

  const char* name() const override { return "delayed"; }
  behavior_type make_behavior() override;

  void on_timer(mqtt::time_ms now) override;
  void continue_input() override;

private:
  void take(delay_messages& m);
  void publish_due();

  mqtt::delayed_queue queue_;
  bool continuing_ = false;
};

} // namespace troupe
