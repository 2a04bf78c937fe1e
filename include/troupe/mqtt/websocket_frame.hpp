// WebSocket frames as a server reads and writes them (RFC 6455 sections 5 to 7, MQTT 5.0 section 6): what the
// binary frames carry is one stream of bytes, however they cut it.
#pragma once

#include "troupe/mqtt/buffer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace troupe::mqtt {

enum class websocket_opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// Status codes of RFC 6455 section 7.4.1. A peer may close with others.
enum class websocket_code : std::uint16_t {
  normal = 1000,
  protocol_error = 1002,
  unsupported_data = 1003, // text frames [MQTT-6.0.0-1]
  no_status = 1005,        // never sent: the peer gave none
  invalid_payload = 1007,  // a reason that is not UTF-8
  too_big = 1009,
};

enum class websocket_event : std::uint8_t {
  none,    // the input is used up
  ping,    // to be answered with its payload
  pong,    // nothing to do
  close,   // the peer closes, for its code
  failure, // the peer broke a rule: close with the code
};

/// The frames that one client sends. Holds no more of them than the head of a data frame, or a control frame,
/// of which a part has come. May move to another thread between calls.
class websocket_decoder {
public:
  /// What was at the front of the input.
  struct result {
    websocket_event event = websocket_event::none;
    websocket_code code = websocket_code::no_status; // of close and failure
    const char* detail = "";                         // of failure: a constant text for the log
    std::string_view control;                        // payload of a ping or pong, until the next call
    std::size_t payload = 0;                         // bytes of the stream that now stand at `out`
    std::size_t consumed = 0;                        // bytes of the input that are done with
  };

  /// Refuses data frames of more than `max_frame_size` bytes, 0: none, with 1009.
  explicit websocket_decoder(std::uint64_t max_frame_size) noexcept : max_frame_size_(max_frame_size) {}

  /// Reads frames up to the end of the input or to the first that is no data, and writes what the data frames
  /// carry, unmasked, one behind the other to `out`. That is the input's own memory or memory before it: the
  /// input is overwritten. Nothing may follow a close or a failure.
  result decode(std::span<char> input, char* out) noexcept;

private:
  bool take_head(std::span<char>& input, result& r) noexcept;
  std::size_t head_size() const noexcept;
  const char* fault_of_start() const noexcept;
  void begin_data(result& r) noexcept;
  void end_control(result& r) noexcept;
  std::uint8_t byte(std::size_t i) const noexcept { return static_cast<std::uint8_t>(head_[i]); }
  websocket_opcode opcode() const noexcept { return static_cast<websocket_opcode>(byte(0) & 0x0F); }
  bool is_control() const noexcept { return (byte(0) & 0x08) != 0; }

  static constexpr std::size_t max_control = 125; // bytes of payload [RFC 6455 section 5.5]

  std::uint64_t max_frame_size_;
  std::uint64_t remaining_ = 0; // bytes of the data frame that are still to come
  std::array<char, 4> mask_{};  // turned so that it begins with the next byte
  bool in_message_ = false;     // the last data frame was not final
  std::uint8_t held_ = 0;       // bytes in head_
  std::array<char, 6 + max_control> head_;
};

/// The frames that go to one client: one binary frame for all that is sent at once, and control frames
/// between them. The payload itself is not copied.
class websocket_encoder {
public:
  /// What has to go out next: all of `prefix`, then `payload` bytes of the stream.
  struct step {
    std::string_view prefix;
    std::size_t payload = 0;
  };

  /// The next step when the stream has `available` bytes to send. They belong to one frame, begun now unless
  /// one is unfinished; of that the rest must come first.
  step next(std::size_t available);

  /// So many bytes of the step, prefix first, have been sent.
  void sent(std::size_t bytes) noexcept;

  /// Bytes that go out before all frames, once: the answer to the HTTP request.
  void preface(std::string_view bytes) { prefix_.append(bytes); }

  /// Answers a ping. A pong that has not been sent yet is replaced (RFC 6455 section 5.5.3), which bounds
  /// them.
  void pong(std::string_view payload);

  /// The last frame of all. Only the first call counts.
  void close(websocket_code code);

  bool closed() const noexcept { return closed_; }

  /// Whether a control frame, or the rest of a head, waits to be sent.
  bool waiting() const noexcept { return !prefix_.empty() || !pong_.empty() || !close_.empty(); }

  /// Bytes on the heap.
  std::size_t footprint() const noexcept { return prefix_.capacity() + pong_.capacity() + close_.capacity(); }

private:
  buffer prefix_;               // complete control frames and the head of the frame that is being sent
  buffer pong_, close_;         // wait for the end of that frame
  std::size_t prefix_sent_ = 0; // bytes of it
  std::uint64_t owed_ = 0;      // bytes that the head in prefix_ promised, without those that were sent
  bool closed_ = false;
};

/// Appends the head of a final, unmasked frame.
void write_websocket_head(websocket_opcode opcode, std::uint64_t size, buffer& out);

/// Whether a peer may close with the code (RFC 6455 section 7.4 and its registry).
bool is_valid_close_code(std::uint16_t code) noexcept;

} // namespace troupe::mqtt
