#include "troupe/mqtt/delayed_topic.hpp"

#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::mqtt {

namespace {

constexpr std::string_view prefix = "$delayed/";

} // namespace

bool is_delayed_topic(std::string_view topic) noexcept { return topic.starts_with(prefix); }

std::size_t delayed_prefix_size(std::string_view topic) noexcept {
  if (!is_delayed_topic(topic))
    return 0;
  const auto slash = topic.find('/', prefix.size());
  return slash == std::string_view::npos ? 0 : slash + 1;
}

std::optional<delayed_topic> parse_delayed(std::string_view topic, time_ms now) noexcept {
  const auto size = delayed_prefix_size(topic);
  if (size == 0 || !valid_topic_name(topic.substr(size)))
    return {};
  const auto number = topic.substr(prefix.size(), size - prefix.size() - 1);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (error != std::errc{} || end != number.data() + number.size() || seconds < 0)
    return {};
  if (seconds >= longest_delay) {
    if (seconds - now / 1000 > longest_delay)
      return {};
    return delayed_topic{topic.substr(size), std::max(now + 1000, seconds * 1000)};
  }
  return delayed_topic{topic.substr(size), now + 1000 * std::max<std::int64_t>(seconds, 1)};
}

} // namespace troupe::mqtt
