// Every counter of the API document, as an index into a plain array. Each shard owns one array and is its
// only writer; readers get copies by message, so counting needs no atomics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::mqtt {

/// The metrics of reference/observability.md section 1, in the order of `metric_names`.
enum class metric : std::uint8_t {
  actions_failure,
  actions_success,
  bytes_received,
  bytes_sent,
  client_authenticate,
  client_auth_anonymous,
  client_connect,
  client_connack,
  client_connected,
  client_disconnected,
  client_check_acl,
  client_subscribe,
  client_unsubscribe,
  delivery_dropped_too_large,
  delivery_dropped_queue_full,
  delivery_dropped_qos0_msg,
  delivery_dropped_expired,
  delivery_dropped_no_local,
  delivery_dropped,
  messages_delayed,
  messages_delivered,
  messages_dropped,
  messages_dropped_expired,
  messages_dropped_no_subscribers,
  messages_forward,
  messages_publish,
  messages_qos0_received,
  messages_qos1_received,
  messages_qos2_received,
  messages_qos0_sent,
  messages_qos1_sent,
  messages_qos2_sent,
  messages_received,
  messages_sent,
  messages_retained,
  messages_acked,
  packets_received,
  packets_sent,
  packets_connect_received,
  packets_connack_auth_error,
  packets_connack_error,
  packets_connack_sent,
  packets_publish_received,
  packets_publish_sent,
  packets_publish_inuse,
  packets_publish_auth_error,
  packets_publish_error,
  packets_publish_dropped,
  packets_puback_received,
  packets_puback_sent,
  packets_puback_inuse,
  packets_puback_missed,
  packets_pubrec_received,
  packets_pubrec_sent,
  packets_pubrec_inuse,
  packets_pubrec_missed,
  packets_pubrel_received,
  packets_pubrel_sent,
  packets_pubrel_missed,
  packets_pubcomp_received,
  packets_pubcomp_sent,
  packets_pubcomp_inuse,
  packets_pubcomp_missed,
  packets_subscribe_received,
  packets_subscribe_error,
  packets_subscribe_auth_error,
  packets_suback_sent,
  packets_unsubscribe_received,
  packets_unsubscribe_error,
  packets_unsuback_sent,
  packets_pingreq_received,
  packets_pingresp_sent,
  packets_disconnect_received,
  packets_disconnect_sent,
  packets_auth_received,
  packets_auth_sent,
  rules_matched,
  session_created,
  session_discarded,
  session_resumed,
  session_takeovered,
  session_terminated,
  client_auth_success, // this and what follows: only shown while a plugin of authentication is loaded
  client_auth_failure,
  client_auth_ignore,
  client_acl_allow,
  client_acl_deny,
  client_acl_cache_hit,   // these count as allowed or denied, too
  publish_bytes_received, // of payloads; this and what follows: only in `$SYS/broker/`
  publish_bytes_sent,
  clients_expired, // sessions
};

inline constexpr std::size_t metric_count = static_cast<std::size_t>(metric::clients_expired) + 1;

/// How many of them are shown, from the first on.
constexpr std::size_t shown_metrics(bool authenticating) noexcept {
  return static_cast<std::size_t>(authenticating ? metric::client_acl_cache_hit
                                                 : metric::session_terminated) +
         1;
}

/// The name that the API shows, such as "packets.connect.received".
std::string_view to_string(metric m) noexcept;

class counters {
public:
  void add(metric m, std::uint64_t n = 1) noexcept { values_[static_cast<std::size_t>(m)] += n; }
  std::uint64_t operator[](metric m) const noexcept { return values_[static_cast<std::size_t>(m)]; }

  counters& operator+=(const counters& other) noexcept {
    for (std::size_t i = 0; i < metric_count; ++i)
      values_[i] += other.values_[i];
    return *this;
  }

private:
  std::array<std::uint64_t, metric_count> values_{};
};

} // namespace troupe::mqtt
