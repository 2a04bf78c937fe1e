#include "watched_socket.hpp"

#include "interrupter.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe {

void watched_socket::watch(int socket) noexcept {
  forget();
  const std::scoped_lock lock{mutex_};
  own_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (interrupted_ && own_ >= 0)
    ::shutdown(own_, SHUT_RDWR);
}

void watched_socket::forget() noexcept {
  const std::scoped_lock lock{mutex_};
  if (own_ >= 0)
    ::close(own_);
  own_ = -1;
}

void watched_socket::interrupt() noexcept {
  const std::scoped_lock lock{mutex_};
  interrupted_ = true;
  if (own_ >= 0)
    ::shutdown(own_, SHUT_RDWR);
}

bool watched_socket::is_alive() const noexcept { return own_ < 0 || !peer_has_closed(own_); }

} // namespace troupe
