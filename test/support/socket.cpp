#include "support/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace troupe::test {

namespace {

int connect_to(std::uint16_t port, int receive_buffer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (receive_buffer != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  // the kernel gives a client the port that it connects to when nobody listens there, and then it answers
  // itself
  sockaddr_in own{};
  socklen_t size = sizeof(own);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0 && own.sin_port == address.sin_port) {
    ::close(fd);
    errno = ECONNREFUSED;
    return -1;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

bool ready(int fd, short events, clock::time_point end) {
  const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now()).count();
  pollfd one{fd, events, 0};
  return ::poll(&one, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) > 0;
}

} // namespace

tcp_socket::tcp_socket(std::uint16_t port, int receive_buffer) : fd_(connect_to(port, receive_buffer)) {
  if (fd_ < 0)
    throw std::system_error{errno, std::generic_category(), "connect to port " + std::to_string(port)};
}

tcp_socket::tcp_socket(tcp_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

tcp_socket& tcp_socket::operator=(tcp_socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

tcp_socket::~tcp_socket() { close(); }

void tcp_socket::close() noexcept {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

bool tcp_socket::send(std::string_view bytes, milliseconds within) {
  if (!send_some(bytes, within))
    return false;
  if (!bytes.empty())
    throw unexpected{std::to_string(bytes.size()) + " bytes could not be sent"};
  return true;
}

bool tcp_socket::send_some(std::string_view& bytes, milliseconds within) {
  const auto end = clock::now() + within;
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EAGAIN && errno != EINTR)
      return false;
    else if (!ready(fd_, POLLOUT, end))
      break;
  }
  return true;
}

tcp_socket::state tcp_socket::receive(std::string& to, milliseconds within) {
  const auto end = clock::now() + within;
  char chunk[65536];
  for (;;) {
    const auto n = ::recv(fd_, chunk, sizeof(chunk), 0);
    if (n > 0) {
      to.append(chunk, static_cast<std::size_t>(n));
      return state::data;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
      return state::closed;
    if (!ready(fd_, POLLIN, end))
      return state::nothing;
  }
}

void tcp_socket::shut_down_sending() { ::shutdown(fd_, SHUT_WR); }

void tcp_socket::abort() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

bool can_connect(std::uint16_t port) {
  const int fd = connect_to(port, 0);
  if (fd < 0)
    return false;
  ::close(fd);
  return true;
}

} // namespace troupe::test
