#include "load_wire.hpp"

#include <csignal>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace load {

namespace {

constexpr std::size_t read_ahead = 65536; // so many bytes of records with one system call

struct context_deleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct session_deleter {
  void operator()(SSL* session) const { SSL_free(session); }
};

// TLS 1.3 without resumption; any certificate will do.
std::unique_ptr<SSL_CTX, context_deleter> make_context() {
  std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
  std::unique_ptr<SSL_CTX, context_deleter> result{SSL_CTX_new(TLS_client_method())};
  SSL_CTX_set_min_proto_version(result.get(), TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(result.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(result.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(result.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_mode(result.get(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(result.get(), 1);
  SSL_CTX_set_default_read_buffer_len(result.get(), read_ahead);
  return result;
}

class tls_wire final : public wire {
public:
  explicit tls_wire(int socket) {
    static const auto context = make_context();
    session_.reset(SSL_new(context.get()));
    SSL_set_fd(session_.get(), socket);
    SSL_set_connect_state(session_.get());
  }

  ~tls_wire() override {
    ERR_clear_error();
    if (SSL_is_init_finished(session_.get()) == 1)
      SSL_shutdown(session_.get());
  }

  // A new socket takes the little that a client's handshake sends.
  progress open() override {
    ERR_clear_error();
    const int result = SSL_do_handshake(session_.get());
    if (result == 1)
      return progress::open;
    return SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ ? progress::waiting
                                                                        : progress::failed;
  }

  ssize_t read(char* to, std::size_t size) override {
    std::size_t filled = 0;
    do {
      std::size_t n = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(session_.get(), to + filled, size - filled, &n);
      filled += n;
      if (result == 1)
        continue;
      holds_input_ = false;
      const bool waits = SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ;
      return filled == 0 && !waits ? -1 : static_cast<ssize_t>(filled);
    } while (SSL_has_pending(session_.get()) == 1 && filled < size);
    holds_input_ = SSL_has_pending(session_.get()) == 1;
    return static_cast<ssize_t>(filled);
  }

  bool holds_input() const override { return holds_input_; }

  ssize_t write(const char* from, std::size_t size) override {
    std::size_t sent = 0;
    while (sent < size) {
      std::size_t n = 0;
      ERR_clear_error();
      const int result = SSL_write_ex(session_.get(), from + sent, size - sent, &n);
      if (result != 1 && SSL_get_error(session_.get(), result) != SSL_ERROR_WANT_WRITE)
        return -1;
      if (result != 1)
        break;
      sent += n;
    }
    return static_cast<ssize_t>(sent);
  }

private:
  std::unique_ptr<SSL, session_deleter> session_;
  bool holds_input_ = false;
};

} // namespace

std::unique_ptr<wire> make_tls_wire(int socket) { return std::make_unique<tls_wire>(socket); }

} // namespace load
