#include "socket_transport.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace troupe {

namespace {

ssize_t receive(int fd, std::span<char> to, int flags) {
  ssize_t n = -1;
  do
    n = ::recv(fd, to.data(), to.size(), flags | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n;
}

} // namespace

// Looks first, and takes what belongs to the header. All that has come does while the header is not whole, so
// that nothing stays which would make the socket readable again at once.
proxy_intake::state proxy_intake::read(int fd, std::span<char> scratch) {
  const std::size_t before = held_.size();
  const ssize_t seen = receive(fd, scratch.first(mqtt::max_proxy_header - before), MSG_PEEK);
  if (seen < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? state::waiting : state::ended;
  if (seen == 0)
    return state::ended;
  held_.append(scratch.data(), static_cast<std::size_t>(seen));
  const auto result = mqtt::parse_proxy_header(held_, header_);
  if (result.status == mqtt::decode_status::malformed) {
    detail_ = result.detail;
    return state::bad;
  }
  const bool whole = result.status == mqtt::decode_status::complete;
  const std::size_t mine = (whole ? result.size : held_.size()) - before;
  if (receive(fd, scratch.first(mine), 0) != static_cast<ssize_t>(mine))
    return state::ended;
  return whole ? state::whole : state::waiting;
}

void proxy_intake::on_timer(mqtt::time_ms) { to_.end_proxy("proxy_protocol_timeout"); }

std::unique_ptr<announced_peer> proxy_intake::take() {
  if (header_.host.empty())
    return nullptr;
  return std::make_unique<announced_peer>(
      announced_peer{{std::move(header_.host), header_.port}, std::move(header_.common_name)});
}

} // namespace troupe
