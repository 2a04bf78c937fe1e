// Decoder and encoder of MQTT control packets. The decoder reads in place and is incremental;
// neither allocates for the packets of the message flow (PUBLISH and its acknowledgements).
#pragma once

#include "troupe/mqtt/buffer.hpp"
#include "troupe/mqtt/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::mqtt {

/// What the decoder made of the bytes at the front of its input.
enum class decode_status : std::uint8_t {
  complete,  // `value` holds a packet of `size` bytes
  need_more, // `size` bytes are needed in all before it pays to ask again (at least one more)
  malformed, // `reason` says why; the connection cannot go on
};

struct decode_result {
  decode_status status = decode_status::need_more;
  std::size_t size = 0;
  reason_code reason = reason_code::success;
  const char* detail = ""; // a constant text for the log, such as "topic name is not UTF-8"
};

/// Limits and rules that depend on the connection.
struct decode_options {
  protocol_version version = protocol_version::v311; // ignored by CONNECT, which brings its own
  std::uint32_t max_packet_size = 1024 * 1024;       // bytes, fixed header included
  bool from_client = true; // packet types that only the other side may send are refused
};

/// Decodes one packet at the front of `input` into `out`, whose views point into `input`.
/// A packet over `max_packet_size` is refused from its fixed header alone (0x95). Malformed packets
/// give 0x81, those that break a rule between fields give 0x82 (MQTT 5.0 section 4.13), a CONNECT of
/// an unknown protocol name or level gives 0x84. `out` keeps the capacity of its vectors between calls;
/// unless the result is `complete` what it holds means nothing.
decode_result decode(std::string_view input, const decode_options& options, packet& out);

/// The version that a CONNECT at the front of `input` asks for, when its bytes up to there have come: for an
/// answer to one that is refused as a whole.
std::optional<protocol_version> connect_version(std::string_view input) noexcept;

/// Appends the encoding of a packet for `version`. What 3.x has no field for is left out; CONNACK
/// reasons become return codes. Server and client packets alike (the tests are the client). A CONNECT
/// brings its own version. A text over 65,535 bytes is cut; the body must stay under 256 MiB.
void encode(const packet& p, protocol_version version, buffer& out);

/// As `encode`, for a client that accepts packets of `max_size` bytes. Where the packet would be too large
/// with them, it goes without, in this order: reason string and user properties [MQTT-3.2.2-19, -20,
/// MQTT-3.4.2-2, MQTT-3.14.2-3]; what says the same as its absence; Topic Alias Maximum, Response Information
/// and Server Reference, without which nothing is untrue. False, and nothing is appended, when it is too
/// large without them [MQTT-3.1.2-24].
bool encode_within(std::uint32_t max_size, const packet& p, protocol_version version, buffer& out);

/// Appends PUBACK, PUBREC, PUBREL or PUBCOMP in its shortest form.
void encode_ack(packet_type type, std::uint16_t packet_id, reason_code reason, protocol_version version,
                buffer& out);

/// The largest variable byte integer, hence also the largest remaining length.
inline constexpr std::uint32_t max_varint = 268'435'455;

/// The longest text or binary field, in bytes.
inline constexpr std::size_t max_text_size = 65'535;

/// Bytes that the variable byte integer of `n` takes: 1 to 4.
constexpr std::size_t varint_size(std::uint32_t n) noexcept {
  return n < 128 ? 1 : n < 16384 ? 2 : n < 2097152 ? 3 : 4;
}

/// Writes the variable byte integer of `n`, at most `max_varint`, at `at` and returns the position behind it.
char* write_varint(char* at, std::uint32_t n) noexcept;

} // namespace troupe::mqtt
