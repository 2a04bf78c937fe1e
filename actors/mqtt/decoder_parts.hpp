// What the parts of the decoder share: a reader of fields, the verdict on a packet, and one function per kind
// of packet body.
#pragma once

#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace troupe::mqtt {

/// Why a packet is refused; `reason` is success when it is not.
struct fault {
  reason_code reason = reason_code::success;
  const char* detail = "";

  explicit operator bool() const noexcept { return reason != reason_code::success; }
};

inline constexpr fault accepted{};

constexpr fault malformed(const char* detail) { return {reason_code::malformed_packet, detail}; }
constexpr fault protocol_error(const char* detail) { return {reason_code::protocol_error, detail}; }

/// Takes fields from the front of a packet's body. Each function is false, and takes nothing that matters,
/// when the field is not whole.
struct reader {
  std::string_view rest;

  bool empty() const noexcept { return rest.empty(); }

  bool byte(std::uint8_t& out) noexcept {
    if (rest.empty())
      return false;
    out = at(0);
    rest.remove_prefix(1);
    return true;
  }

  bool u16(std::uint16_t& out) noexcept {
    if (rest.size() < 2)
      return false;
    out = static_cast<std::uint16_t>(at(0) << 8 | at(1));
    rest.remove_prefix(2);
    return true;
  }

  bool u32(std::uint32_t& out) noexcept {
    if (rest.size() < 4)
      return false;
    out = std::uint32_t{at(0)} << 24 | std::uint32_t{at(1)} << 16 | std::uint32_t{at(2)} << 8 | at(3);
    rest.remove_prefix(4);
    return true;
  }

  /// A variable byte integer in its shortest form [MQTT-1.5.5-1].
  bool varint(std::uint32_t& out) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4 && i < rest.size(); ++i) {
      value |= std::uint32_t{at(i) & 0x7Fu} << (7 * i);
      if (at(i) < 0x80) {
        out = value;
        rest.remove_prefix(i + 1);
        return i == 0 || (value >> (7 * i)) != 0;
      }
    }
    return false;
  }

  /// Two bytes of length and as many of text or binary data.
  bool text(std::string_view& out) noexcept {
    if (rest.size() < 2)
      return false;
    const std::size_t length = static_cast<std::size_t>(at(0) << 8 | at(1));
    if (rest.size() - 2 < length)
      return false;
    out = rest.substr(2, length);
    rest.remove_prefix(2 + length);
    return true;
  }

  /// As `text`, and it must be UTF-8.
  bool utf8(std::string_view& out) noexcept { return text(out) && is_valid_utf8(out); }

private:
  std::uint8_t at(std::size_t i) const noexcept { return static_cast<std::uint8_t>(rest[i]); }
};

/// Takes a packet identifier, which is never 0 [MQTT-2.2.1-3].
inline fault take_packet_id(reader& in, std::uint16_t& out) {
  if (!in.u16(out))
    return malformed("packet identifier is missing");
  if (out == 0)
    return protocol_error("packet identifier is 0");
  return accepted;
}

/// The alternative `T` of a reused packet; the one that is there keeps its vectors' capacity.
template <class T>
T& reuse(packet& out) {
  if (auto* there = std::get_if<T>(&out))
    return *there;
  return out.emplace<T>();
}

/// Takes a property block with its length; `where` is one bit as in property_rule.
fault take_properties(reader& in, std::uint16_t where, bool from_client, property_view& out);

/// Whether a packet of this type may carry the reason (MQTT 5.0 table 2-6 and the packet's section).
bool is_reason_of(packet_type type, reason_code reason, bool from_client) noexcept;

/// The version of the CONNECT at the front of `input`, whatever the flags of its first byte; nothing while
/// its bytes up to there have not come, or when it is none that we know.
std::optional<protocol_version> named_version(std::string_view input) noexcept;

// Bodies: all bytes behind the fixed header.
fault decode_connect(reader in, connect& out);
fault decode_connack(reader in, const decode_options& options, connack& out);
fault decode_disconnect(reader in, const decode_options& options, disconnect& out);
fault decode_auth(reader in, const decode_options& options, auth& out);
fault decode_subscribe(reader in, const decode_options& options, subscribe& out);
fault decode_suback(packet_type type, reader in, const decode_options& options, suback& out);
fault decode_unsubscribe(reader in, const decode_options& options, unsubscribe& out);

} // namespace troupe::mqtt
