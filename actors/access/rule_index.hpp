// Access rules by whom they concern: users, client ids, networks, everyone. Each has a tree of topics.
#pragma once

#include "topic_tree.hpp"
#include "troupe/access/acl_rule.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::access {

/// Those rules of a list that concern one operation. Refers to the list.
class rule_index {
public:
  rule_index(const std::vector<acl_rule>& rules, bool acl_rule::*concerned);

  /// The number of the first rule that matches.
  std::optional<std::size_t> find(const subject& who, std::string_view topic) const noexcept;

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using roots_by_name = std::unordered_map<std::string, topic_forest::node_id, text_hash, std::equal_to<>>;

  struct network_root {
    mqtt::ip_network network;
    topic_forest::node_id root = 0;
    std::size_t parent = none; // the smallest network around it, in networks_
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  using leaves = std::vector<const condition*>;
  /// How many rules name a user, a client or a network.
  using frequencies = std::map<std::string, std::size_t, std::less<>>;

  void add(const acl_rule& rule, std::size_t number, const frequencies& named);
  topic_forest::node_id root_of(const condition& leaf);
  void order_networks();

  topic_forest topics_;
  topic_forest::node_id everyone_;
  roots_by_name users_, clients_;
  std::map<std::string, topic_forest::node_id> network_roots_; // while it is built, by their text
  std::vector<network_root> networks_;                         // by first address, larger ones first
};

} // namespace troupe::access
