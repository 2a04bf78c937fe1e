// Each body is described once, by write_body. It runs twice: to measure it, and to write it into memory that
// is taken in one step, so that sizes and bytes cannot differ.
#include "troupe/mqtt/codec.hpp"

#include <cstring>

namespace troupe::mqtt {

namespace {

/// Counts what a `writer` would write.
struct measure {
  std::size_t size = 0;

  void byte(std::uint8_t) { size += 1; }
  void u16(std::uint16_t) { size += 2; }
  void raw(std::string_view bytes) { size += bytes.size(); }
  void text(std::string_view t) { size += 2 + t.substr(0, max_text_size).size(); }
  void varint(std::size_t n) { size += varint_size(static_cast<std::uint32_t>(n)); }
};

struct writer {
  char* at;

  void byte(std::uint8_t n) { *at++ = static_cast<char>(n); }

  void u16(std::uint16_t n) {
    byte(static_cast<std::uint8_t>(n >> 8));
    byte(static_cast<std::uint8_t>(n));
  }

  void raw(std::string_view bytes) {
    if (!bytes.empty())
      std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  }

  void text(std::string_view t) {
    t = t.substr(0, max_text_size);
    u16(static_cast<std::uint16_t>(t.size()));
    raw(t);
  }

  void varint(std::size_t n) { at = write_varint(at, static_cast<std::uint32_t>(n)); }
};

constexpr std::uint8_t first_byte(packet_type type, unsigned flags = 0) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

template <class Sink>
void properties(Sink& to, property_view p) {
  to.varint(p.raw().size());
  to.raw(p.raw());
}

/// The end of a packet that leaves out a success without properties, and an empty property block.
template <class Sink>
void reason_and_properties(Sink& to, reason_code reason, property_view p) {
  if (reason == reason_code::success && p.empty())
    return;
  to.byte(static_cast<std::uint8_t>(reason));
  if (!p.empty())
    properties(to, p);
}

// -- CONNECT, CONNACK, DISCONNECT, AUTH
// -------------------------------------------------------------------------

/// 3.1.1 has no password without a user name [MQTT-3.1.2-22].
bool sends_password(const connect& c) {
  return c.password && (c.username || c.version == protocol_version::v5);
}

std::uint8_t flags_of(const connect& c) {
  unsigned flags = c.clean_start ? 0x02 : 0;
  if (c.will)
    flags |= 0x04u | static_cast<unsigned>(c.will->level) << 3 | (c.will->retain ? 0x20u : 0u);
  if (sends_password(c))
    flags |= 0x40;
  if (c.username)
    flags |= 0x80;
  return static_cast<std::uint8_t>(flags);
}

std::uint8_t head_of(const connect&) { return first_byte(packet_type::connect); }

template <class Sink>
void write_body(Sink& to, const connect& c, protocol_version) {
  const bool v5 = c.version == protocol_version::v5;
  to.text(c.version == protocol_version::v31 ? "MQIsdp" : "MQTT");
  to.byte(static_cast<std::uint8_t>(static_cast<unsigned>(c.version) | (c.bridge && !v5 ? 0x80u : 0u)));
  to.byte(flags_of(c));
  to.u16(c.keep_alive);
  if (v5)
    properties(to, c.properties);
  to.text(c.client_id);
  if (c.will) {
    if (v5)
      properties(to, c.will->properties);
    to.text(c.will->topic);
    to.text(c.will->payload);
  }
  if (c.username)
    to.text(*c.username);
  if (sends_password(c))
    to.text(*c.password);
}

std::uint8_t head_of(const connack&) { return first_byte(packet_type::connack); }

template <class Sink>
void write_body(Sink& to, const connack& c, protocol_version version) {
  // MQTT 3.1 has no session present flag (section 3.2).
  to.byte(c.session_present && version != protocol_version::v31 ? 1 : 0);
  if (version != protocol_version::v5) {
    to.byte(to_connack_v3(c.reason));
    return;
  }
  to.byte(static_cast<std::uint8_t>(c.reason));
  properties(to, c.properties);
}

std::uint8_t head_of(const disconnect&) { return first_byte(packet_type::disconnect); }

template <class Sink>
void write_body(Sink& to, const disconnect& d, protocol_version version) {
  if (version == protocol_version::v5)
    reason_and_properties(to, d.reason, d.properties);
}

std::uint8_t head_of(const auth&) { return first_byte(packet_type::auth); }

template <class Sink>
void write_body(Sink& to, const auth& a, protocol_version) {
  if (a.reason == reason_code::success && a.properties.empty())
    return;
  to.byte(static_cast<std::uint8_t>(a.reason));
  properties(to, a.properties); // the length may not be left out (MQTT 5.0 section 3.15.2.1)
}

// -- the message flow
// ---------------------------------------------------------------------------------------------

std::uint8_t head_of(const publish& p) {
  const unsigned flags =
      (p.dup ? 8u : 0u) | static_cast<unsigned>(p.level) << 1 | static_cast<unsigned>(p.retain);
  return first_byte(packet_type::publish, flags);
}

template <class Sink>
void write_body(Sink& to, const publish& p, protocol_version version) {
  to.text(p.topic);
  if (p.level != qos::at_most_once)
    to.u16(p.packet_id);
  if (version == protocol_version::v5)
    properties(to, p.properties);
  to.raw(p.payload);
}

std::uint8_t head_of(const ack& a) { return first_byte(a.type, a.type == packet_type::pubrel ? 2 : 0); }

template <class Sink>
void write_body(Sink& to, const ack& a, protocol_version version) {
  to.u16(a.packet_id);
  if (version == protocol_version::v5)
    reason_and_properties(to, a.reason, a.properties);
}

std::uint8_t head_of(const ping& p) { return first_byte(p.type); }

template <class Sink>
void write_body(Sink&, const ping&, protocol_version) {}

// -- SUBSCRIBE, UNSUBSCRIBE and their acknowledgements
// ----------------------------------------------------------------

std::uint8_t options_byte(const subscription_options& o, protocol_version version) {
  unsigned bits = static_cast<unsigned>(o.level);
  if (version == protocol_version::v5)
    bits |= (o.no_local ? 4u : 0u) | (o.retain_as_published ? 8u : 0u) | o.retain_handling * 16u;
  return static_cast<std::uint8_t>(bits);
}

std::uint8_t head_of(const subscribe&) { return first_byte(packet_type::subscribe, 2); }

template <class Sink>
void write_body(Sink& to, const subscribe& s, protocol_version version) {
  to.u16(s.packet_id);
  if (version == protocol_version::v5)
    properties(to, s.properties);
  for (const auto& entry : s.entries) {
    to.text(entry.filter);
    to.byte(options_byte(entry.options, version));
  }
}

std::uint8_t head_of(const suback& s) { return first_byte(s.type); }

template <class Sink>
void write_body(Sink& to, const suback& s, protocol_version version) {
  const bool v5 = version == protocol_version::v5;
  to.u16(s.packet_id);
  if (v5)
    properties(to, s.properties);
  else if (s.type == packet_type::unsuback)
    return;
  for (const reason_code reason : s.reasons)
    to.byte(static_cast<std::uint8_t>(is_error(reason) && !v5 ? reason_code::unspecified_error : reason));
}

std::uint8_t head_of(const unsubscribe&) { return first_byte(packet_type::unsubscribe, 2); }

template <class Sink>
void write_body(Sink& to, const unsubscribe& u, protocol_version version) {
  to.u16(u.packet_id);
  if (version == protocol_version::v5)
    properties(to, u.properties);
  for (const std::string_view filter : u.filters)
    to.text(filter);
}

} // namespace

void encode(const packet& p, protocol_version version, buffer& out) {
  if (version != protocol_version::v5 && std::holds_alternative<auth>(p))
    return;
  std::visit(
      [&](const auto& body) {
        measure size;
        write_body(size, body, version);
        writer to{out.extend(1 + varint_size(static_cast<std::uint32_t>(size.size)) + size.size)};
        to.byte(head_of(body));
        to.varint(size.size);
        write_body(to, body, version);
      },
      p);
}

namespace {

/// How soon a packet that is too large does without a property, and stays true without it.
enum class spare : std::uint8_t {
  words,    // explain only [MQTT-3.2.2-19, -20]
  defaults, // say what their absence says
  offers,   // without them the peer does not use what it might have used
  never,
};

spare spare_of(const property_entry& e) noexcept {
  switch (e.id) {
    case property::reason_string:
    case property::user_property: return spare::words;
    case property::retain_available:
    case property::wildcard_subscription_available:
    case property::subscription_identifier_available:
    case property::shared_subscription_available: return e.number == 1 ? spare::defaults : spare::never;
    case property::receive_maximum: return e.number == 0xFFFF ? spare::defaults : spare::never;
    case property::topic_alias_maximum: return e.number == 0 ? spare::defaults : spare::offers;
    case property::response_information:
    case property::server_reference: return spare::offers;
    default: return spare::never;
  }
}

/// The packet without what can be spared up to `least`; `kept` has its properties.
packet shortened(packet p, spare least, property_writer& kept) {
  kept.clear();
  std::visit(
      [&](auto& body) {
        if constexpr (requires { body.properties; }) {
          body.properties.for_each([&](const property_entry& e) {
            if (spare_of(e) > least)
              kept.raw(e.raw);
          });
          body.properties = kept.view();
        }
      },
      p);
  return p;
}

} // namespace

bool encode_within(std::uint32_t max_size, const packet& p, protocol_version version, buffer& out) {
  const std::size_t before = out.size();
  encode(p, version, out);
  property_writer kept;
  for (const spare least : {spare::words, spare::defaults, spare::offers}) {
    if (out.size() - before <= max_size)
      return true;
    out.truncate(before);
    encode(shortened(p, least, kept), version, out);
  }
  if (out.size() - before <= max_size)
    return true;
  out.truncate(before);
  return false;
}

void encode_ack(packet_type type, std::uint16_t packet_id, reason_code reason, protocol_version version,
                buffer& out) {
  const bool with_reason = version == protocol_version::v5 && reason != reason_code::success;
  writer to{out.extend(with_reason ? 5 : 4)};
  to.byte(first_byte(type, type == packet_type::pubrel ? 2 : 0));
  to.byte(with_reason ? 3 : 2);
  to.u16(packet_id);
  if (with_reason)
    to.byte(static_cast<std::uint8_t>(reason));
}

char* write_varint(char* at, std::uint32_t n) noexcept {
  for (; n >= 0x80; n >>= 7)
    *at++ = static_cast<char>(n | 0x80);
  *at++ = static_cast<char>(n);
  return at;
}

} // namespace troupe::mqtt
