// The client side of MQTT: one connection to another broker and the session that it resumes, without actors,
// sockets or clocks. Its owner brings the bytes and the time, and sends what it leaves in the buffers.
#pragma once

#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/inflight.hpp"
#include "troupe/mqtt/moment.hpp"
#include "troupe/mqtt/received_ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// What a client asks for, and what it allows.
struct client_settings {
  struct subscription {
    std::string filter;
    subscription_options options; // 3.x uses only the QoS
  };

  protocol_version version = protocol_version::v311;
  bool bridge = false; // the top bit of the protocol level of 3.x, which brokers take as a bridge's
  bool clean_start = true;
  std::string client_id;
  std::string username, password;  // empty: none
  std::uint16_t keep_alive = 60;   // seconds; 0: none
  time_ms retry_interval = 20'000; // of 3.x; 0, and for 5.0 [MQTT-4.4.0-1]: resent on reconnect only
  time_ms answer_timeout = 10'000; // for CONNACK, SUBACK and PINGRESP
  std::uint32_t max_inflight = 32; // 1 to 65,535
  std::uint32_t max_packet_size = 1024 * 1024; // bytes, of what comes; more is not kept in memory
  std::vector<subscription> subscriptions;
  std::string mount_point; // before the topic of each message that comes
  publisher_ptr from;      // their publisher
};

/// A server that a client of EMQ X's bridge meets (reference/plugins-modules.md section 14). QoS 1 messages
/// may come twice, on either side; QoS 2 ones do not while both sides keep the session.
class client_machine {
public:
  enum class state : std::uint8_t { closed, connecting, subscribing, ready };

  /// A message of the server that goes nowhere: it is acknowledged, so that it does not come again and again.
  struct dropped {
    std::string topic;       // of the server, without the mount point
    std::size_t payload = 0; // bytes
    const char* why = "";    // a constant text for the log
  };

  /// What came of bytes, or of time.
  struct events {
    std::vector<message_ptr> arrived;         // in order; `taken` acknowledges them
    std::vector<dropped> lost;                // came, too, but cannot be passed on
    std::vector<std::uint64_t> done;          // ids of messages (message::id) that the server has now
    std::uint64_t refused = 0;                // of them: it does not want them (5.0)
    std::vector<std::string> refused_filters; // subscriptions that it does not grant
    bool became_ready = false;
    std::string error;            // not empty: the connection must be closed, and why
    bool ended_by_server = false; // with an error: by its DISCONNECT, maybe because of a message (5.0)

    void clear() { *this = {}; }
  };

  explicit client_machine(client_settings settings);

  state phase() const noexcept { return state_; }
  const client_settings& settings() const noexcept { return settings_; }

  /// There is a connection: appends CONNECT.
  void connect(moment now, buffer& out);

  /// Appends DISCONNECT, if the server knows us.
  void disconnect(buffer& out) const;

  /// The connection is gone. What was not acknowledged goes again, first, over the next one [MQTT-4.4.0-1].
  void closed() noexcept;

  /// How many connections in a row a message may end before it is given up.
  static constexpr unsigned most_ends = 5;

  /// `closed`, and it was the server that ended it, as it does in 3.x to refuse a message [MQTT-3.3.5-2].
  /// Counts against the first message that was sent on this connection and is not acknowledged, if nothing
  /// else was either. That one is given up, and returned, after `most_ends` such ends in a row; until then it
  /// goes alone, so that no other one is taken for it. Null: none is given up.
  message_ptr closed_by_server() noexcept;

  /// Whether the server has acknowledged something on this connection.
  bool acknowledged() const noexcept { return acknowledged_; }

  /// Handles the whole packets at the front of `bytes`, appends the answers to `out` and what happened to
  /// `happened`. How many bytes were used: the others must come again, with more behind them. A packet over
  /// `max_packet_size` ends the connection, but for a PUBLISH of 3.x, whose server cannot know the limit: its
  /// payload is used as it comes, and the message dropped. At most the larger one of 65,544 bytes, what
  /// stands before a payload, and `max_packet_size` have to come again.
  std::size_t receive(std::string_view bytes, moment now, buffer& out, events& happened);

  /// All messages that have arrived are somebody else's now: appends PUBACK or PUBREC for each. Those that
  /// need nobody, dropped ones and QoS 2 ones that come again, are acknowledged by `receive` itself unless
  /// others have arrived before: the order is kept [MQTT-4.6.0-2].
  void taken(moment now, buffer& out);

  /// Whether a QoS 1 or 2 message can be sent: the server is there and its window, or ours, is not full.
  bool can_send() const noexcept { return state_ == state::ready && inflight_.size() < window(); }

  enum class sending : std::uint8_t {
    under_way, // `events::done` will tell
    sent,      // at QoS 0: nothing more will be heard of it
    too_large, // for the server: it was not sent
  };

  /// Sends a message, at a lower QoS if the server knows no higher one. Only while `can_send`.
  sending send(const message_ptr& m, qos level, moment now, buffer& out);

  /// Messages that the server has not acknowledged.
  std::size_t inflight() const noexcept { return inflight_.size(); }

  /// Keeps the connection alive and resends; about once a second.
  void tick(moment now, buffer& out, events& happened);

private:
  struct pending_ack {
    packet_type type;
    std::uint16_t packet_id;
  };

  struct skipped {
    dropped what;
    qos level = qos::at_most_once;
    std::uint16_t packet_id = 0;
    std::size_t rest = 0; // bytes that are to come
  };

  std::size_t receive_packet(std::string_view bytes, moment now, buffer& out, events& e);
  bool may_be_skipped(std::uint8_t first) const noexcept;
  std::size_t begin_skipping(std::string_view bytes, moment now, events& e);
  std::size_t skip(std::size_t available, moment now, events& e);
  void end_skipping(moment now, events& e);
  bool note(qos level, std::uint16_t packet_id, moment now);

  void on(const publish& p, moment now, buffer& out, events& e);
  void on(const ack& a, moment now, buffer& out, events& e);
  void on(const ping& p, moment now, buffer& out, events& e);
  void on(const connack& c, moment now, buffer& out, events& e);
  void on(const suback& s, moment now, buffer& out, events& e);
  void on(const struct disconnect& d, moment now, buffer& out, events& e);
  template <class Other>
  void on(const Other& p, moment now, buffer& out, events& e);

  void on_puback(const ack& a, moment now, buffer& out, events& e);
  void on_pubrec(const ack& a, moment now, buffer& out, events& e);
  void on_pubrel(const ack& a, buffer& out);
  void learn_limits(const property_view& announced);
  void subscribe_all(moment now, buffer& out);
  void begin_sending(moment now, buffer& out, events& e);
  void finish(inflight_window::entry* entry, const ack& a, events& e);
  bool resend(inflight_window::entry& entry, bool known, moment now, buffer& out);
  void resend_held(moment now, buffer& out, events& e);
  void answered() noexcept;
  inflight_window::entry* first_sent() noexcept;
  message_ptr make_message(const publish& p, moment now);
  outgoing_limits limits() const noexcept { return {settings_.version, server_max_packet_, 0}; }
  std::uint32_t window() const noexcept { return ends_ > 0 ? 1 : window_; }

  client_settings settings_;
  state state_ = state::closed;
  inflight_window inflight_;
  received_ids received_;
  std::vector<pending_ack> unacknowledged_; // messages that have come, in order
  bool awaits_taken_ = false;               // some of them have arrived
  std::optional<skipped> skipped_;          // a message that is too large, while it comes
  packet scratch_;
  std::string topic_, properties_; // memory of make_message
  std::uint16_t subscribe_id_ = 0;
  std::uint16_t keep_alive_ = 0; // seconds; the server's where it has one
  std::uint32_t window_ = 0;     // QoS 1 and 2 messages on their way at most
  std::uint32_t server_max_packet_ = 0xFFFFFFFF;
  qos server_max_qos_ = qos::exactly_once;
  bool server_retains_ = true;
  bool resumed_ = false; // the server still had our session
  bool awaits_pingresp_ = false;
  bool acknowledged_ = false;
  std::uint64_t suspect_ = 0; // the id of the message that the last connections have ended with
  unsigned ends_ = 0;         // of them
  time_ms sent_at_ = 0;       // anything
  time_ms asked_at_ = 0;      // CONNECT, SUBSCRIBE or PINGREQ, not answered yet
};

} // namespace troupe::mqtt
