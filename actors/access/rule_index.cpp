#include "rule_index.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace troupe::access {

namespace {

using kind = condition::kind;

constexpr std::size_t common = std::numeric_limits<std::size_t>::max() / 1024; // rules that concern everyone

bool is_leaf(const condition& c) { return c.what != kind::all_of && c.what != kind::any_of; }

std::string key_of(const condition& leaf) {
  switch (leaf.what) {
    case kind::user: return "u" + leaf.name;
    case kind::client: return "c" + leaf.name;
    case kind::network:
      return "n" + mqtt::to_string(leaf.network.first()) + "/" + std::to_string(leaf.network.bits());
    default: return {};
  }
}

void count(const condition& c, std::map<std::string, std::size_t, std::less<>>& named) {
  if (is_leaf(c))
    ++named[key_of(c)];
  for (const auto& part : c.parts)
    count(part, named);
}

std::size_t cost_of(const std::vector<const condition*>& leaves,
                    const std::map<std::string, std::size_t, std::less<>>& named) {
  std::size_t cost = 0;
  for (const auto* leaf : leaves)
    cost += leaf->what == kind::everyone ? common : named.find(key_of(*leaf))->second;
  return cost;
}

// Conditions without which `c` cannot hold: one of them does when it does. Of an 'and' those that the fewest
// rules share.
std::vector<const condition*> needed(const condition& c,
                                     const std::map<std::string, std::size_t, std::less<>>& named) {
  if (is_leaf(c))
    return {&c};
  std::vector<const condition*> result;
  for (const auto& part : c.parts) {
    auto leaves = needed(part, named);
    if (c.what == kind::any_of)
      result.insert(result.end(), leaves.begin(), leaves.end());
    else if (result.empty() || cost_of(leaves, named) < cost_of(result, named))
      result = std::move(leaves);
  }
  return result;
}

// Whether there is more to `c` than one of its needed conditions.
bool needs_check(const condition& c) {
  return c.what == kind::all_of || std::any_of(c.parts.begin(), c.parts.end(), needs_check);
}

} // namespace

rule_index::rule_index(const std::vector<acl_rule>& rules, bool acl_rule::*concerned)
    : everyone_(topics_.make_root()) {
  frequencies named;
  for (const auto& r : rules)
    if (r.*concerned)
      count(r.who, named);
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (rules[i].*concerned)
      add(rules[i], i, named);
  topics_.finish();
  order_networks();
}

void rule_index::add(const acl_rule& rule, std::size_t number, const frequencies& named) {
  const topic_forest::entry entry{static_cast<std::uint32_t>(number),
                                  needs_check(rule.who) ? &rule.who : nullptr,
                                  rule.result == decision::allow};
  for (const auto* leaf : needed(rule.who, named)) {
    const auto root = root_of(*leaf);
    if (rule.every_topic)
      topics_.add_everywhere(root, entry);
    for (const auto& topic : rule.topics)
      topics_.add(root, topic, entry);
  }
}

topic_forest::node_id rule_index::root_of(const condition& leaf) {
  if (leaf.what == kind::everyone)
    return everyone_;
  auto& root = leaf.what == kind::user     ? users_[leaf.name]
               : leaf.what == kind::client ? clients_[leaf.name]
                                           : network_roots_[key_of(leaf)];
  if (root == 0) {
    root = topics_.make_root();
    if (leaf.what == kind::network)
      networks_.push_back({leaf.network, root});
  }
  return root;
}

// Two networks are apart, or one is in the other. So the networks around an address are the last one that
// begins before it, if it is in there, and those around that one.
void rule_index::order_networks() {
  std::sort(networks_.begin(), networks_.end(), [](const network_root& a, const network_root& b) {
    return std::tuple{a.network.first(), a.network.bits()} < std::tuple{b.network.first(), b.network.bits()};
  });
  for (std::size_t i = 1; i < networks_.size(); ++i) {
    auto around = i - 1;
    while (around != none && !networks_[around].network.contains(networks_[i].network.first()))
      around = networks_[around].parent;
    networks_[i].parent = around;
  }
  network_roots_.clear();
}

std::optional<std::size_t> rule_index::find(const subject& who, std::string_view topic) const noexcept {
  const split_topic levels{topic};
  auto best = topics_.find(everyone_, levels, who, topic_forest::no_rule);
  if (const auto i = users_.find(who.username); i != users_.end())
    best = topics_.find(i->second, levels, who, best);
  if (const auto i = clients_.find(who.client_id); i != clients_.end())
    best = topics_.find(i->second, levels, who, best);
  if (who.address != nullptr && !networks_.empty()) {
    const auto after = std::upper_bound(
        networks_.begin(), networks_.end(), *who.address,
        [](const mqtt::ip_address& a, const network_root& n) { return a < n.network.first(); });
    for (auto i = static_cast<std::size_t>(after - networks_.begin()) - 1; i != none; i = networks_[i].parent)
      if (networks_[i].network.contains(*who.address))
        best = topics_.find(networks_[i].root, levels, who, best);
  }
  return best == topic_forest::no_rule ? std::nullopt : std::optional<std::size_t>{best};
}

} // namespace troupe::access
