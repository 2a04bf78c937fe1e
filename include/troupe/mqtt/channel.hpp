// The channel machine: the protocol rules of one connection. It decides; the client actor acts. Nothing here
// knows of actors, sockets or clocks, so a connection's rules are tested packet by packet.
#pragma once

#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/packet.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// What the broker announces and enforces, from the listener's zone (reference/config.md sections 5 and 6).
struct channel_limits {
  std::uint32_t max_packet_size = 1024 * 1024;
  std::uint32_t max_client_id_length = 65535;
  std::uint32_t max_topic_levels = 0; // 0: unlimited
  std::uint16_t max_topic_alias = 65535;
  std::uint16_t server_keep_alive = 0;  // seconds, 0: the client's own
  std::uint16_t max_awaiting_rel = 100; // announced as Receive Maximum, 0: 65,535
  qos max_qos = qos::exactly_once;
  bool retain_available = true;
  bool wildcard_subscription = true;
  bool shared_subscription = true;
  bool exclusive_subscription = false; // `$exclusive/…` (EMQ X 4.4)
  bool use_username_as_client_id = false;
  double keep_alive_backoff = 0.75;
  std::uint32_t session_expiry_interval = 7200; // seconds, for 3.x clients without clean session
  bool strict_mode = false;                     // a payload that says it is UTF-8 must be
  std::string response_information;             // for clients that ask for it; empty: none
  std::string server_reference;                 // where clients that we turn away may go; empty: unknown
};

/// The will as it waits for the connection's end; owns its bytes.
struct stored_will {
  std::string topic;
  std::string payload;
  std::string properties; // forwardable entries
  std::uint32_t expiry = no_expiry;
  std::uint32_t delay = 0; // seconds
  qos level = qos::at_most_once;
  bool retain = false;
};

/// A CONNECT that the channel accepted so far: what the rest of the broker needs of it, with owned texts.
struct connect_request {
  std::string client_id; // never empty: assigned when the client left it out
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::string mount_point; // expanded for this client; empty: none
  std::unique_ptr<stored_will> will;
  protocol_version version = protocol_version::v311;
  bool bridge = false;
  bool clean_start = true;
  bool assigned_client_id = false;  // the client's own was empty
  std::uint16_t keep_alive = 0;     // seconds, the server's where it is set
  std::uint32_t session_expiry = 0; // seconds, 0xFFFFFFFF: never
  std::uint16_t receive_maximum = 65535;
  std::uint32_t max_packet_size = 0xFFFFFFFF;
  std::uint16_t topic_alias_maximum = 0;
  bool request_problem_information = true;
  bool request_response_information = false;
  std::optional<std::string> authentication_method;
  std::string authentication_data; // of the server's last step, for the CONNACK
  std::string properties; // all of them as they were sent, where the owner keeps them: the channel does not
};

class channel {
public:
  explicit channel(const channel_limits& limits) : limits_(&limits) {}

  enum class state : std::uint8_t {
    idle,
    authenticating, // AUTH packets come and go [MQTT-3.1.2-30]
    connecting,     // the session is being opened
    connected,
    closed,
  };
  state current() const noexcept { return state_; }
  void close() noexcept { state_ = state::closed; }
  protocol_version version() const noexcept { return version_; }

  /// The version of a CONNECT that could not be decoded, so that its refusal can be written.
  void assume_version(protocol_version v) noexcept { version_ = v; }

  // -- CONNECT ----------------------------------------------------------------------------------

  /// Checks a CONNECT and, on success, fills `request` and moves to `connecting`, or to `authenticating` when
  /// it names an authentication method, until `authenticated` is called. `certified_id`, of the
  /// client's certificate, goes before its own identifier, and the user name before both where the zone wants
  /// that; `fresh_id` is used when there is none. A client that sends none has one assigned, wherever it
  /// comes from, and needs a version and flags that allow it. Any other result is the reason for the refusing
  /// CONNACK; a second CONNECT gives protocol_error and must be answered by DISCONNECT instead (`current()`
  /// is not idle then) [MQTT-3.1.0-2].
  reason_code on_connect(const connect& c, std::string_view fresh_id, connect_request& request,
                         std::string_view certified_id = {});

  /// Enhanced authentication has succeeded: on to `connecting`.
  void authenticated() noexcept { state_ = state::connecting; }

  /// Why the connection ends on a packet that cannot be decoded for the reason `why`: another CONNECT is a
  /// protocol error whatever it says [MQTT-3.1.0-2], and DISCONNECT has no reason for an unknown version.
  reason_code on_malformed(std::string_view bytes, reason_code why) const noexcept;

  /// The CONNACK that accepts `request`; moves to `connected`. Properties (5.0) as
  /// reference/plugins-modules.md section 7 lists, written with `properties`, which must outlive the returned
  /// packet.
  connack accept(const connect_request& request, bool session_present, property_writer& properties);

  // -- packets of a connected client -------------------------------------------------------------------

  /// What to do with a PUBLISH.
  struct publish_verdict {
    enum class action : std::uint8_t {
      route,      // QoS 0 or 1: publish it (1: then PUBACK)
      to_session, // QoS 2: the session decides
      refuse,     // PUBACK or PUBREC with `reason`, nothing is published
      close,      // DISCONNECT with `reason`
    };
    action what = action::close;
    reason_code reason = reason_code::success;
    std::string_view topic;  // the alias resolved; lives until the next PUBLISH
    const char* detail = ""; // what is wrong, a constant text
  };

  /// Resolves topic aliases and applies the limits [MQTT-3.3.2-8 to -12, MQTT-3.2.2-11, -14].
  publish_verdict on_publish(const publish& p);

  /// The topic that `on_publish` would give, and nothing changes; empty: it would give none.
  std::string_view topic_of(const publish& p) const noexcept;

  /// Checks one entry of a SUBSCRIBE: success, or the reason for the SUBACK. Errors that end the connection
  /// (of 5.0: no-local on a shared subscription [MQTT-3.8.3-4], and what CONNACK has said is not available)
  /// are told by `fatal`. The QoS has no part in it: the client actor grants the lower of the requested one
  /// and `max_qos` [MQTT-3.2.2-10].
  struct subscribe_verdict {
    reason_code reason = reason_code::success;
    bool fatal = false;
    const char* detail = ""; // for the log when it is fatal, a constant text
  };
  subscribe_verdict on_subscribe_entry(const subscribe::entry& e, bool has_identifier) const;

  /// DISCONNECT of the client: whether its will is to be published, and the new session expiry if it changes
  /// it.
  struct disconnect_verdict {
    bool publish_will = false;
    std::optional<std::uint32_t> session_expiry;
    reason_code error = reason_code::success; // protocol_error: answer DISCONNECT [MQTT-3.14.2-2]
  };
  disconnect_verdict on_disconnect(const disconnect& d) const;

  // -- to the client --------------------------------------------------------------------------------

  /// The alias for a topic that is about to be sent (0: none), and whether it is new to the client.
  struct outgoing_alias {
    std::uint16_t alias = 0;
    bool is_new = false;
  };
  outgoing_alias alias_for(std::string_view topic);

  /// The packet with a new alias was not sent after all: the alias is free again.
  void forget_alias(std::string_view topic);

  const outgoing_limits& outgoing() const noexcept { return outgoing_; }

  /// Whether packets other than CONNACK, PUBLISH and DISCONNECT may carry a reason string [MQTT-3.1.2-29].
  bool problem_information() const noexcept { return problem_information_; }

  // -- keep alive -------------------------------------------------------------------------------------

  /// Milliseconds of silence after which the client is gone: keep alive x backoff x 2 [MQTT-3.1.2-22]; 0:
  /// never.
  time_ms silence_limit() const noexcept { return silence_limit_; }

private:
  reason_code take_client_id(const connect& c, std::string_view fresh_id, std::string_view certified_id,
                             connect_request& request);
  reason_code resolve_alias(std::uint32_t alias, std::string_view& topic);

  struct alias_tables; // allocated on first use: most clients have none

  const channel_limits* limits_;
  outgoing_limits outgoing_;
  std::shared_ptr<alias_tables> aliases_; // shared_ptr only for its type-erased deleter
  time_ms silence_limit_ = 0;
  std::uint32_t session_expiry_ = 0;
  std::uint16_t client_topic_alias_maximum_ = 0;
  protocol_version version_ = protocol_version::v311;
  state state_ = state::idle;
  bool problem_information_ = false;
};

} // namespace troupe::mqtt
