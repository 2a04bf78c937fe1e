#include "troupe/mqtt/limiter.hpp"

#include <algorithm>
#include <limits>

namespace troupe::mqtt {

token_bucket::token_bucket(const rate& r, time_ms now) noexcept
    : limit_(static_cast<std::int64_t>(r.limit)),
      window_(r.window),
      level_(limit_ * window_),
      filled_at_(now) {}

void token_bucket::fill(time_ms now) noexcept {
  if (now <= filled_at_)
    return;
  const std::int64_t missing = limit_ * window_ - level_;
  const time_ms elapsed = now - filled_at_;
  // Compared first: the product of a long silence and a high limit may overflow.
  level_ += elapsed > missing / limit_ ? missing : elapsed * limit_;
  filled_at_ = now;
}

std::uint64_t token_bucket::available(time_ms now) noexcept {
  if (limit_ == 0)
    return std::numeric_limits<std::uint64_t>::max();
  fill(now);
  return level_ < 0 ? 0 : static_cast<std::uint64_t>(level_ / window_);
}

void token_bucket::take(std::uint64_t n, time_ms now) noexcept {
  if (limit_ == 0)
    return;
  fill(now);
  level_ -= static_cast<std::int64_t>(n) * window_;
}

time_ms token_bucket::wait(std::uint64_t n, time_ms now) noexcept {
  if (limit_ == 0)
    return 0;
  fill(now);
  const std::int64_t wanted = std::min(static_cast<std::int64_t>(n), limit_) * window_;
  return level_ >= wanted ? 0 : (wanted - level_ + limit_ - 1) / limit_;
}

connection_limiter::connection_limiter(const connection_rates& rates, time_ms now) noexcept
    : messages_(rates.messages, now),
      routed_(rates.routed, now),
      bytes_(rates.bytes, now),
      listener_bytes_(rates.listener_bytes, now) {}

void connection_limiter::on_bytes(std::uint64_t n, time_ms now) noexcept {
  bytes_.take(n, now);
  listener_bytes_.take(n, now);
}

void connection_limiter::on_publish(std::uint64_t subscribers, time_ms now) noexcept {
  messages_.take(1, now);
  routed_.take(subscribers, now);
}

time_ms connection_limiter::wait_to_read(time_ms now) noexcept {
  return std::max(bytes_.wait(0, now), listener_bytes_.wait(0, now));
}

time_ms connection_limiter::wait_to_publish(time_ms now) noexcept {
  return std::max(messages_.wait(1, now), routed_.wait(1, now));
}

} // namespace troupe::mqtt
