#include "session.hpp"

#include "rule_events.hpp"
#include "troupe/actors/log.hpp"

#include <caf/send.hpp>

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
      zone_(&zone),
      client_id_(std::move(client_id)),
      created_at_(home.wall()),
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
  if (retained_) [[unlikely]]
    note_newer(m.batch);
  if (home().node().config->broker.shared_dispatch_ack_enabled) [[unlikely]] {
    std::vector<mqtt::delivery> refused;
    machine_.deliver(m.batch, home().moment(), &refused);
    hand_on(refused, m.batch);
  } else {
    machine_.deliver(m.batch, home().moment());
  }
  send(std::move(m.batch));
  arm_timer();
  if (zone_->force_shutdown.any()) [[unlikely]]
    check_shutdown_policy();
}

// Ends a connection, with its session and what it holds, that costs more than its zone allows.
void session::check_shutdown_policy() {
  if (!attached() || finished())
    return;
  const auto& policy = zone_->force_shutdown;
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
  machine_.deliver(kept, home().moment());
  for (auto& d : kept)
    out.push_back(std::move(d));
}

void session::handle(from_client& m) {
  if (m.connection != connection_)
    return;
  auto out = home().spare_batch();
  const auto now = home().moment();
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
        const auto result = machine_.on_publish2(p.packet_id, now.steady);
        if (result == mqtt::session::receive_result::exceeded) {
          send(std::move(out));
          note_disconnected("receive_maximum_exceeded");
          close_client_as("receive_maximum_exceeded", reason_code::receive_maximum_exceeded);
          stay_or_end("receive_maximum_exceeded");
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
  machine_.writable(m.yes, home().moment(), out);
  send(std::move(out));
  ask_retained();
  arm_timer();
}

// -- time
// --------------------------------------------------------------------------------------------------------

void session::arm_timer() {
  mqtt::time_ms next = 0;
  const auto earlier = [&next](mqtt::time_ms t) { next = next == 0 ? t : std::min(next, t); };
  if (will_due_ != 0)
    earlier(will_due_);
  if (!attached() && expiry_ != never_expires)
    earlier(left_at_ + 1000LL * expiry_);
  // An armed one is in time for what there was then: only what was sent now may be due before it.
  if (const auto tick = armed() ? machine_.next_tick_of_sent(home().now()) : machine_.next_tick())
    earlier(*tick);
  if (next != 0 && (!armed() || next < due()))
    home().timers().arm(*this, next);
}

void session::on_timer(mqtt::time_ms now) {
  if (finished())
    return;
  if (will_due_ != 0 && will_due_ <= now)
    publish_will();
  if (!attached() && expiry_ != never_expires && left_at_ + 1000LL * expiry_ <= now) {
    publish_will();
    home().metrics().add(metric::clients_expired);
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
  r.zone = zone_->name;
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
  r.max_subscriptions = zone_->session.max_subscriptions;
  r.inflight = machine_.inflight_size();
  r.max_inflight = machine_.max_inflight();
  r.mqueue_len = machine_.queue_size();
  r.max_mqueue = zone_->session.queue.max_length;
  r.mqueue_dropped = machine_.queue_dropped();
  r.awaiting_rel = machine_.awaiting_rel_size();
  r.max_awaiting_rel = zone_->session.max_awaiting_rel;
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
