#include "troupe/mqtt/stored_message.hpp"

#include "decoder_parts.hpp"
#include "property_table.hpp"
#include "troupe/mqtt/topic.hpp"

namespace troupe::mqtt {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t qos_bits = 3, retain_flag = 4, system_flag = 8, publisher_flag = 16;

void put_number(std::string& to, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(value >> shift));
}

void put_text(std::string& to, std::string_view text) {
  text = text.substr(0, max_text_size);
  put_number(to, text.size(), 2);
  to.append(text);
}

void put_varint(std::string& to, std::size_t value) {
  for (; value > 0x7F; value >>= 7)
    to.push_back(static_cast<char>((value & 0x7F) | 0x80));
  to.push_back(static_cast<char>(value));
}

bool take_time(reader& in, time_ms& out) {
  std::uint32_t high = 0, low = 0;
  if (!in.u32(high) || !in.u32(low))
    return false;
  out = static_cast<time_ms>(std::uint64_t{high} << 32 | low);
  return out >= 0;
}

bool take_publisher(reader& in, publisher_ptr& out) {
  std::string_view client_id, username, peer_host;
  if (!in.utf8(client_id) || !in.utf8(username) || !in.text(peer_host))
    return false;
  out = publisher::make(std::string{client_id}, std::string{username}, std::string{peer_host}, {});
  return true;
}

bool take_parts(reader& in, message_parts& out) {
  std::uint8_t its_version = 0, flags = 0;
  if (!in.byte(its_version) || its_version != version || !in.byte(flags))
    return false;
  if ((flags & qos_bits) == qos_bits || flags >= publisher_flag * 2)
    return false;
  out.level = static_cast<qos>(flags & qos_bits);
  out.retain = (flags & retain_flag) != 0;
  out.system = (flags & system_flag) != 0;
  if (!take_time(in, out.timestamp) || !in.u32(out.expiry) || !in.utf8(out.topic) ||
      !valid_topic_name(out.topic))
    return false;
  if ((flags & publisher_flag) != 0 && !take_publisher(in, out.from))
    return false;
  property_view properties;
  if (take_properties(in, packet_bit(packet_type::publish), true, properties))
    return false;
  out.properties = properties.raw();
  out.payload = in.rest;
  return true;
}

} // namespace

std::string encode_stored(const message& m) {
  std::string out;
  constexpr std::size_t numbers = 32;
  const auto* from = m.from().get();
  out.reserve(
      numbers + m.footprint() +
      (from == nullptr ? 0 : from->client_id.size() + from->username.size() + from->peer_host.size()));
  out.push_back(static_cast<char>(version));
  out.push_back(static_cast<char>(static_cast<unsigned>(m.level()) | (m.retain() ? retain_flag : 0U) |
                                  (m.system() ? system_flag : 0U) | (from != nullptr ? publisher_flag : 0U)));
  put_number(out, static_cast<std::uint64_t>(m.timestamp()), 8);
  put_number(out, m.expiry(), 4);
  put_text(out, m.topic());
  if (from != nullptr) {
    put_text(out, from->client_id);
    put_text(out, from->username);
    put_text(out, from->peer_host);
  }
  put_varint(out, m.properties().raw().size());
  out.append(m.properties().raw());
  out.append(m.payload());
  return out;
}

message_ptr decode_stored(std::string_view bytes) {
  constexpr std::size_t largest = 0xFFFFFFFF; // a message counts its bytes in 32 bits
  reader in{bytes};
  message_parts parts;
  if (bytes.size() > largest || !take_parts(in, parts))
    return nullptr;
  return message::make(parts);
}

} // namespace troupe::mqtt
