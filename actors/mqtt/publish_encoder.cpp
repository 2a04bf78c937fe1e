// The PUBLISH of a delivery. Its topic, payload and forwarded properties are copied from the message; the
// rest is computed.
#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/message.hpp"

#include <algorithm>

namespace troupe::mqtt {

/// Sizes first, then one piece of memory, then the bytes.
struct publish_encoder {
  const delivery& d;
  const message& m;
  const outgoing_limits& limits;
  std::uint16_t alias;
  std::uint16_t topic_size;
  bool topic_sent; // false: the alias stands for it
  std::uint32_t expiry;
  std::uint32_t properties = 0; // bytes of the block without its length
  std::uint32_t remaining = 0;

  publish_encoder(const delivery& what, const outgoing_limits& to, time_ms now, std::uint16_t topic_alias,
                  bool alias_is_new)
      : d(what),
        m(*what.message),
        limits(to),
        alias(topic_alias),
        topic_size(static_cast<std::uint16_t>(m.topic_size_ - limits.hidden)),
        topic_sent(topic_alias == 0 || alias_is_new),
        expiry(no_expiry) {
    std::size_t size = 2 + (topic_sent ? topic_size : 0) + m.payload_size_;
    if (d.level != qos::at_most_once)
      size += 2;
    if (limits.version == protocol_version::v5) {
      if (m.expiry_ != no_expiry) { // counted down [MQTT-3.3.2-6], but not to 0, which means never
        const auto most = m.expiry_ == 0 ? 0 : m.expiry_ - 1;
        const auto waited = std::clamp<time_ms>((now - m.timestamp_) / 1000, 0, most);
        expiry = m.expiry_ - static_cast<std::uint32_t>(waited);
      }
      properties = property_bytes();
      size += varint_size(properties) + properties;
    }
    remaining = static_cast<std::uint32_t>(size);
  }

  std::uint32_t property_bytes() const {
    std::size_t n = m.properties_size_;
    if (expiry != no_expiry)
      n += 5;
    if (alias != 0)
      n += 3;
    if (d.subscription_id != 0)
      n += 1 + varint_size(d.subscription_id);
    if (d.more_subscription_ids)
      for (auto id : d.more_subscription_ids->ids)
        n += 1 + varint_size(id);
    return static_cast<std::uint32_t>(n);
  }

  std::size_t total() const { return 1 + varint_size(remaining) + remaining; }
  bool fits() const { return total() <= limits.max_packet_size && remaining <= 268'435'455; }

  char* write_head(char* at) const {
    *at++ = static_cast<char>(0x30 | (d.dup ? 8 : 0) | (static_cast<unsigned>(d.level) << 1) |
                              (d.retain ? 1 : 0));
    return write_varint(at, remaining);
  }

  char* write_topic(char* at) const {
    if (!topic_sent) {
      *at++ = 0;
      *at++ = 0;
      return at;
    }
    *at++ = static_cast<char>(topic_size >> 8);
    *at++ = static_cast<char>(topic_size);
    std::memcpy(at, m.bytes() + 2 + limits.hidden, topic_size);
    return at + topic_size;
  }

  char* write_id(char* at) const {
    if (d.level != qos::at_most_once) {
      *at++ = static_cast<char>(d.packet_id >> 8);
      *at++ = static_cast<char>(d.packet_id);
    }
    return at;
  }

  char* write_properties(char* at) const {
    if (limits.version != protocol_version::v5)
      return at;
    at = write_varint(at, properties);
    if (expiry != no_expiry) {
      *at++ = static_cast<char>(property::message_expiry_interval);
      for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = static_cast<char>(expiry >> shift);
    }
    if (alias != 0) {
      *at++ = static_cast<char>(property::topic_alias);
      *at++ = static_cast<char>(alias >> 8);
      *at++ = static_cast<char>(alias);
    }
    const auto write_subscription = [&at](std::uint32_t id) {
      *at++ = static_cast<char>(property::subscription_identifier);
      at = write_varint(at, id);
    };
    if (d.subscription_id != 0)
      write_subscription(d.subscription_id);
    if (d.more_subscription_ids)
      for (auto id : d.more_subscription_ids->ids)
        write_subscription(id);
    const auto forwarded = m.properties().raw();
    if (!forwarded.empty())
      std::memcpy(at, forwarded.data(), forwarded.size());
    return at + forwarded.size();
  }

  void write(buffer& out, bool payload) const {
    char* at = out.extend(total() - (payload ? 0 : m.payload_size_));
    at = write_head(at);
    if (payload && d.level == qos::at_most_once && topic_sent && limits.version != protocol_version::v5 &&
        limits.hidden == 0) {
      std::memcpy(at, m.bytes(), 2U + m.topic_size_ + m.payload_size_); // topic and payload are neighbours
      return;
    }
    at = write_properties(write_id(write_topic(at)));
    if (payload && m.payload_size_ > 0)
      std::memcpy(at, m.payload().data(), m.payload_size_);
  }
};

bool encode_publish(const delivery& d, const outgoing_limits& limits, time_ms now, std::uint16_t alias,
                    bool alias_is_new, buffer& out) {
  const publish_encoder e{d, limits, now, alias, alias_is_new};
  if (!e.fits())
    return false;
  e.write(out, true);
  return true;
}

bool encode_publish_head(const delivery& d, const outgoing_limits& limits, time_ms now, std::uint16_t alias,
                         bool alias_is_new, buffer& out) {
  const publish_encoder e{d, limits, now, alias, alias_is_new};
  if (!e.fits())
    return false;
  e.write(out, false);
  return true;
}

} // namespace troupe::mqtt
