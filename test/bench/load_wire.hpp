#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

namespace load {

/// What carries a client's bytes over a connected socket that does not block: nothing else, TLS 1.3 or
/// WebSocket frames. The socket stays its owner's.
class wire {
public:
  enum class progress : std::uint8_t { open, waiting, failed };

  wire() = default;
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  virtual ~wire() = default;

  /// Begins the handshake, or goes on with it once the socket has input.
  virtual progress open() { return progress::open; }

  /// Bytes read to `to`; 0: none now, -1: the end of the stream or a broken one.
  virtual ssize_t read(char* to, std::size_t size) = 0;

  /// Whether `read` has left bytes that it has taken from the socket, which does not tell of them any more.
  virtual bool holds_input() const { return false; }

  /// How many of the bytes have left; -1: none can any more. The rest must come first the next time, when the
  /// socket takes more.
  virtual ssize_t write(const char* from, std::size_t size) = 0;
};

/// "tcp", "tls" or "ws"; null for another name.
std::unique_ptr<wire> make_wire(const std::string& transport, int socket);

std::unique_ptr<wire> make_tls_wire(int socket);
std::unique_ptr<wire> make_websocket_wire(int socket);

/// send and recv with the results of wire::write and wire::read.
ssize_t write_socket(int socket, const char* from, std::size_t size);
ssize_t read_socket(int socket, char* to, std::size_t size);

} // namespace load
