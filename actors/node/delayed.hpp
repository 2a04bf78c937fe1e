// The delayed actor: messages to `$delayed/<seconds>/<topic>` until their time. Where the store has them,
// too, those that are due while the broker does not run come at its start. One whose publication the store
// has not been told of before a crash comes twice.
#pragma once

#include "../shard/pinned.hpp"
#include "message_writer.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/delayed_queue.hpp"

#include <memory>
#include <vector>

namespace troupe {

class delayed final : public pinned<delayed_actor>, public timer, public continuable {
public:
  /// `stored`: what the store has, if the configuration keeps delayed messages there.
  delayed(caf::actor_config& config, shard& home, std::vector<mqtt::delayed_entry> stored);

  const char* name() const override { return "delayed"; }
  behavior_type make_behavior() override;

  void on_timer(mqtt::time_ms now) override;
  void continue_input() override;

private:
  void take(delay_messages& m);
  void publish_due();
  void arm();

  mqtt::delayed_queue queue_;
  bool continuing_ = false;
  std::unique_ptr<message_writer<delayed>> writer_; // null: in memory only
};

} // namespace troupe
