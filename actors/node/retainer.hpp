// The retainer actor: the retained messages of the node. Subscribers fetch them chunk by chunk, as fast as
// they can take them.
#pragma once

#include "../shard/pinned.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/retained_store.hpp"

namespace troupe {

class retainer final : public pinned<retainer_actor> {
public:
  retainer(caf::actor_config& config, shard& home);

  const char* name() const override { return "retainer"; }
  behavior_type make_behavior() override;

private:
  void retain(retain_messages& m);
  void look_up(retained_request& m);
  void sweep();
  void sweep_later(std::chrono::milliseconds delay);

  mqtt::retained_store store_;
  mqtt::retained_store::cursor swept_;
  std::uint64_t max_ = 0;
};

} // namespace troupe
