#include "troupe/mqtt/topic.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

constexpr std::string_view share_prefix = "$share/";
constexpr std::string_view queue_prefix = "$queue/";

} // namespace

bool valid_topic_name(std::string_view topic) noexcept {
  return !topic.empty() && topic.size() <= longest_topic &&
         topic.find_first_of(std::string_view{"+#\0", 3}) == std::string_view::npos;
}

bool valid_topic_filter(std::string_view filter) noexcept {
  if (filter.empty() || filter.size() > longest_topic || filter.find('\0') != std::string_view::npos)
    return false;
  bool more = true;
  while (more) {
    const auto level = next_level(filter, more);
    if (level == "#")
      return !more; // [MQTT-4.7.1-1]
    if (level != "+" && has_wildcards(level))
      return false; // [MQTT-4.7.1-2]
  }
  return true;
}

bool has_wildcards(std::string_view filter) noexcept {
  return filter.find_first_of("+#") != std::string_view::npos;
}

std::size_t level_count(std::string_view topic) noexcept {
  return static_cast<std::size_t>(std::count(topic.begin(), topic.end(), '/')) + 1;
}

std::string_view next_level(std::string_view& rest, bool& more) noexcept {
  const auto slash = rest.find('/');
  const auto level = rest.substr(0, slash);
  more = slash != std::string_view::npos;
  rest = more ? rest.substr(slash + 1) : std::string_view{};
  return level;
}

std::string_view subscription_prefix(std::string_view subscription) noexcept {
  if (subscription.starts_with(queue_prefix))
    return subscription.substr(0, queue_prefix.size());
  if (subscription.starts_with(exclusive_group))
    return subscription.substr(0, exclusive_group.size());
  if (!subscription.starts_with(share_prefix))
    return {};
  const auto slash = subscription.find('/', share_prefix.size());
  return slash == std::string_view::npos ? std::string_view{} : subscription.substr(0, slash + 1);
}

std::optional<subscription_target> parse_subscription(std::string_view subscription) noexcept {
  const auto prefix = subscription_prefix(subscription);
  subscription_target target{{}, subscription.substr(prefix.size())};
  if (prefix == exclusive_group) {
    target.group = exclusive_group;
  } else if (prefix == queue_prefix) {
    target.group = prefix.substr(0, prefix.size() - 1);
  } else if (!prefix.empty()) {
    target.group = prefix.substr(share_prefix.size(), prefix.size() - share_prefix.size() - 1);
    if (target.group.empty() || has_wildcards(target.group))
      return {}; // [MQTT-4.8.2-1]
  } else if (subscription.starts_with(share_prefix)) {
    return {}; // a group without a filter
  }
  const bool nested = !target.group.empty() &&
                      (target.filter.starts_with(queue_prefix) || target.filter.starts_with(share_prefix) ||
                       target.filter.starts_with(exclusive_group));
  if (nested || !valid_topic_filter(target.filter))
    return {};
  return target;
}

void canonicalize(std::string& subscription) {
  if (subscription.starts_with(queue_prefix))
    subscription.insert(0, share_prefix);
}

bool filter_matches_filter(std::string_view filter, std::string_view stored) noexcept {
  if (stored.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#')))
    return false;
  bool more_filter = true;
  bool more_stored = true;
  while (more_filter && more_stored) {
    const auto level = next_level(filter, more_filter);
    if (level == "#")
      return !more_filter; // elsewhere it is no wildcard
    const auto other = next_level(stored, more_stored);
    if (level != "+" && level != other)
      return false;
    if (level == "+" && other == "#")
      return false; // `+` is one level, `#` any number
  }
  if (more_filter && !more_stored)
    return filter == "#"; // `a/#` covers `a`
  return !more_filter && !more_stored;
}

bool may_match_below(std::string_view filter, std::string_view prefix) noexcept {
  if (prefix.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#')))
    return false;
  bool more_filter = true;
  bool more_prefix = true;
  while (more_filter && more_prefix) {
    const auto level = next_level(filter, more_filter);
    if (level == "#")
      return true;
    if (level != "+" && level != next_level(prefix, more_prefix))
      return false;
    if (level == "+")
      next_level(prefix, more_prefix);
  }
  return more_filter && !more_prefix;
}

bool matches(std::string_view filter, std::string_view name) noexcept {
  return filter_matches_filter(filter, name);
}

} // namespace troupe::mqtt
