// The client actor: one connection. It reads its socket, lets the channel machine decide, publishes QoS 0 and
// 1 itself, hands the rest to its session, and encodes what the session sends once a turn.
#pragma once

#include "client_acl.hpp"
#include "session_table.hpp"
#include "shard.hpp"
#include "slim_actor.hpp"
#include "transport.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/enhanced_auth.hpp"
#include "troupe/mqtt/limiter.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Whether a CONNACK with this reason tells of a wrong password, or of somebody who is not known.
constexpr bool is_bad_login(mqtt::reason_code reason) noexcept {
  return reason == mqtt::reason_code::bad_user_name_or_password ||
         reason == mqtt::reason_code::not_authorized;
}

class client final : public slim_actor<client, client_actor>,
                     public transport_owner,
                     public flushable,
                     public continuable {
public:
  client(caf::actor_config& config, shard& home, listener_context& listener,
         std::shared_ptr<transport> stream);
  ~client() override;

  const char* name() const override { return "client"; }

  /// Begins to serve; `received` is what another shard has read of the connection already, in `reads` reads.
  /// With `turn_away` its CONNECT is refused: the listener is full.
  void start(std::string_view received, std::uint64_t reads, bool turn_away = false);

  // -- messages (interfaces.hpp) ------------------------------------------------------------------
  void handle(to_client& m);
  void handle(client_checked& m);
  void handle(access_checked& m);
  void handle(session_attached& m);
  void handle(subscribe_answer& m);
  void handle(close_client& m);

  /// New rate limits (http/clients.cpp): those of the configuration that `m` does not set stay.
  void limit(const limit_client& m);

  // -- figures for the session's row ---------------------------------------------------------------
  connection_figures figures() const;
  const transport* stream() const noexcept { return stream_.get(); }
  const peer_address& peer() const noexcept { return peer_; }
  const listener_context& listener() const noexcept { return listener_; }
  std::size_t footprint() const noexcept;

  // -- access rules (client_acl.cpp) ---------------------------------------------------------------------
  /// What is remembered of the rules, the oldest first, and to forget it.
  std::vector<access::acl_cache::entry> remembered_access() const;
  void forget_access() noexcept;

  std::size_t place = 0; // in the shard's list of clients

  // -- transport_owner, flushable, continuable, timer --------------------------------------------------
  void on_open() override;
  void on_bytes(std::string_view bytes) override;
  void on_writable() override;
  void on_end(const char* why) override;
  void flush() override;
  void continue_input() override;
  void on_timer(mqtt::time_ms now) override;

private:
  void on_finish() override;

  // Input (client.cpp).
  void take_input(std::string_view bytes);
  std::size_t parse(std::string_view bytes);
  bool must_wait(const mqtt::packet& p) const;
  bool over_rate() const noexcept;
  bool overtakes(const mqtt::packet& p) const noexcept;
  void count_answered(const std::vector<mqtt::delivery>& batch);
  void stop_input();
  void resume_input();
  void wake_input();
  void take_up_input();
  void flush_to_session();
  void migrate(std::string_view rest_of_input);

  // The rate limits of a connection that has any, and its alarm clock while it is not read for them.
  struct throttle final : timer {
    explicit throttle(client& owner) : who(owner), limiter(owner.listener_.rates, owner.home().now()) {}
    void on_timer(mqtt::time_ms) override { who.wake_input(); }

    client& who;
    mqtt::connection_limiter limiter;
  };

  // Packets (client_packets.cpp).
  void on_packet(mqtt::packet& p);
  void on_connect(mqtt::connect& p);
  void on_publish(mqtt::publish& p);
  void count_publish(mqtt::qos level);
  void count_refused(mqtt::reason_code reason, char first_byte);
  void on_ack(mqtt::ack& p);
  void on_subscribe(mqtt::subscribe& p);
  void on_unsubscribe(mqtt::unsubscribe& p);
  void on_disconnect(mqtt::disconnect& p);
  void refuse_connect(mqtt::reason_code reason, const char* detail = "");
  bool banned() const;
  void note_connect(const mqtt::connect& p);
  void open_session_now();
  void open_session_now(std::string_view mount_point);
  void go_on_connecting();
  void deny(mqtt::reason_code reason);
  void answer_refused(mqtt::reason_code reason);
  struct certified_names {
    std::string username, client_id;
  };
  bool certifies() const noexcept;
  void take_certified(mqtt::connect& p, certified_names& names) const;
  void refuse_subscribe(mqtt::reason_code reason, const char* detail);
  void count_refused_publish(mqtt::reason_code reason);
  void count_refusals(const subscribe_answer& m);
  void acknowledge(mqtt::packet_type type, std::uint16_t packet_id, mqtt::reason_code reason);
  mqtt::reason_code mount(std::string_view pattern);
  mqtt::reason_code final_filter(std::string& filter) const;
  mqtt::message_ptr make_message(const mqtt::publish& p, std::string_view topic);
  mqtt::message_ptr final_message(const mqtt::publish& p, std::string_view topic);
  bool too_long_when_mounted(std::string_view topic) const noexcept;

  // Access rules (client_acl.cpp).
  bool checks_access() const noexcept { return zone().enable_acl && !superuser_; }
  bool may(access::operation what, std::string_view topic);
  void settle_answers();
  bool may_publish(std::string_view topic);
  bool may_subscribe(std::string_view subscription);
  access::decision decide(access::operation what, std::string_view topic) const;
  access::subject subject() const noexcept;
  access_view& view();
  std::string_view behind_delayed_prefix(std::string_view topic) const noexcept;

  // The will (client_will.cpp).
  bool knows_will();
  void check_will();

  // Access rules that a back end has (client_questions.cpp).
  bool knows_access(const mqtt::packet& p);
  bool knows_publish(std::string_view topic);
  bool knows_subscribe(const mqtt::subscribe& p);
  bool knows_open();
  bool waits_for_access() const noexcept;
  std::optional<access::decision> known(access::operation what, std::string_view topic);
  std::optional<access::decision> ask(access::operation what, std::string_view topic);
  std::optional<access::decision> go_on_asking(std::size_t from);
  asked_access& questions();
  bool knows_filtered(const mqtt::publish& p, std::string_view topic);
  bool will_deny(std::string_view topic);
  bool go_on_filtering();
  bool take_filtered(access_checked& m);
  access::client_facts facts() const;

  // Authentication (client_auth.cpp).
  void authenticate();
  void admit_anonymous();
  void begin_authentication(const mqtt::connect& p);
  void on_auth(mqtt::auth& p);
  void carry_out(mqtt::enhanced_auth::verdict v);
  std::shared_ptr<const mqtt::scram_users> sasl_users() const;
  void send_auth(mqtt::reason_code reason, std::string_view data);

  // What its next input will take (client_warm_up.cpp).
  void expect_acks() noexcept;
  void expect_the_same() noexcept;

  // Output (client_output.cpp).
  void want_flush();
  mqtt::property_writer explanation(mqtt::reason_code reason, std::string_view detail) const;
  bool send_packet(const mqtt::packet& p);
  void send_farewell(mqtt::reason_code reason, std::string_view detail);
  void encode_pending(mqtt::buffer& out);
  void encode_one(const mqtt::delivery& d, mqtt::buffer& out);
  bool encode_message(const mqtt::delivery& d, mqtt::buffer& out);
  void settle_unsent(const mqtt::delivery& d, std::string_view why);
  void encode_pings(mqtt::buffer& out);
  bool send_bytes(std::string_view bytes);
  bool may_put_off() const noexcept;
  void send_pending();
  void check_write_buffer();
  void watch_progress();
  void count_sent(mqtt::packet_type type);

  // Time (client.cpp).
  mqtt::time_ms stuck_at() const noexcept;
  void arm_timer();

  // The end.
  enum class goodbye : bool { silent, disconnect };
  void close(mqtt::reason_code reason, shutdown_reason why, goodbye how, bool publish_will = true,
             std::string_view detail = {});
  void uncount();
  void refuse_first_packet(const mqtt::decode_result& result, std::string_view bytes);
  void protocol_error(mqtt::reason_code reason, const char* detail);

  // Refused logins (shard_watch.cpp).
  void note_refused_login(mqtt::reason_code reason);
  bool hold_refusal(mqtt::reason_code reason);
  void drop_refusal() noexcept;

  // Alarms (shard_watch.cpp).
  void raise_congestion(std::size_t unsent);
  void clear_congestion();

  // Log lines (client_log.cpp).
  std::string log_name() const;
  void log_connected() const;
  void log_disconnected(shutdown_reason why) const;
  void log_problem(std::string_view reason, std::string_view detail);

  client_actor self() { return caf::actor_cast<client_actor>(ctrl()); }
  const zone_limits& zone() const noexcept { return *listener_.zone; }

  listener_context& listener_;
  std::shared_ptr<transport> stream_;
  mqtt::channel channel_;
  session_actor session_;
  mqtt::ref_stock<const mqtt::publisher> publisher_;
  std::shared_ptr<mqtt::connect_request> request_; // until the session has it
  std::unique_ptr<mqtt::enhanced_auth> auth_;      // of a CONNECT with an authentication method
  std::unique_ptr<const std::string> mount_point_; // null: none
  peer_address peer_;
  connection_figures figures_;
  mqtt::time_ms last_seen_ = 0;
  mqtt::time_ms taken_at_ = 0;         // while blocked_: when the socket took something
  std::unique_ptr<throttle> throttle_; // null: no rate limit
  std::unique_ptr<access_view> acl_;   // null: nothing was checked yet

  mqtt::buffer partial_;   // input that could not be handled yet
  std::size_t needed_ = 0; // bytes that the packet at the front of partial_ has in all, as far as is known
  std::vector<client_packet> to_session_;
  std::vector<mqtt::delivery> pending_; // output of this turn, not encoded yet
  mqtt::buffer out_;                    // encoded and not sent
  std::size_t out_sent_ = 0;            // bytes of out_ that are
  std::uint32_t pings_due_ = 0;         // PINGRESP go last: what was published before the PINGREQ goes first
  std::uint32_t connection_ = 0;        // the session's number for this one
  std::uint32_t filters_pending_ = 0;   // of SUBSCRIBE and UNSUBSCRIBE without their answer
  std::uint32_t qos2_pending_ = 0;      // PUBLISH packets of QoS 2 that the session has not answered
  std::int32_t migrating_to_ = -1;      // the shard that the connection moves to
  mqtt::reason_code held_refusal_ = mqtt::reason_code::success; // of a CONNECT, that waits for its time
  std::uint8_t turns_put_off_ = 0;                              // that the output has waited
  bool flush_wanted_ = false;
  bool blocked_ = false;         // the socket takes nothing now
  bool session_blocked_ = false; // the session was told so
  bool congested_ = false;       // an alarm tells so
  bool more_waits_ = false;      // the session wants to know when its batch has been sent
  bool input_stopped_ = false;   // will be continued by the shard
  bool continue_wanted_ = false; // stands in the shard's list
  bool started_ = false;
  bool migrated_ = false;
  bool superuser_ = false;     // nothing that it does is checked
  bool holds_answers_ = false; // of back ends, for the packet that is handled
  bool counted_ = false;       // in the gauge of connections
  bool turn_away_ = false;     // beyond the listener's maximum
  bool lingering_ = false;     // closed, waits for the peer to read the goodbye
};

} // namespace troupe
