// The life of a session: its connections, its will, and its end.
#include "presence.hpp"
#include "rule_events.hpp"
#include "session.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <typeinfo>
#include <utility>

namespace troupe {

using mqtt::metric;
using mqtt::reason_code;

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
  connected_at_ = home().wall();
  disconnected_at_ = 0;
  publisher_ = mqtt::publisher::make(client_id_, username_, attached_client()->peer().host, address());
  use_zone(*attached_client()->listener().zone);
  heed_options();
  mount(request.mount_point);
  if (m.resumed && home().wants(rules::event_kind::session_resumed))
    tell_session(home(), rules::event_kind::session_resumed, publisher_, {});
  note_connected(request.properties);
  cancel();
  if (retained_)
    retained_->pings = 0; // of an earlier connection
  const bool subscribing = home().subscribes_clients() && !home().node().config->auto_subscriptions.empty();
  caf::anon_send(client_, session_attached{self(), publisher_, connection_, m.resumed, subscribing});
  auto out = home().spare_batch();
  machine_.attach(request.version, request.receive_maximum, home().moment(), out);
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

// The client is told the limits of the listener that it comes by: those bind, whichever made the session.
void session::use_zone(const zone_limits& zone) {
  zone_ = &zone;
  machine_.use(zone.session);
  home().sessions().at(slot_).upgrade_qos = zone.session.upgrade_qos;
}

// Whoever subscribed, a client older than 5.0 gets its own messages, and live ones without RETAIN
// ([MQTT-3.3.5-1] and [MQTT-3.3.1-9] of 3.1.1), unless it is a bridge or the configuration wants it so.
void session::heed_options() {
  const auto& automatic = home().node().config->auto_subscriptions;
  const auto configured = [&automatic](bool mqtt::subscription_options::*option) {
    return std::ranges::any_of(automatic, [&](const auto& s) { return s.second.options.*option; });
  };
  using options = mqtt::subscription_options;
  options passed_over;
  if (version_ != mqtt::protocol_version::v5 && !bridge_) {
    passed_over.no_local = !zone_->ignore_loop_deliver && !configured(&options::no_local);
    passed_over.retain_as_published = !configured(&options::retain_as_published);
  }
  home().sessions().at(slot_).heeded = static_cast<std::uint8_t>(~mqtt::pack(passed_over));
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
  stay_or_end(m.reason);
}

void session::note_connected(std::string_view properties) {
  home().metrics().add(metric::client_connected);
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

// The connection is gone: what is left waits for the next one, the will for its time; or it ends for
// the same reason.
void session::stay_or_end(std::string_view why) {
  if (expiry_ == 0 || !may_wait()) {
    publish_will();
    end(why);
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

// No restart brings the session back, so its will does not wait for its time [MQTT-3.1.2-8].
void session::handle(send_will&) { publish_will(); }

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
  left_at_ = home().now();
  disconnected_at_ = home().wall();
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
  parts.timestamp = home().wall();
  parts.expiry = will->expiry;
  parts.level = will->level;
  parts.retain = will->retain;
  home().publish(mqtt::message::make(parts));
}

void session::end(std::string_view why) {
  if (finished())
    return;
  auto& metrics = home().metrics();
  const bool discarded = why == "discarded";
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

} // namespace troupe
