// The topics of access rules as a tree of levels, to find the first rule that matches a topic.
#pragma once

#include "troupe/access/acl_rule.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// A topic or filter that is asked about, split once for all trees. More levels than a rule can have are
/// only counted.
struct split_topic {
  explicit split_topic(std::string_view topic) noexcept;

  struct level {
    std::string_view text;
    std::size_t hash;
    bool wildcard; // `+` or `#`
  };
  std::array<level, max_acl_topic_levels> levels;
  std::size_t count = 0; // max_acl_topic_levels + 1: more than that
};

/// Many trees with common memory: a root each for those whom rules concern alike.
class topic_forest {
public:
  using node_id = std::uint32_t; // 0: none
  static constexpr std::uint32_t no_rule = std::numeric_limits<std::uint32_t>::max();

  /// A rule below a topic.
  struct entry {
    std::uint32_t rule = no_rule;     // its number: lower ones go first
    const condition* check = nullptr; // that must hold too; null: nothing
    bool allows = true;
  };

  node_id make_root() { return make_node(); }
  void add(node_id root, const acl_topic& topic, entry e);

  /// A rule for all topics.
  void add_everywhere(node_id root, entry e) {
    nodes_[root].below.push_back(e);
    note(root, e);
  }

  /// Puts the rules in order when all are there.
  void finish();

  /// The lowest number of a rule that matches and is below `best`; else `best`.
  std::uint32_t find(node_id root, const split_topic& topic, const subject& who,
                     std::uint32_t best) const noexcept;

private:
  struct node {
    std::vector<entry> here;  // the filter ends here
    std::vector<entry> below; // it ends in `#`: here, and everything below
    node_id plus = 0, client = 0, user = 0;
    std::uint32_t lowest = no_rule; // rule in this tree
  };

  // An edge to a child by the text of its level, in an open-addressed table.
  struct edge {
    node_id parent = 0, child = 0;
    std::uint32_t at = 0, size = 0; // of the text in texts_
  };

  struct walk {
    const topic_forest& forest;
    const split_topic& topic;
    const subject& who;
    std::uint32_t best;

    void visit(node_id at, std::size_t depth, bool deny_only) noexcept;
    void take(const std::vector<entry>& rules, bool deny_only) noexcept;
  };

  node_id make_node();
  void note(node_id at, const entry& e);
  node_id special_child(node_id parent, std::string_view level);
  node_id child(node_id parent, std::string_view level);
  node_id find_child(node_id parent, std::string_view level, std::size_t hash) const noexcept;
  std::size_t slot(node_id parent, std::string_view level, std::size_t hash) const noexcept;
  void grow_edges();

  std::vector<node> nodes_ = std::vector<node>(1); // node 0 is none
  std::vector<edge> edges_;
  std::size_t edge_count_ = 0;
  std::string texts_;
};

} // namespace troupe::access
