#include "../tls/peer_certificate.hpp"
#include "../tls/tls_context.hpp"
#include "socket_transport.hpp"

#include <boost/asio/post.hpp>

#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace troupe {

namespace asio = boost::asio;

namespace {

constexpr int rounds_per_event = 16; // records' worth of reading before others have their turn

/// OpenSSL reads and writes the descriptor itself; Asio only says when. Decrypted bytes go into the shard's
/// buffer, so that an idle connection has no buffers at all.
class tls_transport final : public socket_transport, private timer {
public:
  tls_transport(shard& home, const tls_context& context, connection& from, milliseconds proxy_timeout)
      : socket_transport(home, from, proxy_timeout), context_(context), tls_(std::move(from.tls)) {
    if (tls_ == nullptr)
      tls_ = context.new_session(socket_.native_handle());
    if (tls_ == nullptr)
      throw std::bad_alloc{};
  }

  void resume() override {
    paused_ = false;
    if (owner_ != nullptr && begun_)
      read_on();
  }

  std::size_t send(const iovec* parts, std::size_t count) override {
    std::size_t total = 0, taken = 0;
    for (std::size_t i = 0; i < count; ++i)
      total += parts[i].iov_len;
    if (owner_ == nullptr || failed_ || !opened_)
      return total;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t n = write(parts[i]);
      if (failed_) {
        report_end(closed_by_peer);
        return total;
      }
      taken += n;
      if (n < parts[i].iov_len)
        break;
    }
    if (taken < total) {
      owner_blocked_ = true;
      wait_writable();
    }
    return taken;
  }

  void shutdown_send() override {
    say_goodbye();
    boost::system::error_code ignored;
    socket_.shutdown(socket_type::shutdown_send, ignored);
  }

  void close() override {
    if (owner_ != nullptr)
      say_goodbye();
    cancel();
    socket_transport::close();
  }

  std::unique_ptr<connection> release() override {
    auto result = socket_transport::release();
    if (result != nullptr)
      result->tls = std::move(tls_);
    return result;
  }

  std::unique_ptr<peer_certificate> certificate() const override {
    if (tls_ != nullptr)
      if (auto shown = read_certificate(SSL_get0_peer_certificate(tls_.get())))
        return shown;
    return socket_transport::certificate();
  }

private:
  static constexpr const char* closed_by_peer = "ssl_closed";

  // -- the handshake ---------------------------------------------------------------------------------------

  // The client speaks first, so there is nothing to do before it has.
  void begin() override {
    begun_ = true;
    if (opened_) {
      opened();
      more_held_ = SSL_has_pending(tls_.get()) == 1 ||
                   (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; // it came before the move
      if (owner_ != nullptr)
        read_on();
      return;
    }
    home_.timers().arm(*this, home_.now() + context_.handshake_timeout().count());
    wait_readable();
  }

  void on_timer(mqtt::time_ms) override {
    if (owner_ != nullptr)
      owner_->on_end("ssl_upgrade_timeout");
  }

  void shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_.get());
    if (result == 1) {
      cancel();
      opened();
      if (owner_ != nullptr && !paused_)
        read();
      return;
    }
    switch (SSL_get_error(tls_.get(), result)) {
      case SSL_ERROR_WANT_READ: wait_readable(); return;
      case SSL_ERROR_WANT_WRITE: wait_writable(); return;
      case SSL_ERROR_ZERO_RETURN:
      case SSL_ERROR_SYSCALL: end(closed_by_peer); return;
      default: log_failure("handshake"); end("ssl_error");
    }
  }

  // -- reading ---------------------------------------------------------------------------------------------

  // Waits for more, or goes on with what OpenSSL has taken from the socket already: nothing would wake us for
  // that.
  void read_on() {
    if (waiting_readable_ || read_needs_write_)
      return;
    if (!more_held_) {
      wait_readable();
      return;
    }
    waiting_readable_ = true;
    asio::post(home_.io(), [self = shared()] { self->on_readable(); });
  }

  void wait_readable() {
    if (waiting_readable_)
      return;
    waiting_readable_ = true;
    socket_.async_wait(socket_type::wait_read,
                       [self = shared()](boost::system::error_code) { self->on_readable(); });
  }

  void on_readable() {
    waiting_readable_ = false;
    if (owner_ == nullptr || paused_ || failed_)
      return;
    home_.guarded([this] {
      ++reads_;
      if (opened_)
        read();
      else
        shake_hands();
    });
  }

  void read() {
    const auto space = home_.read_buffer();
    std::size_t filled = 0;
    const char* why = nullptr; // the end
    more_held_ = true;
    for (int i = 0; more_held_ && i < rounds_per_event && filled < space.size(); ++i) {
      std::size_t n = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(tls_.get(), space.data() + filled, space.size() - filled, &n);
      filled += n;
      if (result != 1) {
        why = after_failed_read(result);
        // What it leaves there is the beginning of a record, for which the socket must wake us; but one that
        // had to write first is to be repeated, and has perhaps not looked at whole records.
        more_held_ = read_needs_write_;
        break;
      }
      more_held_ = SSL_has_pending(tls_.get()) == 1;
    }
    if (filled > 0)
      owner_->on_bytes({space.data(), filled});
    if (owner_ == nullptr)
      return;
    if (why != nullptr && paused_ && !failed_)
      more_held_ = true; // the owner has still to handle what came before: after `resume` the end comes again
    else if (why != nullptr)
      end(why);
    else if (!paused_)
      read_on();
  }

  // Why the stream is at its end, or null.
  const char* after_failed_read(int result) {
    switch (SSL_get_error(tls_.get(), result)) {
      case SSL_ERROR_WANT_READ: return nullptr;
      case SSL_ERROR_WANT_WRITE: // TLS itself has to answer first
        read_needs_write_ = true;
        wait_writable();
        return nullptr;
      case SSL_ERROR_ZERO_RETURN: return closed_by_peer;
      case SSL_ERROR_SYSCALL: failed_ = true; return closed_by_peer;
      default:
        failed_ = true;
        log_failure("read");
        return "ssl_error";
    }
  }

  // -- writing ---------------------------------------------------------------------------------------------

  std::size_t write(const iovec& part) {
    const char* data = static_cast<const char*>(part.iov_base);
    std::size_t taken = 0;
    while (taken < part.iov_len) {
      std::size_t n = 0;
      ERR_clear_error();
      const int result = SSL_write_ex(tls_.get(), data + taken, part.iov_len - taken, &n);
      if (result == 1) {
        taken += n;
        continue;
      }
      const int error = SSL_get_error(tls_.get(), result);
      failed_ = error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ;
      break;
    }
    return taken;
  }

  void on_socket_writable() override {
    if (!opened_) {
      shake_hands();
      return;
    }
    if (std::exchange(read_needs_write_, false) && !paused_)
      read_on();
    if (std::exchange(owner_blocked_, false))
      owner_->on_writable();
  }

  // -- the end ---------------------------------------------------------------------------------------------

  void say_goodbye() {
    if (opened_ && !failed_ && tls_ != nullptr && (SSL_get_shutdown(tls_.get()) & SSL_SENT_SHUTDOWN) == 0) {
      ERR_clear_error();
      SSL_shutdown(tls_.get());
    }
  }

  void end(const char* why) {
    failed_ = failed_ || !opened_;
    cancel();
    owner_->on_end(why);
  }

  void log_failure(const char* where) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    log_problem(home_, "[TLS]", peer(), std::string{where} + ": " + (reason == nullptr ? "failed" : reason));
  }

  std::shared_ptr<tls_transport> shared() {
    return std::static_pointer_cast<tls_transport>(shared_from_this());
  }

  const tls_context& context_;
  tls_session tls_;
  bool begun_ = false; // the PROXY header, if any, is read
  bool waiting_readable_ = false;
  bool more_held_ = false; // OpenSSL has taken more from the socket than was asked for, or may have
  bool read_needs_write_ = false;
  bool owner_blocked_ = false; // it waits for on_writable
  bool failed_ = false;        // OpenSSL must not be called any more
};

} // namespace

std::shared_ptr<transport> make_tls_transport(shard& home, const tls_context& context, connection& from,
                                              milliseconds proxy_timeout) {
  return std::make_shared<tls_transport>(home, context, from, proxy_timeout);
}

} // namespace troupe
