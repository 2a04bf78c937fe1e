#include "troupe/mqtt/mount_point.hpp"

#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/topic.hpp"

namespace troupe::mqtt {

std::optional<std::string> expand_placeholders(std::string_view pattern, std::string_view client_id,
                                               std::string_view username) {
  std::string out;
  while (!pattern.empty()) {
    const bool id = pattern.starts_with("%c");
    const bool user = pattern.starts_with("%u") && !username.empty();
    if (!id && !user) {
      out.push_back(pattern.front());
      pattern.remove_prefix(1);
      continue;
    }
    const auto text = id ? client_id : username;
    if (text.find_first_of(std::string_view{"+#\0", 3}) != std::string_view::npos)
      return {};
    out += text;
    pattern.remove_prefix(2);
  }
  return out;
}

namespace {

std::string insert(std::string_view text, std::size_t at, std::string_view what) {
  std::string out;
  out.reserve(text.size() + what.size());
  out.append(text.substr(0, at)).append(what).append(text.substr(at));
  return out;
}

} // namespace

std::string mount_name(std::string_view mount_point, std::string_view topic, bool delayed) {
  return insert(topic, delayed ? delayed_prefix_size(topic) : 0, mount_point);
}

std::string mount_subscription(std::string_view mount_point, std::string_view subscription) {
  return insert(subscription, subscription_prefix(subscription).size(), mount_point);
}

} // namespace troupe::mqtt
