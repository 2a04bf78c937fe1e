#include "troupe/access/acl_rules.hpp"

#include "rule_index.hpp"

#include <utility>

namespace troupe::access {

acl_rules::acl_rules(std::vector<acl_rule> rules)
    : rules_(std::move(rules)),
      publish_(std::make_unique<const rule_index>(rules_, &acl_rule::publish)),
      subscribe_(std::make_unique<const rule_index>(rules_, &acl_rule::subscribe)) {}

acl_rules::~acl_rules() = default;

std::optional<decision> acl_rules::decide(const subject& who, operation what,
                                          std::string_view topic) const noexcept {
  const auto number = (what == operation::publish ? publish_ : subscribe_)->find(who, topic);
  if (!number)
    return std::nullopt;
  return rules_[*number].result;
}

} // namespace troupe::access
