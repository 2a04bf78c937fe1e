#include "troupe/mqtt/session.hpp"

#include <algorithm>

namespace troupe::mqtt {

using phase = inflight_window::phase;

namespace {

delivery acknowledgement(packet_type type, std::uint16_t packet_id, reason_code reason) {
  delivery d;
  d.type = type;
  d.packet_id = packet_id;
  d.reason = reason;
  return d;
}

} // namespace

qos effective_qos(qos published, qos subscribed, bool upgrade) noexcept {
  return upgrade ? std::max(published, subscribed) : std::min(published, subscribed);
}

std::uint32_t session::max_inflight() const noexcept {
  const std::uint32_t ours = limits_->max_inflight == 0 ? 65535 : limits_->max_inflight;
  return std::min<std::uint32_t>(ours, receive_maximum_);
}

// -- connection
// ------------------------------------------------------------------------------------------------

void session::attach(protocol_version version, std::uint16_t receive_maximum, moment now,
                     std::vector<delivery>& out) {
  attached_ = true;
  writable_ = true;
  resends_live_ = version != protocol_version::v5;
  was_told_maximum_ = version == protocol_version::v5;
  receive_maximum_ = receive_maximum == 0 ? 65535 : receive_maximum;
  held_ = 0;
  attached_at_ = now.steady;
  awaited_before_ = awaiting_rel_size();
  std::uint16_t messages = 0;
  inflight_.for_each([&](inflight_window::entry& e) {
    e.held = e.waits != phase::wait_pubcomp && messages >= receive_maximum_;
    if (e.held) {
      ++held_;
      e.since = now.steady;
      return;
    }
    messages += e.waits != phase::wait_pubcomp ? 1 : 0;
    resend(e, now.steady, out);
  });
  drain_queue(now, out);
}

// What a smaller Receive Maximum than that of the connection before has kept back.
void session::resend_held(time_ms steady, std::vector<delivery>& out) {
  inflight_.for_each([&](inflight_window::entry& e) {
    if (!e.held || inflight_.size() - held_ >= receive_maximum_)
      return;
    unhold(e);
    resend(e, steady, out);
  });
}

void session::unhold(inflight_window::entry& e) {
  held_ = static_cast<std::uint16_t>(held_ - (e.held ? 1 : 0));
  e.held = false;
}

void session::release(inflight_window::entry* e) {
  unhold(*e);
  inflight_.remove(e);
}

void session::resend(inflight_window::entry& e, time_ms steady, std::vector<delivery>& out) {
  e.since = steady;
  if (e.waits == phase::wait_pubcomp) {
    out.push_back(acknowledgement(packet_type::pubrel, e.sent.packet_id, reason_code::success));
    return;
  }
  e.sent.dup = true; // [MQTT-3.3.1-1]
  out.push_back(e.sent);
}

void session::writable(bool yes, moment now, std::vector<delivery>& out) {
  writable_ = yes;
  if (yes)
    drain_queue(now, out);
}

// -- to the client
// -------------------------------------------------------------------------------------------------

bool session::drop_expired(const delivery& d, time_ms wall) {
  if (!d.message->expired(wall))
    return false;
  metrics_->add(metric::delivery_dropped);
  metrics_->add(metric::delivery_dropped_expired);
  if (observer_ != nullptr)
    observer_->dropped(d, "expired");
  return true;
}

void session::enqueue(delivery&& d) {
  const auto before = queue_.dropped();
  const auto qos0 = queue_.qos0_size() + (d.level == qos::at_most_once ? 1 : 0);
  std::vector<delivery> gone;
  queue_.push(std::move(d), limits_->queue, observer_ != nullptr ? &gone : nullptr);
  const auto dropped = queue_.dropped() - before;
  if (dropped == 0)
    return;
  const auto dropped_qos0 = qos0 - queue_.qos0_size(); // not stored, or the oldest of a full queue
  metrics_->add(metric::delivery_dropped, dropped);
  metrics_->add(metric::delivery_dropped_qos0_msg, dropped_qos0);
  metrics_->add(metric::delivery_dropped_queue_full, dropped - dropped_qos0);
  for (const auto& g : gone)
    observer_->dropped(g, g.level == qos::at_most_once ? "qos0_msg" : "queue_full");
}

void session::deliver(std::vector<delivery>& batch, moment now, std::vector<delivery>* refused) {
  const bool open = attached_ && writable_;
  std::size_t kept = 0;
  for (auto& d : batch) {
    if (d.message->expiry() != no_expiry && drop_expired(d, now.wall))
      continue;
    if (open && d.level == qos::at_most_once && queue_.qos0_size() == 0) {
      metrics_->add(metric::messages_delivered);
    } else if (open && queue_.empty() && inflight_.size() < max_inflight()) {
      metrics_->add(metric::messages_delivered);
      d.packet_id = inflight_.add(d, now.steady);
    } else {
      const bool refuses = refused != nullptr && d.group != 0 && d.level != qos::at_most_once &&
                           d.hops != shared_origin::last_hop;
      if (refuses)
        refused->push_back(std::move(d));
      else
        enqueue(std::move(d));
      continue;
    }
    if (&batch[kept] != &d)
      batch[kept] = std::move(d);
    ++kept;
  }
  batch.resize(kept);
}

// What the window allows, oldest first; QoS 0 that waited for the socket goes in its turn.
void session::drain_queue(moment now, std::vector<delivery>& out) {
  if (held_ > 0 && attached_ && writable_)
    resend_held(now.steady, out);
  while (attached_ && writable_ && !queue_.empty()) {
    const bool at_most_once = queue_.front().level == qos::at_most_once;
    if (!at_most_once && inflight_.size() >= max_inflight())
      return;
    delivery d = queue_.pop();
    if (drop_expired(d, now.wall))
      continue;
    metrics_->add(metric::messages_delivered);
    if (!at_most_once)
      d.packet_id = inflight_.add(d, now.steady);
    out.push_back(std::move(d));
  }
}

void session::hand_over_shared(const std::function<bool(const delivery&)>& taken) {
  std::vector<std::uint16_t> gone;
  inflight_.for_each([&](inflight_window::entry& e) {
    if (e.waits == phase::wait_puback && e.sent.group != 0 && taken(e.sent))
      gone.push_back(e.sent.packet_id);
  });
  for (const auto id : gone)
    release(inflight_.find(id));
  queue_.remove_if([&](const delivery& d) { return d.group != 0 && taken(d); });
}

const delivery* session::waits_for(packet_type acknowledgement, std::uint16_t packet_id) noexcept {
  const auto* e = inflight_.find(packet_id);
  const bool waits =
      e != nullptr && ((acknowledgement == packet_type::puback && e->waits == phase::wait_puback) ||
                       (acknowledgement == packet_type::pubrec && e->waits == phase::wait_pubrec));
  return waits ? &e->sent : nullptr;
}

void session::on_puback(std::uint16_t packet_id, reason_code, moment now, std::vector<delivery>& out) {
  auto* e = inflight_.find(packet_id);
  if (e == nullptr || e->waits != phase::wait_puback) {
    metrics_->add(e == nullptr ? metric::packets_puback_missed : metric::packets_puback_inuse);
    return;
  }
  metrics_->add(metric::messages_acked);
  release(e);
  drain_queue(now, out);
}

void session::on_pubrec(std::uint16_t packet_id, reason_code reason, moment now, std::vector<delivery>& out) {
  auto* e = inflight_.find(packet_id);
  if (e == nullptr) {
    metrics_->add(metric::packets_pubrec_missed);
    if (is_error(reason)) // then it is over for the client, too [MQTT-4.3.3-4]
      return;
    out.push_back(acknowledgement(packet_type::pubrel, packet_id, reason_code::packet_identifier_not_found));
    return;
  }
  if (e->waits == phase::wait_puback) {
    metrics_->add(metric::packets_pubrec_inuse);
    return;
  }
  if (e->waits == phase::wait_pubrec) {
    metrics_->add(metric::messages_acked);
    if (is_error(reason)) { // the client does not want it: done [MQTT-4.3.3-4]
      release(e);
      drain_queue(now, out);
      return;
    }
    unhold(*e); // acknowledged from the connection before
    e->waits = phase::wait_pubcomp;
    e->sent.message = nullptr;
    e->sent.more_subscription_ids = nullptr;
  } else {
    metrics_->add(metric::packets_pubrec_inuse);
  }
  e->since = now.steady;
  out.push_back(acknowledgement(packet_type::pubrel, packet_id, reason_code::success));
}

void session::on_pubcomp(std::uint16_t packet_id, reason_code, moment now, std::vector<delivery>& out) {
  auto* e = inflight_.find(packet_id);
  if (e == nullptr || e->waits != phase::wait_pubcomp) {
    metrics_->add(e == nullptr ? metric::packets_pubcomp_missed : metric::packets_pubcomp_inuse);
    return;
  }
  release(e);
  drain_queue(now, out);
}

void session::discard(std::uint16_t packet_id, moment now, std::vector<delivery>& out) {
  if (auto* e = inflight_.find(packet_id)) {
    release(e);
    drain_queue(now, out);
  }
}

// -- from the client, QoS 2
// --------------------------------------------------------------------------------------

session::receive_result session::on_publish2(std::uint16_t packet_id, time_ms steady) {
  if (!awaiting_rel_)
    awaiting_rel_ = std::make_unique<received_ids>();
  if (awaiting_rel_->contains(packet_id)) {
    metrics_->add(metric::packets_publish_inuse);
    return receive_result::duplicate;
  }
  const auto reaches_bound = [this](std::size_t ids) {
    return was_told_maximum_ && limits_->max_awaiting_rel != 0 && ids >= limits_->max_awaiting_rel;
  };
  if (reaches_bound(awaiting_rel_->size()) && forgets())
    forget_late(steady); // else who comes back again and again would never get rid of them
  if (reaches_bound(awaiting_rel_->size() - awaited_before_)) { // which begins anew (MQTT 5.0 section 4.9)
    metrics_->add(metric::packets_publish_dropped);
    return receive_result::exceeded;
  }
  awaiting_rel_->add(packet_id, steady);
  return receive_result::fresh;
}

reason_code session::on_pubrel(std::uint16_t packet_id) {
  const auto since = awaiting_rel_ ? awaiting_rel_->remove(packet_id) : std::nullopt;
  if (!since) {
    metrics_->add(metric::packets_pubrel_missed);
    return reason_code::packet_identifier_not_found;
  }
  if (*since < attached_at_ && awaited_before_ > 0)
    --awaited_before_;
  awaited_before_ = std::min(awaited_before_, awaiting_rel_->size());
  return reason_code::success;
}

// -- subscriptions
// -----------------------------------------------------------------------------------------------

session::subscribe_result session::subscribe(std::string_view filter, subscription s) {
  const auto i = subscriptions_.find(filter);
  if (i != subscriptions_.end()) {
    i->second = s;
    return subscribe_result::replaced;
  }
  if (limits_->max_subscriptions != 0 && subscriptions_.size() >= limits_->max_subscriptions)
    return subscribe_result::quota_exceeded;
  subscriptions_.emplace(filter, s);
  return subscribe_result::added;
}

bool session::unsubscribe(std::string_view filter) {
  const auto i = subscriptions_.find(filter);
  if (i == subscriptions_.end())
    return false;
  subscriptions_.erase(i);
  return true;
}

// -- time
// ------------------------------------------------------------------------------------------------------------

bool session::resends() const noexcept {
  return attached_ && resends_live_ && limits_->retry_interval > 0 && !inflight_.empty();
}

bool session::forgets() const noexcept {
  return attached_ && limits_->await_rel_timeout > 0 && awaiting_rel_size() > 0;
}

std::optional<time_ms> session::next_tick() const noexcept {
  return next_tick_of_sent(resends() ? inflight_.oldest() : 0);
}

std::optional<time_ms> session::next_tick_of_sent(time_ms steady) const noexcept {
  std::optional<time_ms> next;
  if (resends())
    next = steady + limits_->retry_interval;
  if (forgets()) {
    const auto due = std::max(awaiting_rel_->oldest(), attached_at_) + limits_->await_rel_timeout;
    next = next ? std::min(*next, due) : due;
  }
  return next;
}

void session::tick(time_ms steady, std::vector<delivery>& out) {
  if (resends())
    inflight_.for_each([&](inflight_window::entry& e) {
      if (e.since + limits_->retry_interval > steady)
        return;
      if (writable_ && !e.held)
        resend(e, steady, out);
      else
        e.since = steady; // it waits for the socket or the client: next_tick() must not stay in the past
    });
  if (forgets() && steady >= attached_at_ + limits_->await_rel_timeout)
    forget_late(steady);
}

void session::forget_late(time_ms steady) {
  const auto forgotten = awaiting_rel_->forget(steady - limits_->await_rel_timeout);
  awaited_before_ -= std::min(awaited_before_, forgotten); // the oldest went
  metrics_->add(metric::messages_dropped, forgotten);
  metrics_->add(metric::messages_dropped_expired, forgotten);
}

std::size_t session::footprint() const noexcept {
  std::size_t bytes =
      queue_.bytes() + inflight_.footprint() + (awaiting_rel_ ? awaiting_rel_->footprint() : 0);
  constexpr std::size_t node = 6 * sizeof(void*); // of the map, with the allocator's own
  for (const auto& [filter, unused] : subscriptions_)
    bytes += node + sizeof(std::string) + filter.size();
  return bytes;
}

} // namespace troupe::mqtt
