// Access rules compiled for deciding: what a rule asks for is looked up, not tried.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/access/acl_rule.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::access {

class rule_index; // actors/access/rule_index.hpp

/// A set of rules of which the first that matches decides. Immutable, so that all threads may ask it.
///
/// A topic matches as in EMQ X 4: wildcards match levels that begin with `$` too, a level `%c` or `%u` stands
/// for one level of the topic, and the wildcards of a filter that a client subscribes to are ordinary
/// levels, so that `a/#` in a rule covers the subscriptions `a/+` and `a/#`. One thing is stricter: `+` in an
/// allowing rule does not cover `#`, which would grant more than it names; in a denying rule it does.
class acl_rules final : public acl_decider {
public:
  explicit acl_rules(std::vector<acl_rule> rules);
  ~acl_rules() override;
  acl_rules(const acl_rules&) = delete;
  acl_rules& operator=(const acl_rules&) = delete;

  /// Nothing when no rule matches. `topic` is a valid name, or a valid filter without `$share/<group>/`.
  /// Allocates nothing; a few microseconds for ten thousand rules.
  std::optional<decision> decide(const subject& who, operation what,
                                 std::string_view topic) const noexcept override;

  /// How many rules there are.
  std::size_t size() const noexcept { return rules_.size(); }

private:
  std::vector<acl_rule> rules_;
  std::unique_ptr<const rule_index> publish_, subscribe_;
};

} // namespace troupe::access
