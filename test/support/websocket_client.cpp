#include "support/websocket_client.hpp"

#include "support/packet_text.hpp"

#include <algorithm>

namespace troupe::test {

std::string upgrade_request(std::string_view path, std::string_view more_fields) {
  return std::string{"GET "}
      .append(path)
      .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Protocol: mqtt\r\n")
      .append(more_fields)
      .append("\r\n");
}

websocket_client::websocket_client(std::uint16_t port, int receive_buffer) : socket_(port, receive_buffer) {}

void websocket_client::send_bytes(std::string_view bytes) { socket_.send(bytes); }

bool websocket_client::fill(std::size_t size, clock::time_point end) {
  while (input_.size() < size) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now());
    const auto got = socket_.receive(input_, std::max(left, milliseconds{0}));
    if (got == tcp_socket::state::closed)
      return false;
    if (got == tcp_socket::state::nothing)
      throw unexpected{"nothing more comes in time, only " + to_hex(input_)};
  }
  return true;
}

std::string websocket_client::request(std::string_view text) {
  send_bytes(text);
  const auto end = clock::now() + patience;
  std::size_t blank = 0;
  while ((blank = input_.find("\r\n\r\n")) == std::string::npos)
    if (!fill(input_.size() + 1, end))
      throw unexpected{"the connection ended without an answer to the request"};
  const auto head = input_.substr(0, blank + 4);
  input_.erase(0, blank + 4);
  return head;
}

void websocket_client::upgrade(std::string_view path) {
  const auto head = request(upgrade_request(path));
  if (!head.starts_with("HTTP/1.1 101 "))
    throw unexpected{"no upgrade: " + head};
}

websocket_client::frame websocket_client::next_frame(milliseconds within) {
  const auto end = clock::now() + within;
  const auto need = [&](std::size_t size) {
    if (!fill(size, end))
      throw unexpected{"the connection ended instead of a frame"};
  };
  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(input_[i]); };
  need(2);
  if ((byte(0) & 0xF0) != 0x80 || (byte(1) & 0x80) != 0)
    throw unexpected{"a frame that is not final, or has a mask: " + to_hex(input_.substr(0, 2))};
  std::size_t size = byte(1);
  std::size_t head = 2;
  if (size >= 126) {
    head = size == 126 ? 4 : 10;
    const std::size_t shortest = size == 126 ? 126 : 65536;
    need(head);
    size = 0;
    for (std::size_t i = 2; i < head; ++i)
      size = size << 8 | byte(i);
    if (size < shortest)
      throw unexpected{"a length that is not in its shortest form"};
  }
  need(head + size);
  frame f{static_cast<websocket_opcode>(byte(0) & 0x0F), input_.substr(head, size)};
  input_.erase(0, head + size);
  return f;
}

packet websocket_client::next(protocol_version version, milliseconds within) {
  for (;;) {
    if (auto p = take_packet(stream_, version, kept_))
      return std::move(*p);
    const auto f = next_frame(within);
    if (f.opcode == websocket_opcode::binary)
      stream_ += f.payload;
    else if (f.opcode != websocket_opcode::pong)
      throw unexpected{"no packet, but a frame with opcode " + std::to_string(static_cast<int>(f.opcode)) +
                       ": " + to_hex(f.payload)};
  }
}

void websocket_client::expect_close(std::uint16_t code, milliseconds within) {
  const auto f = next_frame(within);
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  if (f.opcode != websocket_opcode::close || f.payload != payload)
    throw unexpected{"not a close with " + std::to_string(code) + ", but opcode " +
                     std::to_string(static_cast<int>(f.opcode)) + ": " + to_hex(f.payload)};
  expect_end(within);
}

void websocket_client::expect_end(milliseconds within) {
  if (fill(1, clock::now() + within))
    throw unexpected{"not the end of the connection, but " + to_hex(input_)};
}

mqtt::connack websocket_client::connect(std::string client_id, protocol_version version) {
  mqtt::connect c;
  c.version = version;
  c.keep_alive = 60;
  c.clean_start = true;
  c.client_id = client_id;
  send(encoded(c, version));
  return expect<mqtt::connack>(version);
}

websocket_client upgraded(std::uint16_t port) {
  websocket_client client{port};
  client.upgrade();
  return client;
}

} // namespace troupe::test
