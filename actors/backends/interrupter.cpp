#include "interrupter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace troupe {

bool peer_has_closed(int socket) noexcept {
  pollfd one{socket, POLLRDHUP, 0};
  return ::poll(&one, 1, 0) > 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

interrupter::interrupter() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0)
    throw std::runtime_error("no file descriptor is left");
}

interrupter::~interrupter() { ::close(wake_); }

void interrupter::interrupt() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one); // nobody reads it: it stays set
}

bool interrupter::wait(int socket, short events, std::chrono::steady_clock::time_point end) const noexcept {
  using namespace std::chrono;
  std::array<pollfd, 2> both{{{socket, events, 0}, {wake_, POLLIN, 0}}};
  for (;;) {
    const auto left = duration_cast<milliseconds>(end - steady_clock::now()).count();
    if (left <= 0)
      return false;
    const auto n = ::poll(both.data(), both.size(),
                          static_cast<int>(std::min<std::int64_t>(left, std::numeric_limits<int>::max())));
    if (n > 0)
      return both[1].revents == 0;
    if (n == 0 || errno != EINTR)
      return false;
  }
}

} // namespace troupe
