#include "socket_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace troupe {

namespace {

/// Waits until bytes are there and reads them into the shard's buffer: a connection needs none of its own,
/// idle or not. It is read again before the next wait: when nothing is left then, neither bytes nor the end
/// of the stream can be missed by waiting for more to come; else the kernel is asked to look. A brisk one,
/// which mostly has nothing left, is read again only once it has become slower.
class tcp_transport final : public socket_transport, private timer {
public:
  tcp_transport(shard& home, connection& from, milliseconds proxy_timeout)
      : socket_transport(home, from, proxy_timeout) {}

  void resume() override {
    paused_ = false;
    if (owner_ != nullptr && opened_) // else `begin` reads
      read(next_look::now);
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

  warm_up* next_input() noexcept override { return &next_input_; }

private:
  friend readable_wait<tcp_transport>;

  static constexpr int reads_per_event = 2;
  static constexpr mqtt::time_ms brisk = 100; // from input to input, at most

  void begin() override {
    opened();
    if (owner_ != nullptr)
      read(next_look::now);
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

  void read(next_look when) {
    if (!wait_.started()) // there is one
      wait_.start(socket_, when, shared());
  }

  void on_ready(boost::system::error_code failed) {
    home_.guarded([&] {
      if (!failed)
        on_readable();
      else if (owner_ != nullptr)
        owner_->on_end("tcp_closed");
    });
  }

  void on_readable() {
    if (owner_ == nullptr || paused_) // `resume` waits again
      return;
    next_input_.fetch();
    const auto before = std::exchange(last_input_, home_.now());
    home_.see_input(before);
    const auto left = read_input(last_input_ - before <= brisk);
    if (owner_ == nullptr || left == rest::end)
      return;
    if (left == rest::unknown && !armed())
      home_.timers().arm(*this, last_input_ + brisk);
    if (!paused_)
      read(left == rest::more ? next_look::now : next_look::at_edge);
  }

  // The end of the stream, say, may have come with the last bytes, and made no edge of its own.
  void on_timer(mqtt::time_ms now) override {
    auto left = rest::unknown;
    if (owner_ != nullptr && !paused_ && now - last_input_ >= brisk) {
      const auto alive = shared_from_this();
      home_.guarded([&] { left = read_input(false); });
    }
    if (owner_ != nullptr && (left == rest::unknown || left == rest::more))
      home_.timers().arm(*this, std::max(now, last_input_ + brisk));
  }

  enum class rest { nothing, unknown, more, end };

  // The second read looks whether anything is left. An end right behind bytes waits for the next turn: they
  // may be answered first.
  rest read_input(bool once) {
    for (int reads = 0; reads < reads_per_event && owner_ != nullptr && !paused_; ++reads) {
      const auto space = home_.read_buffer();
      const ssize_t n = receive(space);
      if (n > 0) {
        ++reads_;
        owner_->on_bytes({space.data(), static_cast<std::size_t>(n)});
        if (once && static_cast<std::size_t>(n) < space.size())
          return rest::unknown;
      } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return rest::nothing;
      } else if (reads == 0) {
        owner_->on_end("tcp_closed");
        return rest::end;
      }
    }
    return rest::more;
  }

  ssize_t receive(std::span<char> space) noexcept {
    ssize_t n = -1;
    do
      n = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
  }

  std::shared_ptr<tcp_transport> shared() {
    return std::static_pointer_cast<tcp_transport>(shared_from_this());
  }

  readable_wait<tcp_transport> wait_{*this, home_.io()};
  warm_up next_input_;
  mqtt::time_ms last_input_ = 0;
};

} // namespace

std::shared_ptr<transport> make_tcp_transport(shard& home, connection& from, milliseconds proxy_timeout) {
  return std::make_shared<tcp_transport>(home, from, proxy_timeout);
}

} // namespace troupe
