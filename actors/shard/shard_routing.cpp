// The message flow of a shard: matching, batches for its own sessions, outboxes for other shards, credit
// between them.
#include "rule_events.hpp"
#include "shard.hpp"
#include "troupe/mqtt/session.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace troupe {

using mqtt::metric;

namespace {

// Marks, in the options of a routed subscriber, a copy for a shared subscription: a session that has the
// message from a subscription of its own too gets both [MQTT-4.8.2].
constexpr std::uint8_t shared_copy = 0x80;

// Whether the receiver's client published it, maybe with a session before this one, or through the API
// [MQTT-3.8.3-3].
bool is_from(const mqtt::message& message, const mqtt::subscriber& to, const session_view& receiver) {
  const auto& from = message.from();
  return from && (from->address == mqtt::session_address{to.slot, to.generation, to.shard} ||
                  from->client_id == receiver.client_id());
}

} // namespace

std::uint32_t shard::publish(mqtt::message_ptr message) {
  if (message->system())
    return route(std::move(message));
  metrics_.add(metric::messages_publish);
  if (active_hooks_ != 0) [[unlikely]]
    return publish_hooked(std::move(message));
  return route(std::move(message));
}

std::uint32_t shard::route(mqtt::message_ptr message) {
  if (message->retain() && node_.actors.loaded->loaded(plugin_kind::retainer))
    retain(message);
  const std::uint64_t cost = 1 + (message->payload().size() >> 10);
  matched_again_ = nullptr;
  const auto& matches = reader_.match(message->topic());
  const auto only = matches.only_subscriber();
  if (only && only->shard == index_ && deliver_local(message, *only, {})) {
    spent_this_turn_ += cost + 1;
    last_receiver_ = only->slot;
    return 1;
  }
  std::uint32_t found = 0;
  matches.for_each_subscriber(
      [&](const mqtt::subscriber& s) { found += deliver_to(message, s, {}) ? 1 : 0; });
  for (const auto& group : matches.groups())
    found += deliver_shared(message, group) ? 1 : 0;
  spent_this_turn_ += found * cost + 1;
  if (found == 0 && !message->system()) {
    metrics_.add(metric::messages_dropped);
    metrics_.add(metric::messages_dropped_no_subscribers);
    if (wants(rules::event_kind::message_dropped)) [[unlikely]]
      tell_dropped(message);
  }
  return found;
}

bool shard::deliver_to(const mqtt::message_ptr& message, const mqtt::subscriber& to,
                       mqtt::shared_origin origin) {
  if (to.shard == index_) {
    auto copy = message;
    return deliver_local(copy, to, origin);
  }
  outbox& o = outboxes_[to.shard];
  auto& items = o.batch.items;
  if (items.empty() || items.back().message != message) {
    items.push_back({message, static_cast<std::uint32_t>(o.batch.targets.size()), 0});
    o.batch.bytes += message->footprint();
  }
  ++items.back().count;
  o.batch.targets.push_back(to);
  if (origin.group != 0) {
    o.batch.targets.back().options |= shared_copy;
    o.batch.shared.push_back(origin);
  }
  return true;
}

// False when the session is gone: the index still holds it for a moment. A batch that gets the message takes
// it out of `message`, as the last or only receiver may have it without another reference.
bool shard::deliver_local(mqtt::message_ptr& message, const mqtt::subscriber& to,
                          mqtt::shared_origin origin) {
  session_slot* s = sessions_.find(to.slot, to.generation);
  if (s == nullptr)
    return false;
  sessions_.prefetch_after(to.slot);
  const auto options = mqtt::unpack(static_cast<std::uint8_t>(to.options & s->heeded));
  if (options.no_local && is_from(*message, to, *s->view)) {
    metrics_.add(metric::delivery_dropped);
    metrics_.add(metric::delivery_dropped_no_local);
    if (wants(rules::event_kind::delivery_dropped)) [[unlikely]]
      tell_delivery_dropped(*this, message->from(), message, message->level(), "no_local");
    return true;
  }
  const auto level = mqtt::effective_qos(message->level(), options.level, s->upgrade_qos);
  if (!s->batch.empty() && s->batch.back().message == message && origin.group == 0 &&
      s->batch.back().group == 0) {
    // Another subscription of the same session: one copy, at the highest QoS, with both identifiers
    // [MQTT-3.3.4-2, -3.3.4-4].
    mqtt::delivery& d = s->batch.back();
    d.level = std::max(d.level, level);
    d.retain = d.retain || (options.retain_as_published && message->retain());
    if (to.subscription_id != 0) {
      if (d.subscription_id == 0) {
        d.subscription_id = to.subscription_id;
      } else {
        if (!d.more_subscription_ids)
          d.more_subscription_ids = mqtt::id_list::make();
        d.more_subscription_ids->ids.push_back(to.subscription_id);
      }
    }
    return true;
  }
  if (s->batch.empty()) {
    touched_.push_back(to.slot);
    if (s->batch.capacity() == 0)
      s->batch = spare_batch();
  }
  mqtt::delivery& d = s->batch.emplace_back();
  d.subscription_id = to.subscription_id;
  d.group = origin.group;
  d.hops = origin.hops;
  d.level = level;
  d.retain = options.retain_as_published && message->retain();
  d.message = std::move(message);
  return true;
}

// One message per session and turn. Of a fan-out that touches more sessions than a turn serves, the rest
// waits, first come first served: what is read meanwhile joins the batches, so that one write carries more.
// Over the budget nothing waits: what other shards send is not bounded by what this one reads.
void shard::deliver_batches() {
  for (; touched_head_ < touched_.size() && may_serve(); ++touched_head_) {
    session_slot& s = sessions_.at(touched_[touched_head_]);
    if (!s.actor || s.batch.empty())
      continue;
    ++served_;
    caf::anon_send(s.actor, deliver{std::move(s.batch)});
    s.batch = {};
  }
  if (touched_head_ > touched_.size() / 2) {
    touched_.erase(touched_.begin(), touched_.begin() + static_cast<std::ptrdiff_t>(touched_head_));
    touched_head_ = 0;
  }
}

// What the turn before left to the next ones still counts: the budget bounds what waits in batches.
void shard::begin_budget() {
  const std::uint64_t left = touched_.size() - touched_head_;
  spent_this_turn_ = left == 0 ? 0 : spent_this_turn_ * left / (left + served_);
  served_ = 0;
}

// One message per shard and turn. Returns whether one went to a shard that has run on the same core as this.
bool shard::flush_outboxes() {
  bool neighbour = false;
  for (std::size_t i = 0; i < outboxes_.size(); ++i) {
    outbox& o = outboxes_[i];
    if (o.batch.items.empty())
      continue;
    o.batch.from = index_;
    spend_credit(i, {o.batch.targets.size(), o.batch.bytes});
    caf::anon_send(node_.actors.routers[i], std::move(o.batch));
    o.batch = spare_forwarded();
    neighbour |=
        node_.shards[i]->core_.load(std::memory_order_relaxed) == core_.load(std::memory_order_relaxed);
  }
  return neighbour;
}

// What one thread allocates and another frees goes back to the system, and comes from there again page by
// page.
forwarded shard::spare_forwarded() {
  const std::lock_guard guard{inbound_mutex_};
  if (spare_forwarded_.empty())
    return {};
  auto spare = std::move(spare_forwarded_.back());
  spare_forwarded_.pop_back();
  return spare;
}

void shard::take_back(forwarded&& handled) {
  handled.items.clear();
  handled.targets.clear();
  handled.shared.clear();
  handled.bytes = 0;
  if (std::max({handled.items.capacity(), handled.targets.capacity(), handled.shared.capacity()}) >
      max_spare_targets)
    return;
  const std::lock_guard guard{inbound_mutex_};
  if (spare_forwarded_.size() < spare_forwarded_per_shard * (node_.shards.size() - 1))
    spare_forwarded_.push_back(std::move(handled));
}

// Input that publishes is not read while any other shard is behind: any publish may be for it.
void shard::spend_credit(std::size_t to, mqtt::credit_amount batch) {
  if (outboxes_[to].credit.spend(batch))
    ++behind_;
}

void shard::take_forwarded(forwarded& f) {
  auto next_origin = f.shared.begin();
  for (const auto& item : f.items)
    for (std::uint32_t i = 0; i < item.count; ++i) {
      const mqtt::subscriber& to = f.targets[item.first + i];
      auto message = item.message;
      if ((to.options & shared_copy) == 0) {
        deliver_local(message, to, {});
        continue;
      }
      const mqtt::shared_origin origin = *next_origin++;
      // One that left while this was on its way hands it on.
      if (!deliver_local(message, to, origin) &&
          !redispatch(item.message, origin, {to.slot, to.generation, to.shard}, false))
        metrics_.add(metric::delivery_dropped);
    }
  spent_this_turn_ += f.targets.size();
  give_back(f.from, {f.targets.size(), f.bytes});
  node_.shards[f.from]->take_back(std::move(f));
}

void shard::give_back(std::uint16_t to, mqtt::credit_amount handled) {
  if (to == index_)
    return;
  if (const auto due = outboxes_[to].debt.add(handled); due != mqtt::credit_amount{})
    caf::anon_send(node_.actors.routers[to], forward_credit{index_, due});
}

void shard::take_credit(const forward_credit& c) {
  if (outboxes_[c.from].credit.give_back(c.handled))
    --behind_;
}

void shard::flush_route_changes() {
  if (route_changes_.empty())
    return;
  caf::anon_send(node_.actors.route_table, route_changes{index_, std::move(route_changes_)});
  route_changes_ = {};
}

// For an actor of the control shard. On that shard itself it runs within the turn, and needs no credit.
void shard::spend_on_control(mqtt::credit_amount batch) {
  if (index_ != control_shard)
    spend_credit(control_shard, batch);
}

// The retainer has the message before it is matched: who subscribes meanwhile asks the retainer later than
// its subscription can be seen here, and so gets the message from one of both. Who subscribes to `$SYS`
// always asks.
void shard::retain(const mqtt::message_ptr& message) {
  if (!message->system() && !node_.any_retained.load(std::memory_order_relaxed))
    node_.any_retained.store(true);
  spend_on_control({1, message->footprint()});
  caf::anon_send(node_.actors.retainer, retain_message{index_, message});
  std::atomic_thread_fence(std::memory_order_seq_cst); // before the subscriptions are read
}

void shard::flush_delayed() {
  if (delayed_.empty())
    return;
  std::uint64_t bytes = 0;
  for (const auto& item : delayed_)
    bytes += item.message->footprint();
  spend_on_control({delayed_.size(), bytes});
  caf::anon_send(node_.actors.delayed, delay_messages{index_, std::move(delayed_), bytes});
  delayed_ = {};
}

} // namespace troupe
