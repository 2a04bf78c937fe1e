// Messages for rules: matched like those for sessions, one batch per rule and turn. A rule that is behind
// gets no more, so that it costs its own messages, and others no more than its turns (rules/rule.cpp).
#include "shard_rules.hpp"

#include "shard.hpp"
#include "shard_sinks.hpp"

#include <caf/send.hpp>

namespace troupe {

void shard::set_rules(std::shared_ptr<const rule_table> table) {
  if (rules_)
    flush_rules();
  if (!table) {
    rules_ = nullptr;
    active_hooks_ &= ~std::uint32_t{mqtt::hook_rules};
    find_wanted_events();
    return;
  }
  if (!rules_) {
    rules_ = std::make_unique<shard_rules>(node_.rule_topics);
    rules_->reader.park();
  }
  rules_->table = std::move(table);
  rules_->batches.resize(rules_->table->slots.size());
  active_hooks_ |= mqtt::hook_rules;
  find_wanted_events();
}

void shard::find_wanted_events() noexcept {
  wanted_events_ = sinks_ ? sinks_->table->wants : 0;
  for (std::size_t kind = 0; rules_ && kind < rules::event_kind_count; ++kind)
    if (!rules_->table->events[kind].empty())
      wanted_events_ |= rules::bit_of(static_cast<rules::event_kind>(kind));
}

void shard::tell_rules(const mqtt::message_ptr& message) {
  auto& r = *rules_;
  r.reader.match(message->topic()).for_each_subscriber([&](const mqtt::subscriber& to) {
    if (to.slot >= r.batches.size() || !r.table->slots[to.slot].rule)
      return;
    const auto& items = r.batches[to.slot].items;
    if (!items.empty() && items.back().message == message && !items.back().event)
      return; // another topic of the same rule
    add_for_rule(to.slot, to.generation, {message, nullptr}, message->footprint());
  });
}

void shard::tell(rules::event_record&& e) {
  const auto event = std::make_shared<const rules::event_record>(std::move(e));
  const auto bytes = sizeof *event + (event->message ? event->message->footprint() : 0);
  const auto kind = static_cast<std::size_t>(event->kind);
  if (rules_ && kind < rules::event_kind_count)
    for (const auto& to : rules_->table->events[kind])
      add_for_rule(to.slot, to.generation, {event->message, event}, bytes);
  tell_sinks(event->kind, {event->message, event}, bytes);
}

void shard::tell_dropped(const mqtt::message_ptr& message) {
  rules::event_record e;
  e.kind = rules::event_kind::message_dropped;
  e.at = wall();
  e.client = message->from();
  e.message = message;
  e.level = message->level();
  e.reason = "no_subscribers";
  tell(std::move(e));
}

void shard::add_for_rule(std::size_t slot, std::uint32_t generation, rule_item&& item, std::size_t bytes) {
  auto& batch = rules_->batches[slot];
  if (batch.items.empty())
    rules_->touched.push_back(slot);
  else if (batch.generation != generation)
    send_to_rule(slot);
  batch.generation = generation;
  batch.bytes += static_cast<std::int64_t>(bytes);
  batch.items.push_back(std::move(item));
  spend(1);
}

// Counts the batch as waiting, or as dropped.
bool shard::may_wait(rule_gauge& waiting, const rule_messages& batch) const noexcept {
  const auto count = static_cast<std::int64_t>(batch.items.size());
  const auto& most = node_.config->rule_engine;
  if (waiting.messages.load(std::memory_order_relaxed) + count >
          static_cast<std::int64_t>(most.max_queue_len) ||
      waiting.bytes.load(std::memory_order_relaxed) + batch.bytes >
          static_cast<std::int64_t>(most.max_queue_bytes)) {
    waiting.dropped.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
    return false;
  }
  waiting.messages.fetch_add(count, std::memory_order_relaxed);
  waiting.bytes.fetch_add(batch.bytes, std::memory_order_relaxed);
  return true;
}

void shard::send_to_rule(std::size_t slot) {
  auto& batch = rules_->batches[slot];
  const auto& to = rules_->table->slots[slot];
  if (may_wait(*to.waiting, batch)) {
    batch.from = index_;
    caf::anon_send(to.rule, std::move(batch));
  }
  batch = {};
}

void shard::flush_rules() {
  if (!rules_)
    return;
  for (const auto slot : rules_->touched)
    if (!rules_->batches[slot].items.empty())
      send_to_rule(slot);
  rules_->touched.clear();
  rules_->reader.quiesce();
}

} // namespace troupe
