// A client's view of its broker: told of each packet that the client sends and of all that came back for it,
// it aborts when a rule of the protocol is broken.
#pragma once

#include "require.hpp"
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/codec.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace troupe::mqtt::fuzz {

using test::require;

class channel_model {
public:
  explicit channel_model(const channel_limits& limits) : limits_(&limits) {}

  /// Messages that the broker sent at QoS 1 or 2, by packet identifier, and what they wait for.
  std::map<std::uint16_t, packet_type> in_flight;

  protocol_version version() const { return version_; }
  bool connected() const { return connected_; }

  /// The connection, if any, is lost, and a new one begins.
  void open() {
    if (session_expiry_ == 0)
      has_session_ = false;
    version_ = protocol_version::v311; // of the answer to what is no CONNECT
    connected_ = ended_ = false;
    connect_ = {};
    aliases_.clear();
    to_resend_.clear();
  }

  /// The client sent `p`, or something that is no packet, or nothing; `bytes` is all that the broker sent
  /// since.
  void step(const packet* p, std::optional<protocol_version> answer_version, std::string_view bytes,
            bool closed) {
    answer_.reset();
    if (p != nullptr && (connected_ || std::holds_alternative<connect>(*p)))
      std::visit([this](const auto& one) { from_client(one); }, *p);
    if (!connected_ && answer_version)
      version_ = *answer_version;
    while (!bytes.empty()) {
      require(!ended_, "nothing follows the broker's last packet");
      packet q;
      const auto r = decode(bytes, {version_, max_varint, false}, q);
      if (r.status != decode_status::complete)
        std::fprintf(stderr, "%zu bytes, first %02x: %s\n", bytes.size(),
                     static_cast<unsigned char>(bytes[0]), r.detail);
      require(r.status == decode_status::complete, "the broker sends whole and valid packets");
      require(connected_ || std::holds_alternative<connack>(q), "CONNACK comes first [MQTT-3.2.0-1]");
      std::visit([this, &r](const auto& one) { from_broker(one, r.size); }, q);
      bytes.remove_prefix(r.size);
    }
    require(closed || !answer_ || (vague_ && answer_->type == packet_type::pubrel),
            "each packet is answered");
    require(closed || !ended_, "the connection ends behind a refusal or DISCONNECT");
    check_resent();
    if (closed && !ended_ && disconnect_expiry_)
      session_expiry_ = *disconnect_expiry_;
    disconnect_expiry_.reset();
  }

private:
  struct expected {
    packet_type type;
    std::uint16_t id = 0;
    std::size_t reasons = 0;
  };
  struct connect_facts {
    bool clean = true;
    std::uint32_t session_expiry = 0;
    std::uint32_t receive_maximum = 65535;
    std::uint32_t max_packet_size = 0xFFFFFFFF;
    std::uint32_t alias_maximum = 0;
  };

  // --- from the client ---
  void from_client(const connect& c) {
    if (connected_)
      return;
    const auto& p = c.properties;
    const bool v5 = c.version == protocol_version::v5;
    version_ = c.version;
    connect_.clean = c.clean_start;
    connect_.session_expiry = v5 ? p.number(property::session_expiry_interval).value_or(0)
                                 : (c.clean_start ? 0 : limits_->session_expiry_interval);
    connect_.receive_maximum = p.number(property::receive_maximum).value_or(65535);
    connect_.max_packet_size = p.number(property::maximum_packet_size).value_or(0xFFFFFFFF);
    connect_.alias_maximum = p.number(property::topic_alias_maximum).value_or(0);
    answer_ = {packet_type::connack};
  }
  void from_client(const publish& p) {
    numbered_ = numbered_ && !p.payload.starts_with('#');
    if (p.level == qos::at_least_once)
      answer_ = {packet_type::puback, p.packet_id};
    else if (p.level == qos::exactly_once)
      answer_ = {packet_type::pubrec, p.packet_id};
  }
  void from_client(const ack& a) {
    if (a.type == packet_type::pubrel) {
      answer_ = {packet_type::pubcomp, a.packet_id};
      return;
    }
    const auto i = in_flight.find(a.packet_id);
    const bool known = i != in_flight.end();
    if (a.type == packet_type::pubrec) {
      if (known && i->second != packet_type::puback)
        to_resend_.erase(a.packet_id); // acknowledged from the connection before
      if (known && i->second == packet_type::pubrec && is_error(a.reason))
        in_flight.erase(i); // and no PUBREL
      else if (!known || i->second != packet_type::puback)
        answer_ = {packet_type::pubrel, a.packet_id};
      if (answer_ && known)
        i->second = packet_type::pubcomp;
    } else if (known && i->second == a.type) {
      to_resend_.erase(a.packet_id);
      in_flight.erase(i);
    }
  }
  void from_client(const subscribe& s) { answer_ = {packet_type::suback, s.packet_id, s.entries.size()}; }
  void from_client(const unsubscribe& u) { answer_ = {packet_type::unsuback, u.packet_id, u.filters.size()}; }
  void from_client(const ping&) { answer_ = {packet_type::pingresp}; }
  void from_client(const disconnect& d) {
    disconnect_expiry_ = d.properties.number(property::session_expiry_interval);
  }
  template <class Other>
  void from_client(const Other&) {}

  // --- from the broker ---
  void expect(packet_type type, std::uint16_t id, const char* what) {
    require(answer_ && answer_->type == type && answer_->id == id, what);
    answer_.reset();
  }

  void from_broker(const connack& c, std::size_t) {
    require(!connected_, "there is one CONNACK [MQTT-3.2.0-2]");
    answer_.reset();
    ended_ = is_error(c.reason);
    if (ended_) {
      require(!c.session_present, "a refusal has no session [MQTT-3.2.2-6]");
      return;
    }
    connected_ = true;
    const bool resumed = has_session_ && !connect_.clean;
    require(c.session_present == (resumed && version_ != protocol_version::v31),
            "session present [MQTT-3.2.2-2, -3]");
    if (!resumed)
      in_flight.clear();
    to_resend_ = in_flight;
    resent_ = 0;
    resuming_ = true;
    // what is too large for this connection is gone, and no one tells [MQTT-3.1.2-25]
    vague_ = !in_flight.empty() && (vague_ || connect_.max_packet_size != 0xFFFFFFFF);
    has_session_ = true;
    session_expiry_ = connect_.session_expiry;
  }

  void from_broker(const publish& p, std::size_t size) {
    require(size <= connect_.max_packet_size, "no packet is larger than the client takes [MQTT-3.1.2-24]");
    check_alias(p);
    if (p.level == qos::at_most_once) {
      require(!p.dup && p.packet_id == 0, "QoS 0 has no DUP and no identifier [MQTT-3.3.1-2]");
      return;
    }
    const auto waits = p.level == qos::at_least_once ? packet_type::puback : packet_type::pubrec;
    const auto i = in_flight.find(p.packet_id);
    if (vague_) {
      in_flight[p.packet_id] = waits;
      return;
    }
    if (p.dup) {
      require(i != in_flight.end() && i->second == waits, "only what is not acknowledged is sent again");
      require(to_resend_.erase(p.packet_id) == 1 || version_ != protocol_version::v5,
              "5.0 sends again once [MQTT-4.4.0-1]");
      ++resent_;
    } else {
      require(i == in_flight.end(), "an identifier in use is not given again [MQTT-2.2.1-4]");
      in_flight[p.packet_id] = waits;
      check_order(p);
    }
    require(unacknowledged() <= connect_.receive_maximum, "receive maximum [MQTT-3.3.4-9]");
  }
  /// Messages that were sent on this connection and got neither PUBACK nor PUBREC.
  std::size_t unacknowledged() const {
    std::size_t n = 0;
    for (const auto& [id, waits] : in_flight)
      n += waits != packet_type::pubcomp && !to_resend_.contains(id) ? 1 : 0;
    return n;
  }
  /// All that was not acknowledged is sent again behind CONNACK, as far as the receive maximum lets it.
  void check_resent() {
    if (resuming_ && !vague_)
      for (const auto& [id, waits] : to_resend_)
        require(waits != packet_type::pubcomp && resent_ >= connect_.receive_maximum,
                "what was not acknowledged is sent again [MQTT-4.4.0-1]");
    resuming_ = false;
  }
  void check_alias(const publish& p) {
    const auto alias = p.properties.number(property::topic_alias);
    if (!alias) {
      require(!p.topic.empty(), "a topic or an alias");
      return;
    }
    require(*alias != 0 && *alias <= connect_.alias_maximum, "the client's alias maximum [MQTT-3.1.2-26]");
    require(!p.topic.empty() || aliases_.contains(*alias), "an alias without a topic is known");
    aliases_.insert(*alias);
  }
  /// Messages of the other client are numbered: #1, #2 ...; unless this one sends such too.
  void check_order(const publish& p) {
    std::uint32_t number = 0;
    const auto* end = p.payload.data() + p.payload.size();
    if (!numbered_ || !p.payload.starts_with('#') ||
        std::from_chars(p.payload.data() + 1, end, number).ptr == p.payload.data() + 1)
      return;
    require(number > last_number_, "messages of a client come in their order [MQTT-4.6.0-6]");
    last_number_ = number;
  }

  void from_broker(const ack& a, std::size_t) {
    if (answer_ && answer_->type == a.type && answer_->id == a.packet_id) {
      answer_.reset();
      return;
    }
    require(a.type == packet_type::pubrel, "an acknowledgement answers the packet of its identifier");
    if (vague_)
      return;
    const auto i = in_flight.find(a.packet_id);
    require(i != in_flight.end() && i->second == packet_type::pubcomp,
            "PUBREL follows PUBREC [MQTT-4.3.3-4]");
    require(to_resend_.erase(a.packet_id) == 1 || version_ != protocol_version::v5,
            "5.0 sends again once [MQTT-4.4.0-1]");
  }
  void from_broker(const suback& s, std::size_t) {
    const auto reasons = answer_ ? answer_->reasons : 0;
    expect(s.type, s.packet_id, "SUBACK and UNSUBACK answer their request [MQTT-3.8.4-2]");
    const bool has_reasons = s.type == packet_type::suback || version_ == protocol_version::v5;
    require(!has_reasons || s.reasons.size() == reasons,
            "there is one reason for each filter [MQTT-3.8.4-6]");
  }
  void from_broker(const ping& p, std::size_t) { expect(p.type, 0, "PINGRESP answers PINGREQ"); }
  void from_broker(const disconnect&, std::size_t) {
    require(version_ == protocol_version::v5, "only 5.0 has a DISCONNECT of the broker");
    ended_ = true;
  }
  template <class Other>
  void from_broker(const Other&, std::size_t) {
    require(false, "a broker does not send this packet");
  }

  const channel_limits* limits_;
  connect_facts connect_;
  protocol_version version_ = protocol_version::v311;
  std::optional<expected> answer_;
  std::optional<std::uint32_t> disconnect_expiry_;
  std::uint32_t session_expiry_ = 0;
  std::uint32_t last_number_ = 0;
  bool numbered_ = true;
  bool has_session_ = false;
  bool connected_ = false;
  bool ended_ = false;                             // by a packet of the broker
  std::map<std::uint16_t, packet_type> to_resend_; // from the connection before, not yet on this one
  std::size_t resent_ = 0;
  bool resuming_ = false;
  bool vague_ = false; // in_flight may have messages that the broker has given up
  std::set<std::uint32_t> aliases_;
};

} // namespace troupe::mqtt::fuzz
