#include "support/wire.hpp"

namespace troupe::test::wire {

namespace {

std::string byte(unsigned value) { return std::string(1, static_cast<char>(value)); }

} // namespace

std::string u16(std::size_t number) {
  return byte(static_cast<unsigned>(number >> 8 & 0xFF)) + byte(static_cast<unsigned>(number & 0xFF));
}

std::string text(std::string_view bytes) { return u16(bytes.size()).append(bytes); }

std::string packet(unsigned first_byte, std::string_view body) {
  std::string out = byte(first_byte);
  std::size_t length = body.size();
  do {
    out += byte(static_cast<unsigned>(length % 128 + (length >= 128 ? 128 : 0)));
    length /= 128;
  } while (length > 0);
  return out.append(body);
}

std::string connect(mqtt::protocol_version version, std::string_view client_id, unsigned flags,
                    std::string_view fields, unsigned keep_alive) {
  const bool old = version == mqtt::protocol_version::v31;
  return packet(0x10, text(old ? "MQIsdp" : "MQTT") + byte(old ? 3 : 4) + byte(flags) + u16(keep_alive) +
                          text(client_id).append(fields));
}

std::string connack(bool session_present, unsigned return_code) {
  return packet(0x20, byte(session_present ? 1 : 0) + byte(return_code));
}

std::string publish(std::string_view topic, std::string_view payload, unsigned qos, std::size_t id) {
  return packet(0x30 | qos << 1, (text(topic) + (qos == 0 ? "" : u16(id))).append(payload));
}

std::string with(std::string packet, unsigned flags) {
  packet[0] = static_cast<char>(static_cast<unsigned char>(packet[0]) | flags);
  return packet;
}

std::string puback(std::size_t id) { return packet(0x40, u16(id)); }
std::string pubrec(std::size_t id) { return packet(0x50, u16(id)); }
std::string pubrel(std::size_t id) { return packet(0x62, u16(id)); }
std::string pubcomp(std::size_t id) { return packet(0x70, u16(id)); }

std::string subscribe(std::size_t id, std::initializer_list<std::pair<std::string_view, unsigned>> filters) {
  std::string body = u16(id);
  for (const auto& [filter, qos] : filters)
    body += text(filter) + byte(qos);
  return packet(0x82, body);
}

std::string suback(std::size_t id, std::initializer_list<unsigned> return_codes) {
  std::string body = u16(id);
  for (const unsigned code : return_codes)
    body += byte(code);
  return packet(0x90, body);
}

std::string unsubscribe(std::size_t id, std::initializer_list<std::string_view> filters) {
  std::string body = u16(id);
  for (const auto filter : filters)
    body += text(filter);
  return packet(0xA2, body);
}

std::string unsuback(std::size_t id) { return packet(0xB0, u16(id)); }

std::string pingreq() { return packet(0xC0); }
std::string pingresp() { return packet(0xD0); }
std::string disconnect() { return packet(0xE0); }

} // namespace troupe::test::wire
