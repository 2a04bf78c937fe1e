#include "socket_transport.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cerrno>
#include <span>
#include <sys/socket.h>
#include <utility>

namespace troupe {

namespace asio = boost::asio;

namespace {

constexpr std::size_t busy_size = 2048;
constexpr std::uint8_t idle_after = 64; // short reads

/// Waits for the first bytes in a small buffer of its own and reads the rest into the shard's large one: an
/// idle connection costs no more than the small one, and a lone packet costs one system call. A connection
/// that sends in batches has a larger one.
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
    if (busy_to_free_) {
      busy_to_free_ = false;
      busy_ = nullptr;
    }
    socket_.async_read_some(asio::buffer(own_buffer().data(), own_buffer().size()),
                            [self = shared()](boost::system::error_code failed, std::size_t n) {
                              self->reading_ = false;
                              self->home_.guarded([&] { self->on_read(failed, n); });
                            });
  }

  void on_read(boost::system::error_code failed, std::size_t n) {
    if (owner_ == nullptr)
      return;
    if (failed) {
      owner_->on_end("tcp_closed");
      return;
    }
    ++reads_;
    const auto own = own_buffer();
    if (n < own.size()) {
      adapt(n);
      owner_->on_bytes({own.data(), n});
    } else if (!read_more(own) && owner_ != nullptr &&
               !paused_) { // paused: the end comes again after `resume`
      owner_->on_end("tcp_closed");
      return;
    }
    if (owner_ != nullptr && !paused_ && !reading_) // the owner may have called `resume`
      read();
  }

  std::span<char> own_buffer() noexcept {
    return busy_ ? std::span<char>{busy_.get(), busy_size} : std::span<char>{first_};
  }

  // A connection that has sent little for a while gives its larger buffer back.
  void adapt(std::size_t n) {
    if (!busy_)
      return;
    short_reads_ = n <= first_.size() ? short_reads_ + 1 : 0;
    if (short_reads_ >= idle_after)
      busy_to_free_ = true;
  }

  // The own buffer was full: the rest comes with one more read. False at the end of the stream.
  bool read_more(std::span<char> own) {
    auto space = home_.read_buffer();
    std::copy(own.begin(), own.end(), space.begin());
    ssize_t more = -1;
    do
      more =
          ::recv(socket_.native_handle(), space.data() + own.size(), space.size() - own.size(), MSG_DONTWAIT);
    while (more < 0 && errno == EINTR);
    const bool ended = more == 0 || (more < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    if (more > 0)
      ++reads_;
    short_reads_ = 0;
    // It sends in batches: next time one read will do. A long CONNECT or HTTP request alone is no batch.
    if (!busy_ && std::exchange(overflowed_, true))
      busy_ = std::make_unique_for_overwrite<char[]>(busy_size);
    owner_->on_bytes({space.data(), own.size() + static_cast<std::size_t>(more > 0 ? more : 0)});
    return !ended;
  }

  std::shared_ptr<tcp_transport> shared() {
    return std::static_pointer_cast<tcp_transport>(shared_from_this());
  }

  bool reading_ = false;
  bool busy_to_free_ = false;
  bool overflowed_ = false; // once more than its own buffer came
  std::uint8_t short_reads_ = 0;
  std::unique_ptr<char[]> busy_; // of a connection that sends in batches
  std::array<char, 120> first_;
};

} // namespace

std::shared_ptr<transport> make_tcp_transport(shard& home, connection& from, milliseconds proxy_timeout) {
  return std::make_shared<tcp_transport>(home, from, proxy_timeout);
}

} // namespace troupe
