#include "socket_transport.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace troupe {

namespace {

/// Waits until bytes are there and reads them into the shard's buffer: a connection needs none of its own,
/// idle or not. Asking to wait again makes the kernel look again, so neither bytes nor the end of the stream
/// are missed, and costs no more than a second read that finds nothing.
class tcp_transport final : public socket_transport {
public:
  tcp_transport(shard& home, connection& from, milliseconds proxy_timeout)
      : socket_transport(home, from, proxy_timeout) {}

  void resume() override {
    paused_ = false;
    if (!reading_ && owner_ != nullptr)
      read();
  }

  std::size_t send(const iovec* parts, std::size_t count) override {
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i)
      total += parts[i].iov_len;
    if (owner_ == nullptr)
      return total;
    ssize_t n = -1;
    do
      n = send_now(parts, count);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
      report_end("tcp_closed");
      return total;
    }
    const std::size_t taken = n < 0 ? 0 : static_cast<std::size_t>(n);
    if (taken < total)
      wait_writable();
    return taken;
  }

  void shutdown_send() override {
    boost::system::error_code ignored;
    socket_.shutdown(socket_type::shutdown_send, ignored);
  }

private:
  void begin() override {
    opened();
    if (owner_ != nullptr)
      read();
  }

  // One piece, the usual case, costs the kernel less without a msghdr.
  ssize_t send_now(const iovec* parts, std::size_t count) noexcept {
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    const int socket = socket_.native_handle();
    if (count == 1)
      return ::send(socket, parts->iov_base, parts->iov_len, flags);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = count;
    return ::sendmsg(socket, &message, flags);
  }

  void read() {
    reading_ = true;
    socket_.async_wait(socket_type::wait_read, [self = shared()](boost::system::error_code failed) {
      self->reading_ = false;
      self->home_.guarded([&] { self->on_readable(failed); });
    });
  }

  void on_readable(boost::system::error_code failed) {
    if (owner_ == nullptr || paused_) // `resume` waits again
      return;
    owner_->before_bytes();
    const auto space = home_.read_buffer();
    ssize_t n = -1;
    do
      n = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (failed || n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
      owner_->on_end("tcp_closed");
      return;
    }
    if (n > 0) {
      ++reads_;
      owner_->on_bytes({space.data(), static_cast<std::size_t>(n)});
    }
    if (owner_ != nullptr && !paused_ && !reading_) // the owner may have called `resume`
      read();
  }

  std::shared_ptr<tcp_transport> shared() {
    return std::static_pointer_cast<tcp_transport>(shared_from_this());
  }

  bool reading_ = false;
};

} // namespace

std::shared_ptr<transport> make_tcp_transport(shard& home, connection& from, milliseconds proxy_timeout) {
  return std::make_shared<tcp_transport>(home, from, proxy_timeout);
}

} // namespace troupe
