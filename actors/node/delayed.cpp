#include "delayed.hpp"

#include "troupe/actors/log.hpp"

namespace troupe {

delayed::delayed(caf::actor_config& config, shard& home)
    : pinned(config, home),
      queue_({home.node().config->delayed.max_delayed_messages,
              home.node().config->delayed.max_delayed_bytes}) {}

delayed::behavior_type delayed::make_behavior() {
  return {[this](delay_messages& m) { take(m); }};
}

// What exceeds a bound is dropped: its publisher has had its acknowledgement, as with EMQ X.
void delayed::take(delay_messages& m) {
  home().give_back(m.from, {m.items.size(), m.bytes});
  std::uint64_t refused = 0;
  for (auto& [message, due] : m.items)
    refused += queue_.push(std::move(message), due) ? 0 : 1;
  home().node().gauges->delayed.add(m.items.size() - refused);
  if (refused > 0) {
    home().metrics().add(mqtt::metric::messages_dropped, refused);
    if (home().may_complain())
      log::warning("[Delayed] {} messages dropped: {} wait already", refused, queue_.size());
  }
  if (!queue_.empty() && (!armed() || timer::due() > queue_.next_due()))
    home().timers().arm(*this, queue_.next_due());
}

void delayed::on_timer(mqtt::time_ms) { publish_due(); }

void delayed::continue_input() {
  continuing_ = false;
  publish_due();
}

// As much as the turn allows; the rest in the next ones.
void delayed::publish_due() {
  while (!queue_.empty() && queue_.next_due() <= home().now()) {
    if (home().exhausted()) {
      if (!std::exchange(continuing_, true))
        home().continue_later(*this);
      return;
    }
    const auto message = queue_.pop();
    home().node().gauges->delayed.subtract();
    home().publish(message);
  }
  if (!queue_.empty())
    home().timers().arm(*this, queue_.next_due());
}

} // namespace troupe
