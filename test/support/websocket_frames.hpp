// Frames as a client writes them, right or wrong.
#pragma once

#include "troupe/mqtt/websocket_frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::test {

using mqtt::websocket_opcode;

/// What a frame says of itself; the defaults are those of a well-behaved client.
struct frame_options {
  bool final = true;
  bool masked = true;
  std::uint8_t reserved = 0; // bits, 0x40 is RSV1
  std::string_view mask = "\x37\xfa\x21\x3d";
};

/// The bytes of a frame.
inline std::string frame(websocket_opcode opcode, std::string_view payload, frame_options options = {}) {
  mqtt::buffer head;
  mqtt::write_websocket_head(opcode, payload.size(), head);
  std::string bytes{head.view()};
  if (!options.final)
    bytes[0] = static_cast<char>(bytes[0] & 0x7F);
  bytes[0] = static_cast<char>(bytes[0] | options.reserved);
  if (!options.masked)
    return bytes.append(payload);
  bytes[1] = static_cast<char>(bytes[1] | 0x80);
  bytes.append(options.mask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ options.mask[i % 4]);
  return bytes;
}

inline std::string binary_frame(std::string_view payload, bool final = true) {
  return frame(websocket_opcode::binary, payload, {.final = final});
}

inline std::string continuation_frame(std::string_view payload, bool final) {
  return frame(websocket_opcode::continuation, payload, {.final = final});
}

/// A close frame with a code and a reason.
inline std::string close_frame(std::uint16_t code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return frame(websocket_opcode::close, payload.append(reason));
}

} // namespace troupe::test
