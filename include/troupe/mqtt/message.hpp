// What applications publish: an immutable, reference-counted message in one allocation, and its encoding
// for a subscriber.
#pragma once

#include "troupe/mqtt/buffer.hpp"
#include "troupe/mqtt/intrusive.hpp"
#include "troupe/mqtt/packet.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// Milliseconds since the epoch, or of a clock that nobody sets (moment.hpp).
using time_ms = std::int64_t;

/// The place of a session: its shard, its slot there and the slot's generation. The default is nobody's.
struct session_address {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0; // 0 is never given out
  std::uint16_t shard = 0;

  friend bool operator==(const session_address&, const session_address&) = default;
};

/// Who published: shared by all messages of one connection.
class publisher final : public ref_counted<publisher> {
public:
  std::string client_id;
  std::string username; // empty: none
  std::string peer_host;
  session_address address; // for no-local

  static ref<const publisher> make(std::string client_id, std::string username, std::string peer_host,
                                   session_address address);
  static void destroy(const publisher* p) noexcept { delete p; }
};
using publisher_ptr = ref<const publisher>;

class message;
using message_ptr = ref<const message>;

/// No expiry interval: the neutral value of `message::expiry`.
inline constexpr std::uint32_t no_expiry = 0xFFFFFFFF;

/// What a message is made of; the views need to live only during `message::make`.
struct message_parts {
  std::string_view topic; // a valid topic name, at most 65,535 bytes
  std::string_view payload;
  std::string_view properties; // validated entries that are forwarded (see `forwardable_properties`)
  publisher_ptr from;
  time_ms timestamp = 0;            // arrival
  std::uint32_t expiry = no_expiry; // message expiry interval, seconds; 0: never
  qos level = qos::at_most_once;
  bool retain = false;   // the flag of the PUBLISH
  bool system = false;   // the metrics leave it out; so is all below `$SYS/`
  std::uint8_t hops = 0; // rules that have published it again, one after the other
};

class message final : public ref_counted<message> {
public:
  static message_ptr make(const message_parts& parts);
  static message_ptr make(message_parts&& parts);

  /// A copy with another topic and time; its lifetime counts from that time.
  static message_ptr make_copy(const message& m, std::string_view topic, time_ms timestamp);
  static void destroy(const message* m) noexcept;

  std::string_view topic() const noexcept { return {bytes() + 2, topic_size_}; }
  std::string_view payload() const noexcept { return {bytes() + 2 + topic_size_, payload_size_}; }
  property_view properties() const noexcept {
    return property_view{{bytes() + 2 + topic_size_ + payload_size_, properties_size_}};
  }
  const publisher_ptr& from() const noexcept { return from_; }
  time_ms timestamp() const noexcept { return timestamp_; }
  std::uint32_t expiry() const noexcept { return expiry_; }
  qos level() const noexcept { return level_; }
  bool retain() const noexcept { return retain_; }
  bool system() const noexcept { return system_; }
  std::uint8_t hops() const noexcept { return hops_; }

  /// A number that no other message of this process has.
  std::uint64_t id() const noexcept { return id_; }

  /// An interval of 0 means never, as in EMQ X (reference/plugins-modules.md section 9).
  bool expired(time_ms now) const noexcept {
    return expiry_ != no_expiry && expiry_ != 0 && now - timestamp_ >= expiry_ * 1000LL;
  }

  /// Bytes of memory that the message takes.
  std::size_t footprint() const noexcept;

private:
  friend struct publish_encoder;

  message(const message_parts& parts, publisher_ptr from) noexcept;
  ~message() = default;

  static message_ptr make(const message_parts& parts, publisher_ptr from);

  // In one allocation behind the object: topic length (2 bytes, as on the wire), topic, payload, properties.
  const char* bytes() const noexcept { return reinterpret_cast<const char*>(this + 1); }

  std::uint64_t id_;
  time_ms timestamp_;
  publisher_ptr from_;
  std::uint32_t payload_size_;
  std::uint32_t properties_size_;
  std::uint32_t expiry_;
  std::uint16_t topic_size_;
  qos level_;
  bool retain_;
  bool system_;
  std::uint8_t hops_;
};

/// Collects the entries of a PUBLISH that its subscribers get too (MQTT 5.0 section 3.3.2.3): payload format,
/// content type, response topic, correlation data and user properties, in their order. Returns `properties`'
/// own bytes where all of them qualify, else the bytes gathered in `scratch`.
std::string_view forwardable_properties(property_view properties, std::string& scratch);

/// Subscription identifiers beyond the first, for a message that several subscriptions of one session match.
class id_list final : public ref_counted<id_list> {
public:
  std::vector<std::uint32_t> ids;

  static ref<id_list> make() { return ref<id_list>::adopt(new id_list); }
  static void destroy(const id_list* p) noexcept { delete p; }
};

/// Which shared subscription a copy of a message is for, so that it can go to another member.
struct shared_origin {
  std::uint32_t group = 0; // from shared_match::id(), 0: not shared
  std::uint8_t hops = 0;   // members that did not take it

  /// The value of `hops` with which a member has to take it.
  static constexpr std::uint8_t last_hop = 255;
};

/// One thing on its way to a client: a PUBLISH (`message` is set), PUBACK, PUBREC, PUBREL, PUBCOMP, PINGRESP.
/// Routers fill in the message, its effective QoS, retain flag and subscription identifiers; the session adds
/// the packet identifier; the client encodes it at its flush.
struct delivery {
  message_ptr message;
  ref<id_list> more_subscription_ids;
  std::uint32_t subscription_id = 0; // 0: none
  std::uint32_t group = 0;           // as in shared_origin
  std::uint16_t packet_id = 0;
  packet_type type = packet_type::publish;
  qos level = qos::at_most_once;
  reason_code reason = reason_code::success; // of an acknowledgement
  bool retain = false;
  bool dup = false;
  std::uint8_t hops = 0; // as in shared_origin
};
static_assert(sizeof(delivery) == 32, "sessions hold many of them");

/// Limits of a connection that the encoding of a PUBLISH depends on.
struct outgoing_limits {
  protocol_version version = protocol_version::v311;
  std::uint32_t max_packet_size = 0xFFFFFFFF; // what the client accepts, bytes
  std::uint16_t hidden = 0;                   // bytes of its mount point at the front of this message's topic
};

/// Appends the PUBLISH of `d` as a client of `limits` gets it at `now`: the expiry counted down, the
/// subscription identifiers and, when `alias` is not 0, that topic alias (with the topic itself only if
/// `alias_is_new`). Returns false, and appends nothing, when the packet would exceed the client's limit.
bool encode_publish(const delivery& d, const outgoing_limits& limits, time_ms now, std::uint16_t alias,
                    bool alias_is_new, buffer& out);

/// The bytes of `encode_publish` without the payload, which stands in `d.message` and follows on the wire.
/// For payloads that are sent from where they are.
bool encode_publish_head(const delivery& d, const outgoing_limits& limits, time_ms now, std::uint16_t alias,
                         bool alias_is_new, buffer& out);

} // namespace troupe::mqtt
