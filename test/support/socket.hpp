// A TCP connection to the broker; nothing waits without an end.
#pragma once

#include "support/wait.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::test {

class tcp_socket {
public:
  /// Connects to a port of 127.0.0.1. A `receive_buffer` other than 0 sets the size of the kernel's, in
  /// bytes.
  explicit tcp_socket(std::uint16_t port, int receive_buffer = 0);
  tcp_socket(tcp_socket&& other) noexcept;
  tcp_socket& operator=(tcp_socket&& other) noexcept;
  ~tcp_socket();

  /// Sends all bytes; false when the other side has closed. Throws `unexpected` when they cannot be sent in
  /// time.
  bool send(std::string_view bytes, milliseconds within = patience);

  /// Sends what can be sent in time and takes it away from `bytes`; false when the other side has closed.
  bool send_some(std::string_view& bytes, milliseconds within);

  enum class state { data, closed, nothing };

  /// Appends what arrives to `to`: some data, the end of the stream (a reset is one too), or nothing in time.
  state receive(std::string& to, milliseconds within = patience);

  /// Ends the sending direction only.
  void shut_down_sending();

  /// Closes with a reset instead of the orderly end.
  void abort();

  int descriptor() const noexcept { return fd_; }

private:
  void close() noexcept;

  int fd_ = -1;
};

/// Whether somebody listens on a port of 127.0.0.1.
bool can_connect(std::uint16_t port);

} // namespace troupe::test
