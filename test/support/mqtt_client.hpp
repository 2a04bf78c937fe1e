// A blocking MQTT client that does exactly what a test says, right or wrong.
#pragma once

#include "support/socket.hpp"
#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/packet.hpp"

#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

using mqtt::packet;
using mqtt::packet_type;
using mqtt::property;
using mqtt::property_writer;
using mqtt::protocol_version;
using mqtt::qos;
using mqtt::reason_code;

/// The bytes of hexadecimal text; blanks are ignored, and 'text' in quotes stands for itself: "00 04 'MQTT'
/// 04".
std::string hex(std::string_view text);

/// Hexadecimal text of bytes, for messages.
std::string to_hex(std::string_view bytes);

/// The bytes of a packet.
std::string encoded(const packet& p, protocol_version version);

/// What a CONNECT says; the defaults are those of a well-behaved client.
struct connect_options {
  std::string client_id{};
  bool clean = true; // Clean Start, or Clean Session of 3.x
  std::uint16_t keep_alive = 60;
  std::optional<std::string> username{};
  std::optional<std::string> password{};
  std::optional<mqtt::will> will{};
  property_writer properties{}; // 5.0 only
  bool bridge = false;
};

/// Takes the packet at the front of what the broker has sent, or nothing when it is not whole. What the
/// packet refers to goes into `kept`. Throws unexpected when it is malformed.
std::optional<packet> take_packet(std::string& received, protocol_version version,
                                  std::deque<std::string>& kept);

/// A client. Every packet that it receives stays alive as long as the client, so that the views in it do.
class mqtt_client {
public:
  /// Opens the connection; `receive_buffer` as for tcp_socket.
  explicit mqtt_client(std::uint16_t port, protocol_version version = protocol_version::v311,
                       int receive_buffer = 0);

  tcp_socket& socket() noexcept { return socket_; }
  protocol_version version() const noexcept { return version_; }

  // --- sending: nothing is checked, and a closed connection is not noticed ---
  void send_bytes(std::string_view bytes);
  void send(const packet& p);
  void send_ack(packet_type type, std::uint16_t packet_id, reason_code reason = reason_code::success);

  // --- receiving: throws `unexpected` when something else comes, the connection ends, or nothing comes in
  // time ---
  packet next(milliseconds within = patience);

  template <class T>
  T expect(milliseconds within = patience) {
    packet p = next(within);
    if (auto* wanted = std::get_if<T>(&p))
      return std::move(*wanted);
    refuse(p, "another packet");
  }

  /// A PUBACK, PUBREC, PUBREL or PUBCOMP, for that packet identifier unless it is 0.
  mqtt::ack expect_ack(packet_type type, std::uint16_t packet_id = 0, milliseconds within = patience);

  /// SUBACK or UNSUBACK.
  mqtt::suback expect_suback(packet_type type = packet_type::suback, milliseconds within = patience);

  /// Exactly these bytes come next.
  void expect_bytes(std::string_view bytes, milliseconds within = patience);

  /// The connection ends without another packet.
  void expect_closed(milliseconds within = patience);

  /// 5.0: a DISCONNECT with this reason, then the end. 3.x: the end.
  void expect_disconnect(reason_code reason, milliseconds within = patience);

  /// Sends PINGREQ and expects that PINGRESP is the next packet: there was nothing else on its way.
  void expect_nothing();

  /// Sends PINGREQ and gives what comes before PINGRESP.
  std::vector<packet> until_pingresp();

  // --- whole exchanges; what arrives meanwhile waits for next() ---
  mqtt::connack connect(const connect_options& options);
  mqtt::connack connect(std::string client_id, bool clean = true);
  mqtt::suback subscribe(std::string_view filter, mqtt::subscription_options options = {},
                         const property_writer& properties = {});
  mqtt::suback subscribe(std::string_view filter, qos level);
  mqtt::suback unsubscribe(std::string_view filter);

  /// Publishes and completes the handshake of the QoS; the reason of PUBACK or PUBREC.
  reason_code publish(std::string_view topic, std::string_view payload, qos level = qos::at_most_once,
                      bool retain = false, const property_writer& properties = {});
  void disconnect(reason_code reason = reason_code::success, const property_writer& properties = {});

  /// Next is a PUBLISH, which is acknowledged as its QoS asks for.
  mqtt::publish expect_message(milliseconds within = patience);

  std::uint16_t new_packet_id() noexcept {
    return last_packet_id_ = std::uint16_t(last_packet_id_ % 65535 + 1);
  }

private:
  [[noreturn]] void refuse(const packet& p, const std::string& why) const;
  std::optional<packet> take(milliseconds within); // nothing: the connection ended
  packet take_matching(packet_type type, std::uint16_t packet_id);

  tcp_socket socket_;
  protocol_version version_;
  std::string input_; // received, not yet decoded
  std::deque<std::string> kept_;
  std::deque<packet> waiting_; // arrived during an exchange
  std::uint16_t last_packet_id_ = 0;
};

/// A client that is connected already.
mqtt_client connected(std::uint16_t port, connect_options options,
                      protocol_version version = protocol_version::v311);
mqtt_client connected(std::uint16_t port, std::string client_id,
                      protocol_version version = protocol_version::v311);

/// A block with properties of numbers, for tests in one line: numbers({{property::topic_alias, 1}}).
property_writer numbers(std::initializer_list<std::pair<property, std::uint32_t>> list);

} // namespace troupe::test
