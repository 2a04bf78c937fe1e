#include "delayed.hpp"

#include "troupe/actors/log.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr mqtt::time_ms longest_wait = 1'000;

} // namespace

delayed::delayed(caf::actor_config& config, shard& home, std::vector<mqtt::delayed_entry> stored)
    : pinned(config, home),
      queue_(
          {home.node().config->delayed.max_delayed_messages, home.node().config->delayed.max_delayed_bytes}) {
  if (home.node().config->delayed.on_disc)
    writer_ = std::make_unique<message_writer<delayed>>(*this, home, store_kind::delayed);
  home.node().gauges->delayed.add(stored.size());
  for (auto& entry : stored)
    queue_.restore(std::move(entry));
}

delayed::behavior_type delayed::make_behavior() {
  arm();
  return {[this](delay_messages& m) { take(m); },
          [this](const flush_unwritten&) {
            return answer_flush(writer_.get(), make_response_promise<flushed>());
          }};
}

// What exceeds a bound is dropped: its publisher has had its acknowledgement, as with EMQ X.
void delayed::take(delay_messages& m) {
  home().give_back(m.from, {m.items.size(), m.bytes});
  std::uint64_t refused = 0;
  for (auto& [message, due] : m.items) {
    if (!queue_.push(message, due))
      ++refused;
    else if (writer_)
      writer_->note(mqtt::delayed_key(due, queue_.last_order()), std::move(message));
  }
  home().node().gauges->delayed.add(m.items.size() - refused);
  if (refused > 0) {
    home().metrics().add(mqtt::metric::messages_dropped, refused);
    if (home().may_complain())
      log::warning("[Delayed] {} messages dropped: {} wait already", refused, queue_.size());
  }
  if (writer_)
    writer_->send();
  arm();
}

// A date by the system's clock, which may be set meanwhile: it looks again before long.
void delayed::arm() {
  if (queue_.empty())
    return;
  const auto wait = std::clamp<mqtt::time_ms>(queue_.next_due() - home().wall(), 0, longest_wait);
  if (!armed() || timer::due() > home().now() + wait)
    home().timers().arm(*this, home().now() + wait);
}

void delayed::on_timer(mqtt::time_ms) { publish_due(); }

void delayed::continue_input() {
  continuing_ = false;
  publish_due();
}

// As much as the turn allows; the rest in the next ones.
void delayed::publish_due() {
  while (!queue_.empty() && queue_.next_due() <= home().wall()) {
    if (home().exhausted()) {
      if (!std::exchange(continuing_, true))
        home().continue_later(*this);
      break;
    }
    const auto entry = queue_.pop();
    home().node().gauges->delayed.subtract();
    home().publish(entry.message);
    if (writer_)
      writer_->note(mqtt::delayed_key(entry.due, entry.order), nullptr);
  }
  if (writer_)
    writer_->send();
  if (!continuing_)
    arm();
}

} // namespace troupe
