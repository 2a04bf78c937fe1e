#include "socket_stream.hpp"

#include "request_head.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace troupe {

namespace {

constexpr std::size_t read_size = 16 * 1024;
constexpr std::size_t write_size = 64 * 1024;

// A waiting connection looks this often whether its thread is wanted.
constexpr std::chrono::milliseconds slice{100};

} // namespace

std::string peer_address(int descriptor) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  char text[INET6_ADDRSTRLEN] = "";
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return {};
  if (peer.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(peer).sin_addr, text, sizeof text);
  else if (peer.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  return text;
}

socket_stream::socket_stream(int descriptor, tls_session tls)
    : descriptor_(descriptor), tls_(std::move(tls)) {
  if (tls_) // OpenSSL must not wait for the rest of a record
    ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

socket_stream::~socket_stream() {
  if (tls_ && SSL_is_init_finished(tls_.get()))
    SSL_shutdown(tls_.get());
  ERR_clear_error();
}

// The sign of a result of OpenSSL as recv and send would give it.
long socket_stream::judge(int result) {
  if (result > 0)
    return result;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ: errno = wait_for_input() ? EAGAIN : ETIMEDOUT; return -1;
    case SSL_ERROR_WANT_WRITE: errno = wait_patiently(POLLOUT) ? EAGAIN : ETIMEDOUT; return -1;
    default: errno = EPROTO; return -1;
  }
}

long socket_stream::receive(char* to, std::size_t size) {
  if (!tls_)
    return ::recv(descriptor_, to, size, 0);
  ERR_clear_error();
  return judge(SSL_read(tls_.get(), to, static_cast<int>(size)));
}

long socket_stream::send(const char* from, std::size_t size) {
  if (!tls_) {
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    const long n = ::send(descriptor_, from, size, flags);
    if (n >= 0 || errno != EAGAIN)
      return n;
    return wait_patiently(POLLOUT) ? ::send(descriptor_, from, size, flags) : (errno = ETIMEDOUT, -1);
  }
  ERR_clear_error();
  return judge(SSL_write(tls_.get(), from, static_cast<int>(size)));
}

bool socket_stream::wait_for(short events, clock::time_point until) const {
  while (true) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    pollfd p{descriptor_, events, 0};
    int n = ::poll(&p, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (n > 0)
      return true;
    if (n == 0 || errno != EINTR)
      return false;
  }
}

bool socket_stream::wait_request(std::chrono::milliseconds idle, const impatience& give_up) {
  auto since = clock::now();
  while (in_read_ == in_.size() && !(tls_ && SSL_pending(tls_.get()) > 0)) {
    if (wait_for(POLLIN, clock::now() + slice))
      return true;
    auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - since);
    if (waited >= idle || give_up(waited))
      return false;
  }
  return true;
}

void socket_stream::begin_request(std::size_t max_head, std::chrono::seconds max_time, impatience give_up) {
  in_head_ = true;
  head_.clear();
  budget_ = max_head;
  begin_ = clock::now();
  deadline_ = begin_ + max_time;
  give_up_ = std::move(give_up);
}

void socket_stream::begin_body(std::size_t max_body, impatience give_up) {
  in_head_ = false;
  budget_ = max_body;
  begin_ = clock::now();
  give_up_ = std::move(give_up);
}

bool socket_stream::wait_patiently(short events) const {
  while (!wait_for(events, std::min(deadline_, clock::now() + slice))) {
    const auto now = clock::now();
    if (now >= deadline_ || give_up_(std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_)))
      return false;
  }
  // What trickles must not hold the thread either.
  const auto taken = clock::now() - begin_;
  return !give_up_(std::chrono::duration_cast<std::chrono::milliseconds>(taken));
}

bool socket_stream::wait_for_input() const {
  return (tls_ && SSL_pending(tls_.get()) > 0) || wait_patiently(POLLIN);
}

bool socket_stream::fill() {
  in_.resize(read_size);
  in_read_ = 0;
  long n = -1;
  while (n < 0 && !broken_ && wait_for_input()) {
    n = receive(in_.data(), in_.size());
    broken_ = n < 0 && errno != EINTR && errno != EAGAIN;
  }
  in_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return n >= 0;
}

// As `fill`, behind what is unread. False when nothing comes.
bool socket_stream::fill_behind() {
  const auto begun = in_.substr(in_read_);
  fill();
  const bool more = !in_.empty();
  in_.insert(0, begun);
  return more;
}

bool socket_stream::skip_empty_line() {
  constexpr std::string_view line = "\r\n";
  const auto unread = [this] { return std::string_view{in_}.substr(in_read_); };
  while (unread().size() < line.size() && line.starts_with(unread()))
    if (!fill_behind())
      return false;
  const bool empty = unread().starts_with(line);
  in_read_ += empty ? line.size() : 0;
  return empty;
}

std::optional<std::string_view> socket_stream::first_word(std::size_t longest) {
  while (true) {
    const auto unread = std::string_view{in_}.substr(in_read_);
    const auto end = unread.find_first_not_of(token_characters);
    if (end != std::string_view::npos)
      return unread.substr(0, unread[end] == ' ' && end <= longest ? end : 0);
    if (unread.size() > longest)
      return "";
    const bool begun = !unread.empty();
    if (!fill_behind())
      return begun ? std::optional{std::string_view{}} : std::nullopt;
  }
}

void socket_stream::replace_first_word(std::string_view by) {
  const auto end = std::string_view{in_}.find(' ', in_read_);
  in_.replace(in_read_, end - in_read_, by);
}

void socket_stream::give_back(std::string_view bytes) {
  in_.replace(0, in_read_, bytes);
  in_read_ = 0;
  budget_ += bytes.size();
}

long socket_stream::read(char* to, std::size_t size) {
  if (budget_ == 0 || !flush())
    return -1;
  if (in_read_ == in_.size() && !fill())
    return -1;
  std::size_t n = std::min({size, in_.size() - in_read_, budget_});
  std::memcpy(to, in_.data() + in_read_, n);
  if (in_head_)
    head_.append(to, n);
  in_read_ += n;
  budget_ -= n;
  return static_cast<long>(n);
}

long socket_stream::write(const char* from, std::size_t size) {
  out_.append(from, size);
  if (out_.size() >= write_size && !flush())
    return -1;
  return static_cast<long>(size);
}

bool socket_stream::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    long n = send(out_.data() + sent, out_.size() - sent);
    if (n < 0 && errno != EINTR && errno != EAGAIN)
      return false;
    sent += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  out_.clear();
  return true;
}

void socket_stream::linger() {
  if (tls_ && SSL_is_init_finished(tls_.get()))
    SSL_shutdown(tls_.get());
  // Closing with unread bytes resets the connection and takes the response with it.
  ::shutdown(descriptor_, SHUT_WR);
  auto until = clock::now() + std::chrono::seconds(1);
  std::string waste(read_size, '\0');
  while (clock::now() < until && wait_for(POLLIN, until) &&
         ::recv(descriptor_, waste.data(), waste.size(), 0) > 0) {
  }
}

} // namespace troupe
