// Everything that changes topics, with rules and topics at will: what comes out is valid, or nothing changes.
// Input: filter, expression, destination, mount point and topic, a line each.
#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace troupe::mqtt;

namespace {

void require(bool holds) {
  if (!holds)
    __builtin_trap();
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

void check_publish(const topic_hooks& hooks, std::string_view topic) {
  constexpr time_ms now = 1'700'000'000'000;
  std::string scratch;
  using action = topic_hooks::verdict::action;
  for (const std::uint32_t active : {0U, 1U, 2U, 3U}) {
    const auto v = hooks.on_publish(active, topic, now, scratch);
    require(v.what == action::drop || valid_topic_name(v.topic));
    require(v.what != action::pass || v.topic == topic);
    require(v.what != action::delay || (v.due > now && v.due - now <= 1000 * (longest_delay + 1)));
    require(active != 0 || v.what == action::pass);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  rewrite_rule rule;
  rule.filter = take_line(text);
  rule.regex = take_line(text);
  rule.destination = take_line(text);
  const std::string mount{take_line(text)};
  topic_hooks hooks;
  if (check_rewrite_rule(rule).empty()) {
    hooks.publish_rules.add(rule);
    hooks.subscribe_rules.add(rule);
  }
  if (valid_topic_name(text)) {
    check_publish(hooks, text);
    const auto mounted = mount_name(mount, text, true);
    require(mounted.size() == mount.size() + text.size());
    if (!is_delayed_topic(text))
      require(mounted.substr(mounted_bytes(mount, mounted)) == text);
  }
  if (const auto target = parse_subscription(text)) {
    const auto rewritten = hooks.on_subscribe(hook_rewrite, nullptr, text);
    require(!rewritten || parse_subscription(*rewritten)->group == target->group);
    if (valid_topic_name(mount) && !mount.starts_with('$') && mount.ends_with('/') &&
        text.size() + mount.size() < longest_topic) {
      const auto mounted = hooks.on_subscribe(0, &mount, text);
      const auto moved = parse_subscription(*mounted);
      require(moved && moved->group == target->group && moved->filter == mount + std::string{target->filter});
    }
  }
  return 0;
}
