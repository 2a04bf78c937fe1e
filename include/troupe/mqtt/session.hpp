// The session machine: one client id's state as MQTT 5.0 section 4.1 lists it, without actors, sockets or
// clocks. Its owner feeds it deliveries, acknowledgements and the time, and sends what it leaves in the
// batches.
#pragma once

#include "troupe/mqtt/inflight.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/message_queue.hpp"
#include "troupe/mqtt/metrics.hpp"
#include "troupe/mqtt/moment.hpp"
#include "troupe/mqtt/received_ids.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// What a session is allowed, from its zone (reference/config.md section 6). 0 means unlimited.
struct session_limits {
  std::uint32_t max_subscriptions = 0;
  std::uint32_t max_inflight = 32;
  std::uint32_t max_awaiting_rel =
      100;                         // of MQTT 5 clients; older ones cannot be told, and have their 65,535 ids
  time_ms retry_interval = 30'000; // 0: resent on reconnect only, as always for 5.0 [MQTT-4.4.0-1]
  time_ms await_rel_timeout = 300'000;
  bool upgrade_qos = false;
  queue_limits queue;
};

/// Who wants the effective QoS of a delivery: the lower of the message's and the subscription's, or the
/// higher with `upgrade_qos` (reference/plugins-modules.md section 6).
qos effective_qos(qos published, qos subscribed, bool upgrade) noexcept;

/// Is told what does not reach a client.
class delivery_observer {
public:
  delivery_observer() = default;
  delivery_observer(const delivery_observer&) = delete;
  delivery_observer& operator=(const delivery_observer&) = delete;

  /// `reason` is the metric's word: "expired", "queue_full" or "qos0_msg".
  virtual void dropped(const delivery& d, const char* reason) = 0;

protected:
  ~delivery_observer() = default;
};

class session {
public:
  struct subscription {
    subscription_options options;
    std::uint32_t id = 0; // subscription identifier, 0: none
  };
  /// By the filter as the client wrote it, `$share/…` included.
  using subscriptions_map = std::map<std::string, subscription, std::less<>>;

  /// All must outlive the session; limits and metrics belong to its shard. `observer` may be null.
  session(const session_limits& limits, counters& metrics, delivery_observer* observer = nullptr)
      : limits_(&limits), metrics_(&metrics), observer_(observer) {}

  // -- connection -------------------------------------------------------------------------------

  /// From now on other limits, which must outlive the session, too. What is there already and beyond them
  /// stays, but nothing joins it; only a queue gives way, oldest first, to the next message that comes.
  void use(const session_limits& limits) noexcept { limits_ = &limits; }

  /// A client came (back): `receive_maximum` is its own limit of unacknowledged messages. Appends to `out`
  /// what must be sent at once: unacknowledged PUBLISH (dup) and PUBREL in their order [MQTT-4.4.0-1], no
  /// more PUBLISH than it allows [MQTT-3.3.4-9], then what the queue and the window allow.
  void attach(protocol_version version, std::uint16_t receive_maximum, moment now,
              std::vector<delivery>& out);

  /// The client went. Deliveries queue until it is back; sent QoS 0 is forgotten. Identifiers that
  /// await their PUBREL are not forgotten before the next connection has had await_rel_timeout to go on with
  /// them, so a message is routed once, however long its client is away [MQTT-4.3.3-10]; only where there are
  /// max_awaiting_rel, those that are older make room.
  void detach() noexcept { attached_ = false; }
  bool attached() const noexcept { return attached_; }

  /// Whether the client's socket takes more (see below); true while there is none.
  bool writable() const noexcept { return writable_; }

  /// Whether the client's socket takes more: while false, deliveries queue as if it were offline (slow
  /// consumer). On true appends to `out` what waited.
  void writable(bool yes, moment now, std::vector<delivery>& out);

  // -- to the client ------------------------------------------------------------------------------

  /// Takes routed messages, in order, and leaves in `batch` what is to be sent now, with packet identifiers.
  /// The rest is queued, or dropped and counted: QoS 0 goes at once when the client is attached and writable
  /// and no other QoS 0 waits [MQTT-4.6.0-5]; QoS 1 and 2 while the window has room and nothing waits before
  /// them.
  /// When `refused` is given, a shared QoS 1 or 2 message that would have to wait goes there instead, but for
  /// one that another member cannot have any more (`shared_origin::last_hop`).
  void deliver(std::vector<delivery>& batch, moment now, std::vector<delivery>* refused = nullptr);

  /// Offers the messages of shared subscriptions that another member may have, oldest first: sent at QoS 1
  /// and not acknowledged, and queued. Those for which `taken` is true are gone from here. What was sent at
  /// QoS 2 stays [MQTT-4.8.2-5]. The client must be detached.
  void hand_over_shared(const std::function<bool(const delivery&)>& taken);

  /// PUBACK, PUBREC and PUBCOMP from the client; appends the answers (PUBREL) and what the freed window
  /// allows to `out`.
  void on_puback(std::uint16_t packet_id, reason_code reason, moment now, std::vector<delivery>& out);
  void on_pubrec(std::uint16_t packet_id, reason_code reason, moment now, std::vector<delivery>& out);
  void on_pubcomp(std::uint16_t packet_id, reason_code reason, moment now, std::vector<delivery>& out);

  /// What a PUBACK or PUBREC for this identifier would acknowledge; null: nothing.
  const delivery* waits_for(packet_type acknowledgement, std::uint16_t packet_id) noexcept;

  // -- from the client, QoS 2 -----------------------------------------------------------------------

  enum class receive_result : std::uint8_t {
    fresh,     // route it, answer PUBREC success
    duplicate, // its identifier awaits PUBREL: answer, do not route again
    exceeded,  // more than max_awaiting_rel: end the connection with 0x93
  };

  /// A QoS 1 or 2 message that the client cannot be sent (too large): as if it had been acknowledged
  /// [MQTT-3.1.2-25].
  void discard(std::uint16_t packet_id, moment now, std::vector<delivery>& out);

  /// A QoS 2 PUBLISH with this identifier (decisions.md 9: routed on PUBLISH, once per identifier until
  /// PUBREL).
  receive_result on_publish2(std::uint16_t packet_id, time_ms steady);

  /// Releases the identifier. Returns the reason of the PUBCOMP: success or packet_identifier_not_found.
  reason_code on_pubrel(std::uint16_t packet_id);

  // -- subscriptions ----------------------------------------------------------------------------

  enum class subscribe_result : std::uint8_t { added, replaced, quota_exceeded };
  subscribe_result subscribe(std::string_view filter, subscription s);
  bool unsubscribe(std::string_view filter);
  const subscriptions_map& subscriptions() const noexcept { return subscriptions_; }

  // -- time --------------------------------------------------------------------------------------

  /// When `tick` next has something to do: a retry or a forgotten PUBREL. Nothing: no such time, such as
  /// while the client is away.
  std::optional<time_ms> next_tick() const noexcept;

  /// The same as if all that is in flight had been sent at `steady`. In constant time, for an owner whose
  /// timer knows of what was sent before.
  std::optional<time_ms> next_tick_of_sent(time_ms steady) const noexcept;

  /// Resends what was not acknowledged for retry_interval, forgets identifiers whose PUBREL did not come
  /// within await_rel_timeout of the PUBLISH or of the latest `attach`. While the client's socket is full a
  /// due message waits for another retry_interval.
  void tick(time_ms steady, std::vector<delivery>& out);

  // -- figures for the API --------------------------------------------------------------------------

  std::size_t inflight_size() const noexcept { return inflight_.size(); }
  /// Messages that may be on their way at once: the limit, or less when the client asked for less.
  std::uint32_t max_inflight() const noexcept;
  std::size_t queue_size() const noexcept { return queue_.size(); }
  std::uint64_t queue_dropped() const noexcept { return queue_.dropped(); }
  std::size_t awaiting_rel_size() const noexcept { return awaiting_rel_ ? awaiting_rel_->size() : 0; }
  const session_limits& limits() const noexcept { return *limits_; }

  /// Unacknowledged and queued QoS 1 and 2 messages: what dies with the session.
  std::size_t pending() const noexcept { return inflight_.size() + queue_.size() - queue_.qos0_size(); }

  /// Bytes of memory that the session holds, messages included.
  std::size_t footprint() const noexcept;

private:
  bool drop_expired(const delivery& d, time_ms wall);
  void enqueue(delivery&& d);
  void drain_queue(moment now, std::vector<delivery>& out);
  void unhold(inflight_window::entry& e);
  void release(inflight_window::entry* e);
  void resend_held(time_ms steady, std::vector<delivery>& out);
  void resend(inflight_window::entry& e, time_ms steady, std::vector<delivery>& out);
  bool resends() const noexcept;
  bool forgets() const noexcept;
  void forget_late(time_ms steady);

  const session_limits* limits_;
  counters* metrics_;
  delivery_observer* observer_; // null: none
  subscriptions_map subscriptions_;
  inflight_window inflight_;
  message_queue queue_;
  std::unique_ptr<received_ids> awaiting_rel_; // null: never one yet
  std::size_t awaited_before_ = 0;             // of them, from the connections before
  std::uint16_t held_ = 0;                     // in flight and not sent again yet on this connection
  std::uint16_t receive_maximum_ = 65535;
  time_ms attached_at_ = 0; // the latest attach
  bool attached_ = false;
  bool writable_ = true;
  bool resends_live_ = false;    // unacknowledged messages also while the client is connected
  bool was_told_maximum_ = true; // the Receive Maximum: the client speaks MQTT 5
};

} // namespace troupe::mqtt
