// Topic rewriting (reference/plugins-modules.md section 11): the topics of publishes, subscriptions and
// unsubscriptions become others by rules of a filter, a regular expression and a destination.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// One rule as configured: topics that `filter` matches and in which `regex` is found become `destination`,
/// where `$1`, `$2`, … stand for the expression's groups. The expression is RE2's: it takes time linear in
/// the topic, whatever the rule says.
struct rewrite_rule {
  std::string filter;
  std::string regex;
  std::string destination;
};

/// What is wrong with a rule; empty: nothing.
std::string check_rewrite_rule(const rewrite_rule& rule);

/// An ordered list of rules with their expressions compiled. The first rule whose filter matches decides;
/// when its expression is not found, or the result is not valid, the topic stays and no later rule is tried.
class topic_rewrite {
public:
  topic_rewrite();
  ~topic_rewrite();
  topic_rewrite(topic_rewrite&&) noexcept;
  topic_rewrite& operator=(topic_rewrite&&) noexcept;

  /// Appends a rule that `check_rewrite_rule` finds nothing wrong with.
  void add(const rewrite_rule& rule);

  bool empty() const noexcept { return rules_.empty(); }

  /// Gives the new topic name in `out` and returns true, or leaves it as it is.
  bool rewrite_name(std::string_view topic, std::string& out) const;

  /// The same for a subscription: behind `$share/<group>/`, `$queue/` or `$exclusive/`, which stays.
  bool rewrite_subscription(std::string_view subscription, std::string& out) const;

private:
  struct compiled;

  bool apply(std::string_view topic, std::string& out) const;

  std::vector<std::unique_ptr<compiled>> rules_;
};

} // namespace troupe::mqtt
