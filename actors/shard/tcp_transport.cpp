#include "shard.hpp"
#include "transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <span>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe {

namespace asio = boost::asio;

namespace {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

constexpr std::size_t busy_size = 2048;
constexpr std::uint8_t idle_after = 64; // short reads

/// Waits for the first bytes in a small buffer of its own and reads the rest into the shard's large one: an
/// idle connection costs no more than the small one, and a lone packet costs one system call. A connection
/// that sends in batches has a larger one.
class tcp_transport final : public transport, public std::enable_shared_from_this<tcp_transport> {
public:
  tcp_transport(shard& home, int descriptor, const asio::ip::tcp& protocol)
      : home_(home), socket_(home.io(), protocol, descriptor) {
    socket_.native_non_blocking(true);
  }

  ~tcp_transport() override = default;

  void start(transport_owner& owner) override {
    owner_ = &owner;
    read();
  }

  void pause() override { paused_ = true; }

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
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = count;
    ssize_t n = -1;
    do
      n = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
      report_end();
      return total;
    }
    const std::size_t taken = n < 0 ? 0 : static_cast<std::size_t>(n);
    if (taken < total)
      wait_writable();
    return taken;
  }

  void shutdown_send() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp_socket::shutdown_send, ignored);
  }

  void close() override {
    owner_ = nullptr;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  int release() override {
    owner_ = nullptr;
    boost::system::error_code failed;
    int descriptor = socket_.release(failed);
    return failed ? -1 : descriptor;
  }

  peer_address peer() const override {
    boost::system::error_code failed;
    auto endpoint = socket_.remote_endpoint(failed);
    if (failed)
      return {};
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return {address.to_string(), endpoint.port()};
  }

  std::uint64_t reads() const override { return reads_; }

private:
  void read() {
    reading_ = true;
    if (busy_to_free_) {
      busy_to_free_ = false;
      busy_ = nullptr;
    }
    socket_.async_read_some(asio::buffer(own_buffer().data(), own_buffer().size()),
                            [self = shared_from_this()](boost::system::error_code failed, std::size_t n) {
                              self->reading_ = false;
                              self->home_.guarded([&] { self->on_read(failed, n); });
                            });
  }

  void on_read(boost::system::error_code failed, std::size_t n) {
    if (owner_ == nullptr)
      return;
    if (failed) {
      owner_->on_end();
      return;
    }
    ++reads_;
    const auto own = own_buffer();
    if (n < own.size()) {
      adapt(n);
      owner_->on_bytes({own.data(), n});
    } else if (!read_more(own)) {
      if (owner_ != nullptr)
        owner_->on_end();
      return;
    }
    if (owner_ != nullptr && !paused_)
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
    if (!busy_)
      busy_ = std::make_unique_for_overwrite<char[]>(
          busy_size); // it sends in batches: next time one read will do
    owner_->on_bytes({space.data(), own.size() + static_cast<std::size_t>(more > 0 ? more : 0)});
    return !ended;
  }

  // Not from within `send`: its caller is in the middle of something.
  void report_end() {
    asio::post(home_.io(), [self = shared_from_this()] {
      if (self->owner_ != nullptr)
        self->home_.guarded([&] { self->owner_->on_end(); });
    });
  }

  void wait_writable() {
    if (waiting_writable_)
      return;
    waiting_writable_ = true;
    socket_.async_wait(tcp_socket::wait_write, [self = shared_from_this()](boost::system::error_code failed) {
      self->waiting_writable_ = false;
      if (!failed && self->owner_ != nullptr)
        self->home_.guarded([&] { self->owner_->on_writable(); });
    });
  }

  shard& home_;
  transport_owner* owner_ = nullptr;
  std::uint64_t reads_ = 0;
  tcp_socket socket_;
  bool reading_ = false;
  bool paused_ = false;
  bool waiting_writable_ = false;
  bool busy_to_free_ = false;
  std::uint8_t short_reads_ = 0;
  std::unique_ptr<char[]> busy_; // of a connection that sends in batches
  std::array<char, 120> first_;
};

} // namespace

std::shared_ptr<transport> make_tcp_transport(shard& home, int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(descriptor);
    return nullptr;
  }
  try {
    return std::make_shared<tcp_transport>(
        home, descriptor, address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4());
  } catch (const std::exception&) {
    ::close(descriptor);
    return nullptr;
  }
}

} // namespace troupe
