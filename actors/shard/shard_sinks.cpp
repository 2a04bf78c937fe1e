// Messages and events for plugins: one batch per plugin and turn. A plugin that is behind gets no more, like
// a rule.
#include "shard_sinks.hpp"

#include "shard.hpp"

#include <caf/send.hpp>

namespace troupe {

void shard::use_sinks(std::shared_ptr<const sink_table> table) {
  flush_sinks();
  sinks_ = nullptr;
  active_hooks_ &= ~std::uint32_t{mqtt::hook_sinks};
  if (table) {
    const auto count = table->sinks.size();
    if ((table->wants & rules::bit_of(rules::event_kind::message_publish)) != 0)
      active_hooks_ |= mqtt::hook_sinks;
    sinks_ = std::make_unique<shard_sinks>(shard_sinks{std::move(table), std::vector<rule_messages>(count)});
  }
  find_wanted_events();
}

void shard::tell_sinks(rules::event_kind kind, const rule_item& item, std::size_t bytes) {
  if (!sinks_)
    return;
  for (std::size_t i = 0; i < sinks_->batches.size(); ++i) {
    if ((sinks_->table->sinks[i].wants & rules::bit_of(kind)) == 0)
      continue;
    auto& batch = sinks_->batches[i];
    batch.items.push_back(item);
    batch.bytes += static_cast<std::int64_t>(bytes);
    spend(1);
  }
}

void shard::flush_sinks() {
  if (!sinks_)
    return;
  for (std::size_t i = 0; i < sinks_->batches.size(); ++i) {
    auto& batch = sinks_->batches[i];
    if (batch.items.empty())
      continue;
    const auto& to = sinks_->table->sinks[i];
    if (may_wait(*to.waiting, batch)) {
      batch.from = index_;
      caf::anon_send(to.actor, std::move(batch));
    }
    batch = {};
  }
}

} // namespace troupe
