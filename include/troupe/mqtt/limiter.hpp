// Token buckets: how fast a connection may send, and a listener accept. Over the limit nobody loses anything:
// the owner of the bucket reads no more until there are tokens again.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <atomic>
#include <cstdint>
#include <limits>

namespace troupe::mqtt {

/// `limit` units in `window` milliseconds, such as `100,10s` of reference/config.md section 1.
struct rate {
  static constexpr std::uint64_t max_limit = std::uint64_t{1} << 40; // with max_window no product overflows
  static constexpr time_ms min_window = 1'000;
  static constexpr time_ms max_window = 3'600'000;

  std::uint64_t limit = 0; // 0: no limit
  time_ms window = min_window;

  bool limited() const noexcept { return limit != 0; }
};

/// Holds `limit` tokens at most and fills evenly, `limit` in `window`. Taking more than there is leaves a
/// debt that later tokens pay first: over any time no more is taken than the rate and one full bucket, but
/// for the last take. Without a limit it is always full.
class token_bucket {
public:
  token_bucket(const rate& r, time_ms now) noexcept;

  /// Whole tokens that are there; 0 while in debt.
  std::uint64_t available(time_ms now) noexcept;

  void take(std::uint64_t n, time_ms now) noexcept;

  /// Milliseconds until `n` tokens are there, or all that the bucket holds if that is less; 0: they are.
  time_ms wait(std::uint64_t n, time_ms now) noexcept;

private:
  void fill(time_ms now) noexcept;

  std::int64_t limit_;  // units that a millisecond adds
  std::int64_t window_; // units of a token
  std::int64_t level_;  // units, below 0: debt
  time_ms filled_at_;
};

/// A token bucket that connections on several threads share, without a lock: it knows when all that was taken
/// will have been paid off. Like the other one it begins full, and taking more than there is leaves a debt,
/// of a day at most.
class shared_bucket {
public:
  /// `r` is limited.
  explicit shared_bucket(const rate& r) noexcept : limit_(r.limit), window_(r.window) {}

  void take(std::uint64_t n, time_ms now) noexcept;

  /// Milliseconds until a token is there; 0: one is.
  time_ms wait(time_ms now) const noexcept;

private:
  std::int64_t cost(std::uint64_t n) const noexcept; // nanoseconds that fill n tokens

  std::uint64_t limit_;
  time_ms window_;
  std::atomic<std::int64_t> paid_at_{std::numeric_limits<std::int64_t>::min() / 2}; // nanoseconds
};

/// The limits of one connection; all that are set hold (reference/config.md sections 6 and 7).
struct connection_rates {
  rate messages;       // PUBLISH packets: zone.*.rate_limit.conn_messages_in, zone.*.publish_limit
  rate routed;         // what they cause: zone.*.quota.conn_messages_routing
  rate bytes;          // zone.*.rate_limit.conn_bytes_in
  rate listener_bytes; // listener.*.rate_limit
  shared_bucket* zone_routed = nullptr; // zone.*.quota.overall_messages_routing; null: no limit

  bool any() const noexcept {
    return messages.limited() || routed.limited() || bytes.limited() || listener_bytes.limited() ||
           zone_routed != nullptr;
  }
};

class connection_limiter {
public:
  connection_limiter(const connection_rates& rates, time_ms now) noexcept;

  /// Another rate from now on, with a full bucket.
  void limit_messages(const rate& r, time_ms now) noexcept { messages_ = {r, now}; }
  void limit_routed(const rate& r, time_ms now) noexcept { routed_ = {r, now}; }
  void limit_bytes(const rate& r, time_ms now) noexcept { bytes_ = {r, now}; }

  /// Bytes were read. They are handled whatever the limit: only then the reader pauses.
  void on_bytes(std::uint64_t n, time_ms now) noexcept;

  /// A PUBLISH was handled that `subscribers` got.
  void on_publish(std::uint64_t subscribers, time_ms now) noexcept;

  /// Milliseconds until more may be read, and until a PUBLISH that has been read may be handled; 0: now.
  time_ms wait_to_read(time_ms now) noexcept;
  time_ms wait_to_publish(time_ms now) noexcept;

private:
  token_bucket messages_;
  token_bucket routed_;
  token_bucket bytes_;
  token_bucket listener_bytes_;
  shared_bucket* zone_routed_;
};

} // namespace troupe::mqtt
