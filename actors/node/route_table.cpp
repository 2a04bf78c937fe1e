#include "route_table.hpp"

#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace troupe {

route_table::behavior_type route_table::make_behavior() {
  return {
      [this](const route_changes& m) { apply(m); },
      [this](const route_query& q) { return list(q); },
      [this](const route_figures_query&) { return figures_; },
  };
}

void route_table::apply(const route_changes& m) {
  auto& index = home().node().subscriptions;
  routes_applied applied;
  for (const auto& change : m.changes) {
    const auto target = mqtt::parse_subscription(change.filter);
    if (!target)
      continue; // the channel has checked it
    if (change.what == route_change::kind::subscribe)
      index.subscribe(target->filter, target->group, change.subscriber);
    else
      index.unsubscribe(target->filter, target->group, change.subscriber.shard, change.subscriber.slot,
                        change.subscriber.generation);
    if (change.token != 0)
      applied.receipts.push_back({change.subscriber.slot, change.subscriber.generation, change.token});
  }
  index.commit();
  note_maxima();
  if (!applied.receipts.empty())
    caf::anon_send(home().node().actors.routers[m.shard], std::move(applied));
}

void route_table::note_maxima() {
  const auto& index = home().node().subscriptions;
  auto& f = figures_;
  f.routes = index.filter_count();
  f.subscriptions = index.subscription_count();
  f.shared_subscriptions = index.shared_subscription_count();
  f.subscribers = f.subscriptions - f.shared_subscriptions;
  f.routes_max = std::max(f.routes_max, f.routes);
  f.subscriptions_max = std::max(f.subscriptions_max, f.subscriptions);
  f.shared_subscriptions_max = std::max(f.shared_subscriptions_max, f.shared_subscriptions);
  f.subscribers_max = std::max(f.subscribers_max, f.subscribers);
}

route_page route_table::list(const route_query& q) const {
  const auto& index = const_cast<route_table*>(this)->home().node().subscriptions;
  route_page page;
  page.total = index.filter_count();
  if (!q.topic)
    page.topics = index.list(q.skip, q.limit);
  else if (index.lookup(*q.topic))
    page.topics.push_back(*q.topic);
  return page;
}

} // namespace troupe
