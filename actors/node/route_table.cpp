#include "route_table.hpp"

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
    if (change.what == route_change::kind::unsubscribe)
      unsubscribe(*target, change.subscriber);
    else if (!subscribe(*target, change.subscriber))
      applied.receipts.push_back({change.subscriber.slot, change.subscriber.generation, 0, change.filter});
    if (change.token != 0)
      applied.receipts.push_back({change.subscriber.slot, change.subscriber.generation, change.token, {}});
  }
  index.commit();
  note_maxima();
  if (!applied.receipts.empty())
    caf::anon_send(home().node().actors.routers[m.shard], std::move(applied));
}

// Who makes messages for `$SYS` looks here first.
void route_table::count_system(std::string_view filter, bool added) {
  if (!filter.starts_with("$SYS"))
    return;
  auto& node = home().node();
  const auto count = [added](gauge& g) { added ? g.add() : g.subtract(); };
  count(node.gauges->system_subscriptions);
  if (mqtt::may_match_below(filter, "$SYS/brokers/" + node.actors.node_name + "/clients"))
    count(node.gauges->presence_subscriptions);
}

// False when somebody else holds the exclusive subscription.
bool route_table::subscribe(const mqtt::subscription_target& target, const mqtt::subscriber& s) {
  auto& index = home().node().subscriptions;
  if (target.exclusive()) {
    const auto holder = index.holder(target.filter);
    if (holder && (holder->slot != s.slot || holder->generation != s.generation || holder->shard != s.shard))
      return false;
  }
  const auto result = index.subscribe(target.filter, target.group, s);
  if (result == mqtt::subscription_index::result::added) {
    count_system(target.filter, true);
    exclusive_ += target.exclusive() ? 1 : 0;
  }
  return true;
}

void route_table::unsubscribe(const mqtt::subscription_target& target, const mqtt::subscriber& s) {
  const bool removed =
      home().node().subscriptions.unsubscribe(target.filter, target.group, s.shard, s.slot, s.generation);
  if (removed) {
    count_system(target.filter, false);
    exclusive_ -= target.exclusive() ? 1 : 0;
  }
}

void route_table::note_maxima() {
  const auto& index = home().node().subscriptions;
  auto& f = figures_;
  f.routes = index.filter_count();
  f.subscriptions = index.subscription_count();
  f.shared_subscriptions = index.shared_subscription_count() - exclusive_; // kept like groups
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
