// `$delayed/<seconds>/<topic>` (reference/plugins-modules.md section 10).
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace troupe::mqtt {

/// Seconds that a message may be delayed at most. Larger numbers are seconds since the epoch.
inline constexpr std::int64_t longest_delay = 4'294'967;

bool is_delayed_topic(std::string_view topic) noexcept;

/// Bytes of `$delayed/<anything>/` at the front of a topic, 0 when it does not begin so.
std::size_t delayed_prefix_size(std::string_view topic) noexcept;

struct delayed_topic {
  std::string_view topic; // to publish to
  time_ms due = 0;        // at least one second from now
};

/// What a `$delayed/…` topic asks for at `now`. Nothing when the number or the topic is missing or not valid,
/// or the time is too far away.
std::optional<delayed_topic> parse_delayed(std::string_view topic, time_ms now) noexcept;

} // namespace troupe::mqtt
