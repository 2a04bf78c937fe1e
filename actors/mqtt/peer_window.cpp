#include "troupe/mqtt/peer_window.hpp"

#include <utility>

namespace troupe::mqtt {

const peer_window::frame& peer_window::add(std::string bytes) {
  bytes_ += bytes.size();
  return frames_.emplace_back(frame{next_++, std::move(bytes)});
}

std::size_t peer_window::acknowledge(std::uint64_t number) {
  std::size_t count = 0;
  for (; number < next_ && !frames_.empty() && frames_.front().number <= number; ++count) {
    bytes_ -= frames_.front().bytes.size();
    frames_.pop_front();
  }
  return count;
}

void peer_progress::resume(std::uint64_t incarnation, std::uint64_t first) noexcept {
  const auto before = first == 0 ? 0 : first - 1;
  if (incarnation != incarnation_ || before > last_) // what it does not send again it knows to be here
    last_ = before;
  incarnation_ = incarnation;
}

peer_progress::verdict peer_progress::take(std::uint64_t number) noexcept {
  if (number <= last_)
    return verdict::known;
  if (number != last_ + 1)
    return verdict::gap;
  last_ = number;
  return verdict::fresh;
}

} // namespace troupe::mqtt
