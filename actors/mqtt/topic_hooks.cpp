#include "troupe/mqtt/topic_hooks.hpp"

#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/mount_point.hpp"

namespace troupe::mqtt {

topic_hooks::verdict topic_hooks::on_publish(std::uint32_t active, std::string_view topic, time_ms now,
                                             std::string& scratch) const {
  using action = verdict::action;
  verdict v;
  v.topic = topic;
  if ((active & hook_rewrite) != 0 && publish_rules.rewrite_name(topic, scratch)) {
    v.what = action::rename;
    v.topic = scratch;
  }
  if ((active & hook_delayed) == 0 || !is_delayed_topic(v.topic))
    return v;
  const auto delayed = parse_delayed(v.topic, now);
  v.what = delayed ? action::delay : action::drop;
  if (delayed) {
    v.topic = delayed->topic;
    v.due = delayed->due;
  }
  return v;
}

std::optional<std::string> topic_hooks::on_subscribe(std::uint32_t active, const std::string* mount_point,
                                                     std::string_view subscription) const {
  std::string rewritten;
  const bool changed =
      (active & hook_rewrite) != 0 && subscribe_rules.rewrite_subscription(subscription, rewritten);
  if (mount_point != nullptr)
    return mount_subscription(*mount_point, changed ? std::string_view{rewritten} : subscription);
  if (changed)
    return rewritten;
  return {};
}

} // namespace troupe::mqtt
