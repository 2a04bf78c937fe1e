// The bytes of one HTTP connection, bounded in time and size.
#pragma once

#include "../actors/tls/tls_session.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// The address of who is at the other end of a socket; empty when it has gone.
std::string peer_address(int descriptor);

/// Reads and writes a connected socket that it does not own. Replaces the library's own stream, which refuses
/// descriptors above 1,023 (a broker with a thousand clients has them), reads request lines of any length,
/// and forgets pipelined requests.
class socket_stream {
public:
  /// With a TLS session of this descriptor the stream is encrypted.
  explicit socket_stream(int descriptor, tls_session tls = nullptr);
  ~socket_stream(); // says goodbye to a TLS client
  socket_stream(const socket_stream&) = delete;
  socket_stream& operator=(const socket_stream&) = delete;

  /// Whether a wait of so long is too long: the thread is wanted elsewhere.
  using impatience = std::function<bool(std::chrono::milliseconds waited)>;

  /// Waits for the first byte of a request for at most `idle`, and while `give_up` does not say otherwise.
  bool wait_request(std::chrono::milliseconds idle, const impatience& give_up);

  /// From now on, one request and its response, in at most `max_time`. Its head may have `max_head` bytes,
  /// and is waited for while `give_up` does not say otherwise.
  void begin_request(std::size_t max_head, std::chrono::seconds max_time, impatience give_up);

  /// Takes an empty line that comes before a request that has begun (RFC 9112 section 2.2).
  bool skip_empty_line();

  /// The word before the first blank of a request that has begun, a token of HTTP (RFC 9110 section 5.6.2);
  /// empty when something else comes, more than `longest` bytes, or not enough. None: nothing comes.
  std::optional<std::string_view> first_word(std::size_t longest);
  /// Another word in the place of that.
  void replace_first_word(std::string_view by);

  /// The head has been read: the body and what belongs to it may have `max_body` bytes. They, and that the
  /// client takes the response, are waited for while `give_up` does not say otherwise; it is told the time
  /// from here.
  void begin_body(std::size_t max_body, impatience give_up);

  /// What was read of the request before its body began.
  std::string_view head() const noexcept { return head_; }

  /// Bytes that are read already and wait for `read`.
  std::size_t buffered() const noexcept { return in_.size() - in_read_; }

  /// What has been read is to be read again, in this form.
  void give_back(std::string_view bytes);

  /// Bytes read, 0 at the end of the stream, -1 on error, timeout or when the request is too large.
  long read(char* to, std::size_t size);

  /// Collects; large amounts are sent at once. -1 on error or timeout.
  long write(const char* from, std::size_t size);
  bool flush();

  /// Says goodbye to a client that may still be sending, so that it can read the response first.
  void linger();

private:
  using clock = std::chrono::steady_clock;

  bool wait_for(short events, clock::time_point until) const;
  bool wait_patiently(short events) const;
  bool wait_for_input() const;
  bool fill();
  bool fill_behind();
  long receive(char* to, std::size_t size);
  long send(const char* from, std::size_t size);
  long judge(int result);

  int descriptor_;
  tls_session tls_; // null: not encrypted
  clock::time_point begin_{};
  clock::time_point deadline_{};
  impatience give_up_;
  std::size_t budget_ = 0;
  bool in_head_ = false;
  std::string head_;
  std::string in_;
  std::size_t in_read_ = 0;
  bool broken_ = false; // nothing more comes
  std::string out_;
};

} // namespace troupe
