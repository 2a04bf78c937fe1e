// The socket of a connection that a client library holds: one thread uses the connection, others may break it
// off.
#pragma once

#include <atomic>
#include <mutex>

namespace troupe {

/// Keeps a descriptor of its own for the socket: the library may close its one at any time, and the number of
/// a closed descriptor soon belongs to somebody else.
class watched_socket {
public:
  watched_socket() = default;
  watched_socket(const watched_socket&) = delete;
  watched_socket& operator=(const watched_socket&) = delete;
  ~watched_socket() { forget(); }

  /// From the thread of the connection: it has this socket now, which breaks at once when `interrupt` was
  /// called.
  void watch(int socket) noexcept;

  /// From the thread of the connection, which is about to be closed.
  void forget() noexcept;

  /// From any thread: what waits at the socket ends soon.
  void interrupt() noexcept;

  /// Whether `interrupt` was called.
  bool interrupted() const noexcept { return interrupted_; }

  /// From the thread of the connection: not known to be closed by the other side. Also when there is no
  /// socket.
  bool is_alive() const noexcept;

private:
  std::mutex mutex_;
  int own_ = -1; // written by the thread of the connection only
  std::atomic<bool> interrupted_{false};
};

} // namespace troupe
