// A blocking WebSocket client that does exactly what a test says, right or wrong.
#pragma once

#include "support/mqtt_client.hpp"
#include "support/websocket_frames.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace troupe::test {

/// The request that a well-behaved client sends, with other lines behind it.
std::string upgrade_request(std::string_view path = "/mqtt", std::string_view more_fields = {});

class websocket_client {
public:
  struct frame {
    websocket_opcode opcode = websocket_opcode::binary;
    std::string payload;
  };

  /// Opens the TCP connection; `receive_buffer` as for tcp_socket.
  explicit websocket_client(std::uint16_t port, int receive_buffer = 0);

  tcp_socket& socket() noexcept { return socket_; }

  /// Sends a request and gives the head of the answer.
  std::string request(std::string_view text);

  /// Sends a good request and throws `unexpected` unless the answer is 101.
  void upgrade(std::string_view path = "/mqtt");

  void send_bytes(std::string_view bytes);

  /// Sends bytes of the stream in one binary frame.
  void send(std::string_view stream) { send_bytes(binary_frame(stream)); }

  // --- receiving: throws `unexpected` when something else comes, the connection ends, or nothing comes in
  // time ---

  /// The next frame. A server's are final, without a mask, and in their shortest form.
  frame next_frame(milliseconds within = patience);

  /// The next packet of the binary frames; pongs are left out.
  packet next(protocol_version version = protocol_version::v311, milliseconds within = patience);

  template <class T>
  T expect(protocol_version version = protocol_version::v311) {
    return std::get<T>(next(version));
  }

  /// A close frame with this code, then the end of the connection, without another frame before.
  void expect_close(std::uint16_t code, milliseconds within = patience);

  /// The end of the connection, without another frame.
  void expect_end(milliseconds within = patience);

  /// CONNECT and its CONNACK.
  mqtt::connack connect(std::string client_id, protocol_version version = protocol_version::v311);

private:
  bool fill(std::size_t size, clock::time_point end); // false: the connection ended before

  tcp_socket socket_;
  std::string input_;  // received, not yet taken
  std::string stream_; // of binary frames, not yet decoded
  std::deque<std::string> kept_;
};

/// A client that is upgraded already.
websocket_client upgraded(std::uint16_t port);

} // namespace troupe::test
