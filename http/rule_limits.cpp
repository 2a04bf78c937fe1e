#include "rule_limits.hpp"

namespace troupe {

namespace {

// `left`: levels of fallbacks that there may be below; `count` grows by all of them.
std::string beyond_limits(const std::vector<new_action>& actions, std::size_t left, std::size_t& count) {
  count += actions.size();
  if (actions.size() > rule_limits::most_actions || count > rule_limits::most_in_all)
    return "{invalid_actions}";
  for (const auto& a : actions) {
    if (a.name.size() > rule_limits::longest_text || a.id.size() > rule_limits::longest_id)
      return "{invalid_actions}";
    if (a.fallbacks.empty())
      continue;
    if (left == 0)
      return "{too_many_levels_of_fallbacks," + std::to_string(rule_limits::most_levels) + "}";
    if (auto error = beyond_limits(a.fallbacks, left - 1, count); !error.empty())
      return error;
  }
  return {};
}

template <class Put>
std::string beyond_common_limits(const Put& what) {
  if (what.id.size() > rule_limits::longest_id)
    return "{invalid_id}";
  if (what.description && what.description->size() > rule_limits::longest_text)
    return "{invalid_description}";
  return {};
}

} // namespace

std::string beyond_limits(const put_rule& r) {
  auto error = beyond_common_limits(r);
  std::size_t count = 0;
  return error.empty() && r.actions ? beyond_limits(*r.actions, rule_limits::most_levels, count) : error;
}

std::string beyond_limits(const put_resource& r) {
  auto error = beyond_common_limits(r);
  return error.empty() && r.type && r.type->size() > rule_limits::longest_text ? "{invalid_type}" : error;
}

} // namespace troupe
