// Packets of MQTT 3.1 and 3.1.1 written byte by byte: tests of what is on the wire must not trust the
// broker's own encoder.
#pragma once

#include "troupe/mqtt/packet.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::test::wire {

/// Two bytes, the more significant one first.
std::string u16(std::size_t number);

/// A text or binary field: its length in two bytes, and itself.
std::string text(std::string_view bytes);

/// A fixed header's first byte, the remaining length of `body`, and `body`.
std::string packet(unsigned first_byte, std::string_view body = {});

/// The connect flags.
enum : unsigned {
  clean = 0x02,
  will = 0x04,
  will_qos_1 = 0x08,
  will_qos_2 = 0x10,
  will_retain = 0x20,
  password = 0x40,
  username = 0x80,
};

/// CONNECT of 3.1 or 3.1.1; `fields` is what follows the client identifier.
std::string connect(mqtt::protocol_version version, std::string_view client_id, unsigned flags = clean,
                    std::string_view fields = {}, unsigned keep_alive = 60);
std::string connack(bool session_present, unsigned return_code);

/// `id` is left out at QoS 0.
std::string publish(std::string_view topic, std::string_view payload, unsigned qos = 0, std::size_t id = 0);
inline constexpr unsigned dup = 0x08;
inline constexpr unsigned retain = 0x01;
/// The same packet with other flags in its first byte.
std::string with(std::string packet, unsigned flags);

std::string puback(std::size_t id);
std::string pubrec(std::size_t id);
std::string pubrel(std::size_t id);
std::string pubcomp(std::size_t id);

std::string subscribe(std::size_t id, std::initializer_list<std::pair<std::string_view, unsigned>> filters);
std::string suback(std::size_t id, std::initializer_list<unsigned> return_codes);
std::string unsubscribe(std::size_t id, std::initializer_list<std::string_view> filters);
std::string unsuback(std::size_t id);

std::string pingreq();
std::string pingresp();
std::string disconnect();

} // namespace troupe::test::wire
