// The kinds of events by themselves, for those who need not know what rules see of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::rules {

enum class event_kind : std::uint8_t {
  message_publish,
  message_delivered,
  message_acked,
  message_dropped,
  delivery_dropped,
  client_connected,
  client_disconnected,
  session_subscribed,
  session_unsubscribed,
  client_connect,
  client_connack,
  session_resumed,
  session_terminated,
  // Those that plugins are told of, and rules are not.
  client_subscribe,
  client_unsubscribe,
};

/// Kinds that rules know.
inline constexpr std::size_t event_kind_count = static_cast<std::size_t>(event_kind::session_terminated) + 1;

/// Several kinds, as bits.
using event_mask = std::uint32_t;
constexpr event_mask bit_of(event_kind kind) noexcept { return event_mask{1} << static_cast<unsigned>(kind); }

} // namespace troupe::rules
