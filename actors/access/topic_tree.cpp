#include "topic_tree.hpp"

#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <functional>

namespace troupe::access {

namespace {

std::size_t hash_of(std::string_view level) noexcept { return std::hash<std::string_view>{}(level); }

constexpr std::size_t first_edges = 16; // a power of two, as every size

} // namespace

split_topic::split_topic(std::string_view topic) noexcept {
  bool more = true;
  while (more) {
    if (count == levels.size()) {
      ++count;
      return;
    }
    const auto text = mqtt::next_level(topic, more);
    levels[count++] = {text, hash_of(text), text == "+" || text == "#"};
  }
}

// -- building ------------------------------------------------------------------------------------------

topic_forest::node_id topic_forest::make_node() {
  nodes_.emplace_back();
  return static_cast<node_id>(nodes_.size() - 1);
}

void topic_forest::note(node_id at, const entry& e) {
  nodes_[at].lowest = std::min(nodes_[at].lowest, e.rule);
}

void topic_forest::add(node_id at, const acl_topic& topic, entry e) {
  std::string_view rest = topic.filter;
  bool more = true;
  note(at, e);
  while (more) {
    const auto level = mqtt::next_level(rest, more);
    if (!topic.literal && level == "#") {
      nodes_[at].below.push_back(e);
      return;
    }
    const auto special = topic.literal ? 0 : special_child(at, level);
    at = special != 0 ? special : child(at, level);
    note(at, e);
  }
  nodes_[at].here.push_back(e);
}

// Of a level that is no plain text; 0 when it is.
topic_forest::node_id topic_forest::special_child(node_id parent, std::string_view level) {
  node_id node::*which = level == "+" ? &node::plus : level == "%c" ? &node::client : &node::user;
  if (level != "+" && level != "%c" && level != "%u")
    return 0;
  if (nodes_[parent].*which == 0) {
    const auto made = make_node();
    nodes_[parent].*which = made;
  }
  return nodes_[parent].*which;
}

topic_forest::node_id topic_forest::child(node_id parent, std::string_view level) {
  if (2 * (edge_count_ + 1) > edges_.size())
    grow_edges();
  edge& e = edges_[slot(parent, level, hash_of(level))];
  if (e.child == 0) {
    e = {parent, make_node(), static_cast<std::uint32_t>(texts_.size()),
         static_cast<std::uint32_t>(level.size())};
    texts_ += level;
    ++edge_count_;
  }
  return e.child;
}

// Where the edge is or would be.
std::size_t topic_forest::slot(node_id parent, std::string_view level, std::size_t hash) const noexcept {
  const auto mask = edges_.size() - 1;
  auto i = (hash + parent * std::size_t{0x9E3779B97F4A7C15}) & mask;
  while (edges_[i].child != 0 && (edges_[i].parent != parent || edges_[i].size != level.size() ||
                                  std::string_view{texts_}.substr(edges_[i].at, edges_[i].size) != level))
    i = (i + 1) & mask;
  return i;
}

void topic_forest::grow_edges() {
  std::vector<edge> old(std::max(first_edges, edges_.size() * 2));
  old.swap(edges_);
  for (const edge& e : old)
    if (e.child != 0) {
      const auto level = std::string_view{texts_}.substr(e.at, e.size);
      edges_[slot(e.parent, level, hash_of(level))] = e;
    }
}

void topic_forest::finish() {
  const auto by_number = [](const entry& a, const entry& b) { return a.rule < b.rule; };
  for (node& n : nodes_)
    for (auto* rules : {&n.here, &n.below})
      std::stable_sort(rules->begin(), rules->end(), by_number);
}

// -- deciding -------------------------------------------------------------------------------------------

topic_forest::node_id topic_forest::find_child(node_id parent, std::string_view level,
                                               std::size_t hash) const noexcept {
  return edges_.empty() ? 0 : edges_[slot(parent, level, hash)].child;
}

std::uint32_t topic_forest::find(node_id root, const split_topic& topic, const subject& who,
                                 std::uint32_t best) const noexcept {
  walk w{*this, topic, who, best};
  w.visit(root, 0, false);
  return w.best;
}

// Each node is reached on one way only, and those whose rules all come later than what was found are left
// out.
void topic_forest::walk::visit(node_id at, std::size_t depth, bool deny_only) noexcept {
  if (at == 0 || forest.nodes_[at].lowest >= best)
    return;
  const node& n = forest.nodes_[at];
  take(n.below, deny_only);
  if (depth == topic.count) {
    take(n.here, deny_only);
    return;
  }
  if (depth == topic.levels.size())
    return;
  const auto& level = topic.levels[depth];
  visit(forest.find_child(at, level.text, level.hash), depth + 1, deny_only);
  if (!level.wildcard) { // a client whose id is `+` must not match by it
    if (n.client != 0 && level.text == who.client_id)
      visit(n.client, depth + 1, deny_only);
    if (n.user != 0 && !who.username.empty() && level.text == who.username)
      visit(n.user, depth + 1, deny_only);
  }
  visit(n.plus, depth + 1, deny_only || level.text == "#");
}

void topic_forest::walk::take(const std::vector<entry>& rules, bool deny_only) noexcept {
  for (const entry& e : rules) {
    if (e.rule >= best)
      return;
    if ((deny_only && e.allows) || (e.check != nullptr && !holds(*e.check, who)))
      continue;
    best = e.rule;
    return;
  }
}

} // namespace troupe::access
