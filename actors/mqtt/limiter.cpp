#include "troupe/mqtt/limiter.hpp"

#include <algorithm>
#include <limits>

namespace troupe::mqtt {

namespace {

constexpr std::int64_t nanoseconds_of_ms = 1'000'000;
constexpr std::int64_t most_debt = 24 * 3'600'000 * nanoseconds_of_ms; // of a bucket that is shared

} // namespace

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

std::int64_t shared_bucket::cost(std::uint64_t n) const noexcept {
  const auto exact =
      static_cast<double>(n) * static_cast<double>(window_) * nanoseconds_of_ms / static_cast<double>(limit_);
  return static_cast<std::int64_t>(std::min(exact, static_cast<double>(most_debt)));
}

void shared_bucket::take(std::uint64_t n, time_ms now) noexcept {
  const auto present = now * nanoseconds_of_ms;
  const auto spent = cost(n);
  const auto after = [&](std::int64_t before) {
    return std::min(std::max(before, present) + spent, present + most_debt);
  };
  auto seen = paid_at_.load(std::memory_order_relaxed);
  while (!paid_at_.compare_exchange_weak(seen, after(seen), std::memory_order_relaxed)) {
  }
}

time_ms shared_bucket::wait(time_ms now) const noexcept {
  const auto full = (now + window_) * nanoseconds_of_ms; // when a full bucket would be empty
  const auto lacks = paid_at_.load(std::memory_order_relaxed) + cost(1) - full;
  return lacks <= 0 ? 0 : (lacks + nanoseconds_of_ms - 1) / nanoseconds_of_ms;
}

connection_limiter::connection_limiter(const connection_rates& rates, time_ms now) noexcept
    : messages_(rates.messages, now),
      routed_(rates.routed, now),
      bytes_(rates.bytes, now),
      listener_bytes_(rates.listener_bytes, now),
      zone_routed_(rates.zone_routed) {}

void connection_limiter::on_bytes(std::uint64_t n, time_ms now) noexcept {
  bytes_.take(n, now);
  listener_bytes_.take(n, now);
}

void connection_limiter::on_publish(std::uint64_t subscribers, time_ms now) noexcept {
  messages_.take(1, now);
  routed_.take(subscribers, now);
  if (zone_routed_ != nullptr && subscribers > 0)
    zone_routed_->take(subscribers, now);
}

time_ms connection_limiter::wait_to_read(time_ms now) noexcept {
  return std::max(bytes_.wait(0, now), listener_bytes_.wait(0, now));
}

time_ms connection_limiter::wait_to_publish(time_ms now) noexcept {
  const auto mine = std::max(messages_.wait(1, now), routed_.wait(1, now));
  return zone_routed_ == nullptr ? mine : std::max(mine, zone_routed_->wait(now));
}

} // namespace troupe::mqtt
