// What the broker's features do to a publish. Nothing of this runs while they are off.
#include "shard.hpp"
#include "troupe/actors/rule_messages.hpp"

namespace troupe {

using mqtt::metric;
using mqtt::topic_counters;

std::uint32_t shard::publish_hooked(mqtt::message_ptr message) {
  using action = mqtt::topic_hooks::verdict::action;
  const auto verdict = node_.hooks.on_publish(active_hooks_, message->topic(), wall(), scratch_topic_);
  switch (verdict.what) {
    case action::pass: break;
    case action::rename:
      message = mqtt::message::make_copy(*message, verdict.topic, message->timestamp());
      break;
    case action::delay:
      // Its lifetime begins when it is published.
      delayed_.push_back({mqtt::message::make_copy(*message, verdict.topic, verdict.due), verdict.due});
      spend(1);
      return 0;
    case action::drop: metrics_.add(metric::messages_dropped); return 0;
  }
  if ((active_hooks_ & mqtt::hook_rules) != 0)
    tell_rules(message);
  if ((active_hooks_ & mqtt::hook_sinks) != 0)
    tell_sinks(rules::event_kind::message_publish, {message, nullptr}, message->footprint());
  const auto found = route(message);
  if (auto* counters = watched_topics_ ? watched_topics_->find(message->topic()) : nullptr) {
    topic_counters::add(counters->in[static_cast<std::size_t>(message->level())]);
    if (found == 0)
      topic_counters::add(counters->dropped);
  }
  return found;
}

void shard::switch_features(const struct switch_features& m) noexcept {
  constexpr auto others = std::uint32_t{mqtt::hook_topic_metrics | mqtt::hook_rules | mqtt::hook_sinks};
  active_hooks_ = (active_hooks_ & others) | m.hooks;
  presence_ = m.presence;
  subscription_ = m.subscription;
}

void shard::watch(std::shared_ptr<const mqtt::topic_metrics_table> topics) {
  watched_topics_ = std::move(topics);
  active_hooks_ = watched_topics_ ? active_hooks_ | mqtt::hook_topic_metrics
                                  : active_hooks_ & ~std::uint32_t{mqtt::hook_topic_metrics};
}

void shard::count_watched(const mqtt::delivery& d) noexcept {
  if (auto* counters = watched_topics_->find(d.message->topic()))
    topic_counters::add(counters->out[static_cast<std::size_t>(d.level)]);
}

} // namespace troupe
