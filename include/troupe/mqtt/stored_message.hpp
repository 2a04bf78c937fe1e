// A message as bytes that outlive the process: the value of a row of the store.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <string>
#include <string_view>

namespace troupe::mqtt {

/// The bytes of a message with all that its subscribers and the rules can see of it; of its publisher the
/// names, not the session. They begin with a version:
///
///   version 1, flags (QoS in two bits, 4: retain, 8: system, 16: has a publisher), timestamp (8 bytes),
///   expiry (4), topic, [client id, user name, address,] properties, payload
///
/// Texts have their length in two bytes before them, properties in a variable byte integer, both as in MQTT;
/// the payload is the rest. Numbers are in network order.
std::string encode_stored(const message& m);

/// The message of these bytes, or null where `encode_stored` did not make them: of another version, not
/// whole, or with what the decoder of packets refuses.
message_ptr decode_stored(std::string_view bytes);

} // namespace troupe::mqtt
