#include "server_probe.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace troupe {

namespace {

using time_point = std::chrono::steady_clock::time_point;

constexpr const char* too_late = "no connection in time";

struct addresses_freed {
  void operator()(addrinfo* a) const noexcept { ::freeaddrinfo(a); }
};
struct ssl_freed {
  void operator()(SSL* s) const noexcept { SSL_free(s); }
};

class closed_socket {
public:
  explicit closed_socket(int socket = -1) noexcept : socket_(socket) {}
  closed_socket(const closed_socket&) = delete;
  closed_socket& operator=(const closed_socket&) = delete;
  closed_socket(closed_socket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  closed_socket& operator=(closed_socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~closed_socket() {
    if (socket_ >= 0)
      ::close(socket_);
  }
  int get() const noexcept { return socket_; }

private:
  int socket_;
};

std::string text_of(int error) { return std::generic_category().message(error); }

std::string connect_to(const addrinfo& address, const interrupter& stop, time_point end, closed_socket& out) {
  closed_socket made{
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol)};
  if (made.get() < 0)
    return text_of(errno);
  if (::connect(made.get(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS)
      return text_of(errno);
    if (!stop.wait(made.get(), POLLOUT, end))
      return too_late;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(made.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      error = errno;
    if (error != 0)
      return text_of(error);
  }
  out = std::move(made);
  return {};
}

// To the first of its addresses that takes a connection.
std::string connect(const access::url& server, const interrupter& stop, time_point end, closed_socket& out) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const auto failed = ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &wanted, &list);
  if (failed != 0)
    return ::gai_strerror(failed);
  const std::unique_ptr<addrinfo, addresses_freed> all{list};
  std::string why = "it has no address";
  for (const auto* a = list; a != nullptr; a = a->ai_next) {
    why = connect_to(*a, stop, end, out);
    if (why.empty() || std::chrono::steady_clock::now() >= end)
      break;
  }
  return why;
}

std::string tls_failure(const SSL* ssl) {
  const auto result = SSL_get_verify_result(ssl);
  if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && result != X509_V_OK)
    return std::string{"TLS: "} + X509_verify_cert_error_string(result);
  const auto why = first_tls_error();
  return "TLS: " + (why.empty() ? "the connection was closed" : why);
}

std::string shake_hands(SSL* ssl, int socket, const interrupter& stop, time_point end) {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_connect(ssl);
    if (done == 1)
      return {};
    const int what = SSL_get_error(ssl, done);
    if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE)
      return tls_failure(ssl);
    if (!stop.wait(socket, what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, end))
      return "TLS: no answer in time";
  }
}

// With TLS 1.3 the server refuses our certificate, or that there is none, when for us all is over.
std::string refusal(SSL* ssl, int socket, const interrupter& stop, time_point end) {
  constexpr std::chrono::milliseconds longest{300};
  const auto until = std::min(end, std::chrono::steady_clock::now() + longest);
  if (SSL_version(ssl) != TLS1_3_VERSION || !stop.wait(socket, POLLIN, until))
    return {};
  ERR_clear_error();
  char byte = 0;
  const int got = SSL_peek(ssl, &byte, 1);
  return got <= 0 && SSL_get_error(ssl, got) == SSL_ERROR_SSL ? tls_failure(ssl) : std::string{};
}

std::string greet(const access::url& server, SSL_CTX* tls, bool verify, int socket, const interrupter& stop,
                  time_point end) {
  const std::unique_ptr<SSL, ssl_freed> ssl{SSL_new(tls)};
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1)
    return "no memory";
  SSL_set_verify(ssl.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_set_tlsext_host_name(ssl.get(), server.host.c_str());
  auto why = shake_hands(ssl.get(), socket, stop, end);
  if (why.empty())
    why = refusal(ssl.get(), socket, stop, end);
  if (why.empty())
    SSL_shutdown(ssl.get());
  ERR_clear_error();
  return why;
}

} // namespace

std::string first_tls_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return {};
  const char* text = ERR_SYSTEM_ERROR(code) ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "" : text;
}

std::string probe_server(const access::url& server, SSL_CTX* tls, bool verify, const interrupter& stop,
                         time_point end) {
  closed_socket socket;
  auto why = connect(server, stop, end, socket);
  return why.empty() && tls != nullptr ? greet(server, tls, verify, socket.get(), stop, end) : why;
}

} // namespace troupe
