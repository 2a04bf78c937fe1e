// The route table actor: the sole writer of the subscription index. It applies what a shard sends in one go,
// makes it visible to all publishers with one commit, and only then answers.
#pragma once

#include "../shard/pinned.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic.hpp"

namespace troupe {

class route_table final : public pinned<route_table_actor> {
public:
  route_table(caf::actor_config& config, shard& home) : pinned(config, home) {}

  const char* name() const override { return "route_table"; }
  behavior_type make_behavior() override;

private:
  void apply(const route_changes& m);
  bool subscribe(const mqtt::subscription_target& target, const mqtt::subscriber& s);
  void unsubscribe(const mqtt::subscription_target& target, const mqtt::subscriber& s);
  route_page list(const route_query& q) const;
  void note_maxima();
  void count_system(std::string_view filter, bool added);

  std::uint64_t exclusive_ = 0;
  route_figures figures_; // the maxima, and the counts as of the last change
};

} // namespace troupe
