#include "session.hpp"

#include "presence.hpp"
#include "rule_events.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <typeinfo>
#include <utility>

namespace troupe {

using mqtt::metric;
using mqtt::packet_type;
using mqtt::reason_code;

namespace {

constexpr std::uint32_t never_expires = 0xFFFFFFFF;
constexpr std::uint64_t batches_per_weighing = 16;

} // namespace

session::session(caf::actor_config& config, shard& home, const zone_limits& zone, std::string client_id,
                 std::uint32_t slot)
    : slim_actor(config, home),
      machine_(zone.session, home.metrics(), this),
      zone_(zone),
      client_id_(std::move(client_id)),
      created_at_(home.now()),
      slot_(slot) {
  home.metrics().add(metric::session_created);
}

mqtt::session_address session::address() const {
  return {slot_, home().sessions().at(slot_).generation, home().index()};
}

// -- messages to and from the client ----------------------------------------------------------------------

void session::send(std::vector<mqtt::delivery>&& batch, bool more_waits) {
  if (batch.empty() || !attached())
    home().recycle(std::move(batch));
  else {
    if (home().wants(rules::event_kind::message_delivered)) [[unlikely]]
      tell_delivered(home(), publisher_, batch);
    caf::anon_send(client_, to_client{std::move(batch), more_waits});
  }
}

void session::dropped(const mqtt::delivery& d, const char* reason) {
  if (home().wants(rules::event_kind::delivery_dropped))
    tell_delivery_dropped(home(), publisher_, d.message, d.level, reason);
}

void session::note_acked(const client_packet& p) {
  if (const auto* d = machine_.waits_for(p.type, p.packet_id))
    tell_acked(home(), publisher_, *d, p.message ? p.message->properties().raw() : std::string_view{});
}

void session::handle(deliver& m) {
  if (marked_away_) [[unlikely]]
    pass_on(m.batch);
  if (home().node().config->broker.shared_dispatch_ack_enabled) [[unlikely]] {
    std::vector<mqtt::delivery> refused;
    machine_.deliver(m.batch, home().now(), &refused);
    hand_on(refused, m.batch);
  } else {
    machine_.deliver(m.batch, home().now());
  }
  send(std::move(m.batch));
  arm_timer();
  if (zone_.force_shutdown.any()) [[unlikely]]
    check_shutdown_policy();
}

// Ends a connection, with its session and what it holds, that costs more than its zone allows.
void session::check_shutdown_policy() {
  if (!attached() || finished())
    return;
  const auto& policy = zone_.force_shutdown;
  const auto waits = machine_.queue_size() + waiting() + attached_client()->waiting();
  const bool weigh = policy.max_heap != 0 && handled() % batches_per_weighing == 0; // it takes a while
  const char* why = policy.max_waiting != 0 && waits > policy.max_waiting ? "message_queue_too_long"
                    : weigh && held_bytes() > policy.max_heap             ? "proc_heap_too_large"
                                                                          : nullptr;
  if (why == nullptr)
    return;
  if (home().may_complain())
    log::warning("[Session] {} ends: {}", log::printable(client_id_), why);
  terminate_session m{why, reason_code::quota_exceeded};
  handle(m);
}

std::size_t session::held_bytes() const {
  const client* c = attached_client();
  return sizeof *this + machine_.footprint() + (c != nullptr ? c->footprint() : 0);
}

// What was routed here before the publishers knew that the client is away.
void session::pass_on(std::vector<mqtt::delivery>& batch) {
  std::erase_if(batch, [&](const mqtt::delivery& d) {
    return d.group != 0 && home().redispatch(d.message, {d.group, d.hops}, address(), true);
  });
}

// Offers what cannot be sent now to the groups' other members; without any, it waits here after all.
void session::hand_on(std::vector<mqtt::delivery>& refused, std::vector<mqtt::delivery>& out) {
  std::vector<mqtt::delivery> kept;
  for (auto& d : refused) {
    const mqtt::shared_origin origin{d.group, static_cast<std::uint8_t>(d.hops + 1)};
    if (!home().redispatch(d.message, origin, address(), false))
      kept.push_back(std::move(d));
  }
  machine_.deliver(kept, home().now());
  for (auto& d : kept)
    out.push_back(std::move(d));
}

void session::handle(from_client& m) {
  if (m.connection != connection_)
    return;
  auto out = home().spare_batch();
  const auto now = home().now();
  const bool tells_acks = home().wants(rules::event_kind::message_acked);
  for (auto& p : m.batch) {
    if (tells_acks) [[unlikely]]
      note_acked(p);
    switch (p.type) {
      case packet_type::puback: machine_.on_puback(p.packet_id, p.reason, now, out); break;
      case packet_type::pubrec: machine_.on_pubrec(p.packet_id, p.reason, now, out); break;
      case packet_type::pubcomp: machine_.on_pubcomp(p.packet_id, p.reason, now, out); break;
      case packet_type::pubrel: {
        mqtt::delivery d;
        d.type = packet_type::pubcomp;
        d.packet_id = p.packet_id;
        d.reason = machine_.on_pubrel(p.packet_id);
        out.push_back(std::move(d));
        break;
      }
      case packet_type::pingreq: answer_ping(out); break;
      default: {
        if (!p.message) { // the client could not send it: too large
          machine_.discard(p.packet_id, now, out);
          break;
        }
        const auto result = machine_.on_publish2(p.packet_id, now);
        if (result == mqtt::session::receive_result::exceeded) {
          send(std::move(out));
          note_disconnected("receive_maximum_exceeded");
          close_client_as("receive_maximum_exceeded", reason_code::receive_maximum_exceeded);
          stay_or_end();
          return;
        }
        mqtt::delivery d;
        d.type = packet_type::pubrec;
        d.packet_id = p.packet_id;
        if (result == mqtt::session::receive_result::fresh && home().publish(p.message) == 0)
          d.reason = reason_code::no_matching_subscribers;
        out.push_back(std::move(d));
      }
    }
  }
  send(std::move(out));
  ask_retained();
  arm_timer();
}

void session::handle(client_writable& m) {
  if (m.connection != connection_)
    return;
  auto out = home().spare_batch();
  machine_.writable(m.yes, home().now(), out);
  send(std::move(out));
  ask_retained();
}

// -- the life of the connection
// --------------------------------------------------------------------------------

void session::handle(attach_session& m) {
  auto& metrics = home().metrics();
  if (connection_ == 0)
    home().node().gauges->sessions.add(); // not before: the one that it replaces has gone by now
  if (attached()) {                       // [MQTT-3.1.4-3]
    metrics.add(metric::session_takeovered);
    close_client_as("takeovered", reason_code::session_taken_over);
  }
  if (m.resumed)
    metrics.add(metric::session_resumed);
  auto& request = *m.request;
  will_due_ = 0; // back in time: the will is not sent [MQTT-3.1.3-9]
  will_ = std::move(request.will);
  client_ = m.client;
  wait_for_client(false);
  ++connection_;
  username_ = request.username.value_or("");
  version_ = request.version;
  bridge_ = request.bridge;
  clean_start_ = request.clean_start;
  keep_alive_ = request.keep_alive;
  expiry_ = request.session_expiry;
  connected_at_ = home().now();
  disconnected_at_ = 0;
  publisher_ = mqtt::publisher::make(client_id_, username_, attached_client()->peer().host, address());
  mount(request.mount_point);
  if (m.resumed && home().wants(rules::event_kind::session_resumed))
    tell_session(home(), rules::event_kind::session_resumed, publisher_, {});
  note_connected(request.properties);
  cancel();
  if (retained_)
    retained_->pings = 0; // of an earlier connection
  const bool subscribing = home().subscribes_clients() && !home().node().config->auto_subscriptions.empty();
  caf::anon_send(client_, session_attached{self(), address(), connection_, m.resumed, subscribing});
  auto out = home().spare_batch();
  machine_.attach(request.version, request.receive_maximum, home().now(), out);
  send(std::move(out));
  mark_member(false);
  if (subscribing)
    auto_subscribe();
  ask_retained();
  arm_timer();
  if (attached_client()->finished()) { // it ended while it waited for us
    detach_session gone{client_, true, {}, "tcp_closed"};
    handle(gone);
  }
}

void session::mount(const std::string& mount_point) {
  mount_point_ = mount_point.empty() ? nullptr : std::make_unique<const std::string>(mount_point);
  if (!will_ || !mount_point_)
    return;
  const bool delayed = (home().active_hooks() & mqtt::hook_delayed) != 0;
  will_->topic = mqtt::mount_name(*mount_point_, will_->topic, delayed);
  if (!mqtt::valid_topic_name(will_->topic))
    will_ = nullptr; // too long with its mount point
}

void session::handle(detach_session& m) {
  if (!attached() || m.client != client_)
    return;
  note_disconnected(m.reason, m.properties);
  if (m.session_expiry)
    expiry_ = *m.session_expiry;
  if (!m.publish_will)
    will_ = nullptr; // [MQTT-3.14.4-3]
  leave_client();
  stay_or_end();
}

void session::note_connected(std::string_view properties) {
  const auto& listener = attached_client()->listener();
  if (presence_wanted(home()))
    announce_connected(home(), row(), listener.port);
  if (home().wants(rules::event_kind::client_connected))
    tell_connected(home(), publisher_, row(), listener, properties);
}

// While it still knows the client, whose row `$SYS` shows.
void session::note_disconnected(std::string_view why, std::string_view properties) {
  home().metrics().add(metric::client_disconnected);
  if (presence_wanted(home()))
    announce_disconnected(home(), row(), why);
  if (home().wants(rules::event_kind::client_disconnected))
    tell_disconnected(home(), publisher_, row(), attached_client()->listener(), why, properties);
}

// Sessions without clients are bounded; those that are there have the older right.
bool session::may_wait() {
  const auto most = home().node().config->node.max_detached_sessions;
  if (most == 0 || home().node().gauges->detached.value() < most)
    return true;
  if (home().may_complain())
    log::warning("[Session] {} ends with its connection: {} sessions wait for their clients already",
                 log::printable(client_id_), most);
  return false;
}

void session::wait_for_client(bool yes) {
  if (waits_ == yes)
    return;
  waits_ = yes;
  auto& waiting = home().node().gauges->detached;
  yes ? waiting.add() : waiting.subtract();
}

// The connection is gone: what is left waits for the next one, the will for its time.
void session::stay_or_end() {
  if (expiry_ == 0 || !may_wait()) {
    publish_will();
    end("normal");
    return;
  }
  wait_for_client(true);
  if (will_ && will_->delay == 0)
    publish_will();
  else if (will_)
    will_due_ = home().now() + 1000LL * std::min(will_->delay, expiry_); // [MQTT-3.1.3-9]
  cancel();                                                              // a retry's time may be far off
  went_away();
  arm_timer();
}

// The session goes on without its client: shared subscriptions turn to their other members.
void session::went_away() {
  if (finished())
    return;
  mark_member(true);
  if (marked_away_)
    hand_over_shared(true);
}

void session::handle(terminate_session& m) {
  if (attached()) {
    // For a client that another one replaces EMQ X runs no such hook (reference/plugins-modules.md section
    // 5).
    if (m.reason != reason_code::session_taken_over)
      note_disconnected(m.why);
    close_client_as(m.why, m.reason);
  }
  publish_will(); // the session ends: the will waits no longer
  end(m.why);
}

// Tells the client that it is over and forgets it. A will without delay goes out now: the connection closes
// without a DISCONNECT of the client.
void session::close_client_as(shutdown_reason why, reason_code reason) {
  caf::anon_send(client_, close_client{reason, why});
  leave_client();
  if (will_ && will_->delay == 0)
    publish_will();
}

void session::leave_client() {
  const client* c = attached_client();
  last_figures_ = c->figures();
  last_peer_ = c->peer();
  client_ = nullptr;
  machine_.detach();
  disconnected_at_ = home().now();
}

client* session::attached_client() const {
  if (!attached())
    return nullptr;
  // A session's client is on its shard, and no other class has this interface.
  return static_cast<client*>(caf::actor_cast<caf::abstract_actor*>(client_));
}

void session::publish_will() {
  will_due_ = 0;
  if (!will_)
    return;
  const auto will = std::move(will_);
  mqtt::message_parts parts;
  parts.topic = will->topic;
  parts.payload = will->payload;
  parts.properties = will->properties;
  parts.from = publisher_;
  parts.timestamp = home().now();
  parts.expiry = will->expiry;
  parts.level = will->level;
  parts.retain = will->retain;
  home().publish(mqtt::message::make(parts));
}

void session::end(shutdown_reason why) {
  if (finished())
    return;
  auto& metrics = home().metrics();
  const bool discarded = std::string_view{why} == "discarded";
  metrics.add(discarded ? metric::session_discarded : metric::session_terminated);
  if (!discarded && publisher_ && home().wants(rules::event_kind::session_terminated))
    tell_session(home(), rules::event_kind::session_terminated, publisher_, why);
  finish();
}

void session::on_finish() {
  if (attached()) // died of an exception
    caf::anon_send(client_, close_client{reason_code::unspecified_error, "internal_error"});
  client_ = nullptr;
  for (auto& a : answers_)
    if (a.connection == 0)
      a.promise.deliver(outcome{112, "channel_not_found"});
  answers_.clear();
  drop_routes();
  hand_over_shared(false);
  const auto undelivered = std::exchange(home().sessions().at(slot_).batch, {});
  hand_over(undelivered, address());
  wait_for_client(false);
  if (connection_ != 0)
    home().node().gauges->sessions.subtract();
  home().sessions().unbind(client_id_, slot_);
  home().sessions().remove(slot_);
}

// Messages on their way here when the session ended. A client that was to resume it gets a new one.
void session::abandon(caf::mailbox_element& element) {
  auto& content = element.content();
  if (content.size() != 1)
    return;
  if (content.matches(0, 0, &typeid(deliver))) {
    hand_over(content.get_as<deliver>(0).batch, {});
  } else if (content.matches(0, 0, &typeid(attach_session))) {
    auto& m = content.get_mutable_as<attach_session>(0);
    const auto* c = static_cast<const client*>(caf::actor_cast<caf::abstract_actor*>(m.client));
    caf::anon_send(home().node().actors.routers[home().index()],
                   open_session{m.client, m.request, c->listener().index});
  }
}

// -- time
// --------------------------------------------------------------------------------------------------------

void session::arm_timer() {
  if (armed())
    return; // it looks again when it fires
  mqtt::time_ms due = 0;
  const auto earlier = [&due](mqtt::time_ms t) { due = due == 0 ? t : std::min(due, t); };
  if (will_due_ != 0)
    earlier(will_due_);
  if (!attached() && expiry_ != never_expires)
    earlier(disconnected_at_ + 1000LL * expiry_);
  if (const auto tick = machine_.next_tick())
    earlier(*tick);
  if (due != 0)
    home().timers().arm(*this, due);
}

void session::on_timer(mqtt::time_ms now) {
  if (finished())
    return;
  if (will_due_ != 0 && will_due_ <= now)
    publish_will();
  if (!attached() && expiry_ != never_expires && disconnected_at_ + 1000LL * expiry_ <= now) {
    publish_will();
    end("expired");
    return;
  }
  if (const auto tick = machine_.next_tick(); tick && *tick <= now) {
    auto out = home().spare_batch();
    machine_.tick(now, out);
    send(std::move(out));
  }
  arm_timer();
}

// -- the API's row
// ---------------------------------------------------------------------------------------------------

client_row session::row() const {
  client_row r;
  const client* c = attached_client();
  const auto figures = c != nullptr ? c->figures() : last_figures_;
  const auto& peer = c != nullptr ? c->peer() : last_peer_;
  r.clientid = client_id_;
  r.username = username_;
  r.proto_name = protocol_name(version_);
  r.proto_ver = static_cast<int>(version_);
  r.ip_address = peer.host;
  r.port = peer.port;
  r.zone = zone_.name;
  r.mountpoint = mount_point_ ? *mount_point_ : "";
  r.is_bridge = bridge_;
  r.connected = c != nullptr;
  r.clean_start = clean_start_;
  r.connected_at = connected_at_;
  r.disconnected_at = disconnected_at_;
  r.created_at = created_at_;
  r.keepalive = keep_alive_;
  r.expiry_interval = expiry_;
  r.subscriptions_cnt = machine_.subscriptions().size();
  r.max_subscriptions = zone_.session.max_subscriptions;
  r.inflight = machine_.inflight_size();
  r.max_inflight = machine_.max_inflight();
  r.mqueue_len = machine_.queue_size();
  r.max_mqueue = zone_.session.queue.max_length;
  r.mqueue_dropped = machine_.queue_dropped();
  r.awaiting_rel = machine_.awaiting_rel_size();
  r.max_awaiting_rel = zone_.session.max_awaiting_rel;
  r.recv_oct = figures.recv_oct;
  r.recv_cnt = figures.recv_cnt;
  r.recv_pkt = figures.recv_pkt;
  r.recv_msg = figures.recv_msg;
  r.send_oct = figures.send_oct;
  r.send_cnt = figures.send_cnt;
  r.send_pkt = figures.send_pkt;
  r.send_msg = figures.send_msg;
  r.mailbox_len = waiting() + (c != nullptr ? c->waiting() : 0);
  r.heap_size = held_bytes();
  r.reductions = handled() + (c != nullptr ? c->handled() : 0);
  return r;
}

} // namespace troupe
