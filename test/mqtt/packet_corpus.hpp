// Packets as bytes, and what the decoder must make of them: one table for the tests of the codec and for all
// who need packets, good and bad.
#pragma once

#include "mqtt/packet_bytes.hpp"
#include "mqtt/packet_text.hpp"
#include "troupe/mqtt/codec.hpp"

#include <string_view>

namespace troupe::mqtt::test {

enum class sender : bool { server, client };

/// A packet that must be accepted.
struct good_packet {
  std::string_view name;
  protocol_version version;
  sender from;
  std::string_view notation; // see packet_bytes
  std::string_view text;     // see packet_text
  bool canonical = true;     // the encoder writes the same bytes
};

/// A packet that must be refused.
struct bad_packet {
  std::string_view name;
  protocol_version version;
  sender from;
  std::string_view notation;
  reason_code reason;
};

inline decode_options options_for(protocol_version version, sender from) {
  decode_options options;
  options.version = version;
  options.from_client = from == sender::client;
  return options;
}

/// Short names for the tables.
namespace corpus {
inline constexpr auto v31 = protocol_version::v31;
inline constexpr auto v4 = protocol_version::v311;
inline constexpr auto v5 = protocol_version::v5;
inline constexpr auto client = sender::client;
inline constexpr auto server = sender::server;
inline constexpr auto x81 = reason_code::malformed_packet;
inline constexpr auto x82 = reason_code::protocol_error;
inline constexpr auto x84 = reason_code::unsupported_protocol_version;
inline constexpr auto x8F = reason_code::topic_filter_invalid;
inline constexpr auto x90 = reason_code::topic_name_invalid;
inline constexpr auto x94 = reason_code::topic_alias_invalid;
} // namespace corpus

} // namespace troupe::mqtt::test

#include "mqtt/packet_corpus_bad.hpp"
#include "mqtt/packet_corpus_good.hpp"
