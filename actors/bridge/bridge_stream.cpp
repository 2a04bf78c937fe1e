#include "bridge_stream.hpp"

#include "troupe/actors/bridge.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <utility>

namespace troupe {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// EMQ X takes commas between ciphers, and those of TLS 1.3 among the others.
bool use_ciphers(SSL_CTX* context, const std::string& wanted) {
  std::string old, of_13;
  for (std::size_t at = 0; at < wanted.size();) {
    const auto end = std::min(wanted.find_first_of(",: ", at), wanted.size());
    if (end > at) {
      auto& to = wanted.compare(at, 4, "TLS_") == 0 ? of_13 : old;
      to.append(to.empty() ? "" : ":").append(wanted, at, end - at);
    }
    at = end + 1;
  }
  return (old.empty() || SSL_CTX_set_cipher_list(context, old.c_str()) == 1) &&
         (of_13.empty() || SSL_CTX_set_ciphersuites(context, of_13.c_str()) == 1);
}

} // namespace

std::shared_ptr<asio::ssl::context> make_bridge_tls(const bridge_settings& settings, std::string& error) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  const auto& files = settings.tls;
  error_code failed;
  const auto check = [&](const std::string& what) {
    if (failed && error.empty())
      error = what + ": " + failed.message();
  };
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (files.cacertfile.empty())
    context->set_default_verify_paths(failed);
  else
    context->load_verify_file(files.cacertfile, failed);
  check(files.cacertfile.empty() ? "the system's certificates" : files.cacertfile);
  if (!files.certfile.empty()) {
    context->use_certificate_chain_file(files.certfile, failed);
    check(files.certfile);
    context->use_private_key_file(files.keyfile, asio::ssl::context::pem, failed);
    check(files.keyfile);
  }
  context->set_verify_mode(files.verify_peer ? asio::ssl::verify_peer : asio::ssl::verify_none, failed);
  if (!use_ciphers(context->native_handle(), settings.ciphers) && error.empty())
    error = "none of the ciphers is known";
  return error.empty() ? context : nullptr;
}

std::string check_bridge_tls(const bridge_settings& settings) {
  std::string error;
  if (settings.ssl)
    make_bridge_tls(settings, error);
  return error;
}

bridge_stream::bridge_stream(asio::io_context& io, std::shared_ptr<asio::ssl::context> tls, callbacks tell)
    : tls_(std::move(tls)), resolver_(io), socket_(io), deadline_(io), tell_(std::move(tell)) {}

// -- opening
// ------------------------------------------------------------------------------------------------------------

void bridge_stream::open(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout) {
  deadline_.expires_after(timeout);
  deadline_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled && !self->open_)
      self->fail("no connection in time");
  });
  if (tls_) {
    secure_.emplace(socket_, *tls_);
    if (!expect(host)) {
      fail("its name cannot be checked");
      return;
    }
  }
  resolver_.async_resolve(
      host, std::to_string(port), [self = shared_from_this()](const error_code& failed, const auto& found) {
        if (self->closed_)
          return;
        if (failed) {
          self->fail(failed.message());
          return;
        }
        asio::async_connect(self->socket_, found, [self](const error_code& refused, const tcp::endpoint&) {
          self->connected(refused);
        });
      });
}

// OpenSSL checks whose the certificate is; an address is not a name, and is not sent as one.
bool bridge_stream::expect(const std::string& host) {
  auto* session = secure_->native_handle();
  auto* rules = SSL_get0_param(session);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1)
    return true;
  return X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

void bridge_stream::connected(const error_code& failed) {
  if (closed_)
    return;
  if (failed) {
    fail(failed.message());
    return;
  }
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  if (secure_)
    secure_->async_handshake(asio::ssl::stream_base::client,
                             [self = shared_from_this()](const error_code& e) { self->shaken(e); });
  else
    shaken({});
}

void bridge_stream::shaken(const error_code& failed) {
  if (closed_)
    return;
  if (failed) {
    auto* session = secure_->native_handle();
    const auto verdict = SSL_get_verify_result(session);
    const bool refused = SSL_get_verify_mode(session) != SSL_VERIFY_NONE && verdict != X509_V_OK;
    fail(refused ? std::string{"its certificate is refused: "} + X509_verify_cert_error_string(verdict)
                 : "TLS: " + failed.message());
    return;
  }
  open_ = true;
  deadline_.cancel();
  tell_.opened();
}

// -- bytes
// --------------------------------------------------------------------------------------------------------------

void bridge_stream::read() {
  if (std::exchange(reading_, true))
    return;
  with_stream([this](auto& stream) {
    stream.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const error_code& failed,
                                                                              std::size_t n) {
      self->reading_ = false;
      if (self->closed_)
        return;
      if (failed)
        self->fail(failed == asio::error::eof ? "the server has closed the connection" : failed.message());
      else
        self->tell_.received({self->buffer_.data(), n});
    });
  });
}

void bridge_stream::write(mqtt::buffer& bytes) {
  constexpr std::size_t kept_capacity = 64 * 1024;
  output_.swap(bytes);
  bytes.clear();
  if (bytes.capacity() > kept_capacity)
    bytes.release();
  writing_ = true;
  with_stream([&](auto& stream) {
    asio::async_write(stream, asio::buffer(output_.view()),
                      [self = shared_from_this()](const error_code& failed, std::size_t) {
                        self->writing_ = false;
                        if (self->closed_)
                          return;
                        if (failed)
                          self->fail(failed.message());
                        else
                          self->tell_.written();
                      });
  });
}

// -- the end
// ------------------------------------------------------------------------------------------------------------

void bridge_stream::fail(const std::string& why) {
  if (closed_)
    return;
  const auto self = shared_from_this(); // its owner may let it go
  shut();
  tell_.failed(why);
}

void bridge_stream::close(std::string last_words) {
  if (closed_)
    return;
  if (!open_ || writing_ || last_words.empty()) {
    shut();
    return;
  }
  closed_ = true;
  last_words_ = std::move(last_words);
  with_stream([this](auto& stream) {
    asio::async_write(stream, asio::buffer(last_words_),
                      [self = shared_from_this()](const error_code&, std::size_t) { self->shut(); });
  });
}

// Handlers that are still to come find that it is over.
void bridge_stream::shut() {
  closed_ = true;
  resolver_.cancel();
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

} // namespace troupe
