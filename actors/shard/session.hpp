// The session actor: one client id's session machine, its subscriptions in the route table, its will and its
// expiry. It outlives its connections and stays on the shard that its client id belongs to.
#pragma once

#include "client.hpp"
#include "session_table.hpp"
#include "shard.hpp"
#include "slim_actor.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/session.hpp"

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

class session final : public slim_actor<session, session_actor>,
                      public session_view,
                      private mqtt::delivery_observer {
public:
  session(caf::actor_config& config, shard& home, const zone_limits& zone, std::string client_id,
          std::uint32_t slot);

  const char* name() const override { return "session"; }

  // -- messages (interfaces.hpp) -------------------------------------------------------------------
  void handle(deliver& m);
  void handle(from_client& m);
  void handle(subscribe_packet& m);
  void handle(unsubscribe_packet& m);
  void handle(routes_applied& m);
  void handle(retained_chunk& m);
  void handle(attach_session& m);
  void handle(detach_session& m);
  void handle(client_writable& m);
  void handle(terminate_session& m);
  void handle(send_will& m);
  void handle(change_subscriptions& m);

  void on_timer(mqtt::time_ms now) override;

  // -- session_view --------------------------------------------------------------------------------
  std::string_view client_id() const override { return client_id_; }
  const mqtt::session& machine() const override { return machine_; }
  client_row row() const override;
  client* connection() const override { return attached_client(); }
  bool ends_with_connection() const override { return expiry_ == 0; }
  std::string_view mount_point() const override {
    return mount_point_ ? std::string_view{*mount_point_} : std::string_view{};
  }

private:
  void on_finish() override;
  void abandon(caf::mailbox_element& element) override;
  void dropped(const mqtt::delivery& d, const char* reason) override;

  // Exclusive subscriptions to a filter, in answers that wait for the route table.
  struct exclusive_wait {
    std::uint32_t entries = 0; // of such answers
    std::uint32_t asked = 0;   // of them, subscriptions that are not decided yet
    bool refused = false;      // the last one that is
  };
  using exclusive_waits = std::map<std::string, exclusive_wait, std::less<>>;

  struct exclusive_entry {
    exclusive_waits::iterator filter;
    std::size_t reason = 0; // its place in the answer
    bool leaves = false;    // is of an UNSUBSCRIBE
    bool refused = false;
  };

  // An answer that waits for the route table: a SUBACK or UNSUBACK, or the reply to the HTTP API.
  struct pending_answer {
    std::uint32_t token = 0;
    std::uint32_t connection = 0; // that sent the SUBSCRIBE, 0: the HTTP API waits
    std::size_t made_at = 0;      // changes_ with its own
    subscribe_answer answer;
    std::vector<std::string> retained_for;  // filters whose retained messages are sent after it
    std::vector<exclusive_entry> exclusive; // what others' subscriptions may change in it
    std::size_t decided = 0;                // of these, in their order
    caf::typed_response_promise<outcome> promise;
    outcome result; // for the promise
  };

  // What happens to the filters of answers while those wait.
  struct undecided {
    exclusive_waits exclusive;
    // Filters whose retained messages do not follow answers that were made before so many changes.
    std::map<std::string, std::size_t, std::less<>> replays;
    std::size_t check_replays_at = 1024; // filters: then the old ones go
  };

  // Filters that wait for their retained messages, and how often each does: every subscription is answered
  // with them, also one that replaces another [MQTT-3.8.4-4].
  struct retained_replay {
    std::map<std::string, std::uint32_t, std::less<>> waiting;
    std::string current; // is being asked for, empty: none is
    mqtt::retained_store::cursor cursor;
    bool asked = false;                                          // the retainer, for the next chunk
    std::uint32_t pings = 0;                                     // PINGREQs that wait for its answer
    std::map<std::string, mqtt::message_ptr, std::less<>> newer; // retained ones that overtook its answer
  };

  // Subscriptions (session_subscriptions.cpp).
  mqtt::reason_code subscribe(std::string filter, mqtt::subscription_options options, std::uint32_t id,
                              pending_answer& answer, std::string_view properties = {});
  mqtt::reason_code unsubscribe(std::string filter, pending_answer& answer, std::string_view properties = {});
  void auto_subscribe();
  std::string mounted(const std::string& filter) const;
  void drop_routes();
  bool may_wait();
  void wait_for_client(bool yes);
  void mark_member(bool away);
  void hand_over_shared(bool connected_only);
  void hand_over(const std::vector<mqtt::delivery>& batch, const mqtt::session_address& from);
  void ask_retained();
  void stop_replay(const std::string& filter);
  void answer_ping(std::vector<mqtt::delivery>& out);
  void note_newer(const std::vector<mqtt::delivery>& batch);
  void replay(retained_chunk& m);
  bool deliver_retained(std::vector<mqtt::message_ptr>& messages,
                        const mqtt::session::subscription& subscription);

  // Their answers (session_answers.cpp).
  void answer_when_applied(pending_answer&& answer, std::size_t changes_before);
  void give_answer(pending_answer& answer);
  undecided& make_undecided();
  void note_exclusive(const std::string& filter, pending_answer& answer);
  void note_left(const std::string& filter, pending_answer& answer);
  void refused(const std::string& filter);
  void settle_exclusive(pending_answer& answer);
  void leave_out_replays(const std::string& filter, std::size_t made_before);
  bool replays(const std::string& filter, const pending_answer& answer) const;

  void send(std::vector<mqtt::delivery>&& batch, bool more_waits = false);
  void check_shutdown_policy();
  std::size_t held_bytes() const;
  void publish_will();
  void use_zone(const zone_limits& zone);
  void heed_options();
  void mount(const std::string& mount_point);
  void pass_on(std::vector<mqtt::delivery>& batch);
  void hand_on(std::vector<mqtt::delivery>& refused, std::vector<mqtt::delivery>& out);
  void went_away();
  void close_client_as(shutdown_reason why, mqtt::reason_code reason);
  void leave_client();
  void note_connected(std::string_view properties);
  void note_disconnected(std::string_view why, std::string_view properties = {});
  void note_acked(const client_packet& p);
  void stay_or_end(std::string_view why);
  void end(std::string_view why);
  void arm_timer();

  session_actor self() { return caf::actor_cast<session_actor>(ctrl()); }
  mqtt::session_address address() const;
  bool attached() const noexcept { return static_cast<bool>(client_); }
  client* attached_client() const;

  mqtt::session machine_;
  const zone_limits* zone_; // of the listener that its client came by last
  client_actor client_;
  std::string client_id_;
  std::string username_;
  mqtt::publisher_ptr publisher_;
  std::unique_ptr<mqtt::stored_will> will_;
  std::unique_ptr<const std::string> mount_point_; // null: none
  std::list<pending_answer> answers_;              // in the order of their changes
  std::unique_ptr<undecided> undecided_;           // null: nothing has happened to these answers
  std::unique_ptr<retained_replay> retained_;      // null: no filter waits for its retained messages
  connection_figures last_figures_;                // of the last connection
  peer_address last_peer_;
  mqtt::time_ms created_at_, connected_at_ = 0, disconnected_at_ = 0; // by the system's clock
  mqtt::time_ms left_at_ = 0;  // when its client went: its expiry counts from here
  mqtt::time_ms will_due_ = 0; // 0: no will waits
  std::uint32_t expiry_ = 0;   // seconds
  std::uint32_t slot_;
  std::uint32_t next_token_ = 1;
  std::uint32_t connection_ = 0; // how many there were
  std::size_t changes_ = 0;      // handed to the route table so far
  std::uint16_t keep_alive_ = 0;
  mqtt::protocol_version version_ = mqtt::protocol_version::v311;
  bool bridge_ = false;
  bool clean_start_ = true;
  bool waits_ = false;       // for its next client: counted among those that do
  bool marked_away_ = false; // in the route table, as a member of shared subscriptions
};

} // namespace troupe
