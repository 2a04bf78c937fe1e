// Lets one thread end another's wait for a socket.
#pragma once

#include <chrono>

namespace troupe {

/// Whether the other side of an idle connection has closed it: nothing that is sent now can arrive.
bool peer_has_closed(int socket) noexcept;

class interrupter {
public:
  interrupter();
  interrupter(const interrupter&) = delete;
  interrupter& operator=(const interrupter&) = delete;
  ~interrupter();

  /// From any thread; every wait from now on fails.
  void interrupt() noexcept;

  /// Waits until the socket can be read or written (POLLIN, POLLOUT). False: too late, or interrupted.
  bool wait(int socket, short events, std::chrono::steady_clock::time_point end) const noexcept;

private:
  int wake_; // an eventfd
};

} // namespace troupe
