// The retainer actor: the retained messages of the node. Subscribers fetch them chunk by chunk, as fast as
// they can take them.
#pragma once

#include "../shard/pinned.hpp"
#include "message_writer.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/retained_store.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace troupe {

class retainer final : public pinned<retainer_actor> {
public:
  /// `stored`: what the store has, if the configuration keeps retained messages there.
  retainer(caf::actor_config& config, shard& home, std::vector<mqtt::message_ptr> stored);

  const char* name() const override { return "retainer"; }
  behavior_type make_behavior() override;

private:
  void retain(retain_message& m);
  void keep(mqtt::message_ptr message);
  void forget(std::string_view topic);
  void look_up(retained_request& m);
  retained_page list(retained_query& m);
  retained_removed remove(remove_retained& m);
  void sweep();
  void sweep_later(std::chrono::milliseconds delay);

  mqtt::retained_store store_;
  mqtt::retained_store::cursor swept_;
  std::uint64_t max_ = 0;
  std::unique_ptr<message_writer<retainer>> writer_; // null: in memory only
};

} // namespace troupe
