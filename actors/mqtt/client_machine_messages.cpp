// The messages of a client: those that it sends, and those that come.
#include "troupe/mqtt/client_machine.hpp"
#include "troupe/mqtt/message_expiry.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>

namespace troupe::mqtt {

using waiting_for = inflight_window::phase;

// -- to the server
// ------------------------------------------------------------------------------------------------------

// First what an earlier connection has left unacknowledged, no more than the server allows [MQTT-3.3.4-9].
void client_machine::begin_sending(moment now, buffer& out, events& e) {
  state_ = state::ready;
  e.became_ready = true;
  std::vector<std::uint16_t> over; // a server that has lost the session owes us nothing more for them
  inflight_.for_each([&](inflight_window::entry& entry) {
    entry.held = true;
    if (entry.waits == waiting_for::wait_pubcomp && !resumed_)
      over.push_back(entry.sent.packet_id);
  });
  for (const auto id : over)
    inflight_.remove(inflight_.find(id));
  resend_held(now, out, e);
}

void client_machine::resend_held(moment now, buffer& out, events& e) {
  std::uint32_t under_way = 0;
  std::vector<std::uint16_t> over; // too large, or sent at QoS 0
  inflight_.for_each([&](const inflight_window::entry& entry) { under_way += entry.held ? 0 : 1; });
  inflight_.for_each([&](inflight_window::entry& entry) {
    if (!entry.held || under_way >= window())
      return;
    entry.held = false;
    const bool fits = resend(entry, resumed_, now, out);
    if (fits && entry.sent.level != qos::at_most_once) {
      ++under_way;
      return;
    }
    over.push_back(entry.sent.packet_id);
    e.refused += fits ? 0 : 1;
    ends_ = 0;
  });
  for (const auto id : over) {
    auto* entry = inflight_.find(id);
    e.done.push_back(entry->sent.message->id());
    inflight_.remove(entry);
  }
}

// The server may take less than it did before [MQTT-3.2.2-11, -14], and perhaps its session is another one,
// that does not know of an earlier try. False: the message is too large for it.
bool client_machine::resend(inflight_window::entry& entry, bool known, moment now, buffer& out) {
  entry.since = now.steady;
  if (entry.waits == waiting_for::wait_pubcomp) {
    encode_ack(packet_type::pubrel, entry.sent.packet_id, reason_code::success, settings_.version, out);
    return true;
  }
  auto& d = entry.sent;
  d.level = std::min(d.level, server_max_qos_);
  d.retain = d.message->retain() && server_retains_;
  d.dup = known && d.level != qos::at_most_once; // [MQTT-3.3.1-1]
  if (d.level == qos::at_least_once)
    entry.waits = waiting_for::wait_puback;
  return encode_publish(d, limits(), now.wall, 0, false, out);
}

// What goes first on this connection, and has not been acknowledged; or null.
inflight_window::entry* client_machine::first_sent() noexcept {
  inflight_window::entry* first = nullptr;
  inflight_.for_each([&](inflight_window::entry& entry) {
    if (first == nullptr && !entry.held && entry.waits != waiting_for::wait_pubcomp)
      first = &entry;
  });
  return first;
}

client_machine::sending client_machine::send(const message_ptr& m, qos level, moment now, buffer& out) {
  delivery d;
  d.message = m;
  d.level = std::min(level, server_max_qos_);
  d.retain = m->retain() && server_retains_;
  if (d.level != qos::at_most_once)
    d.packet_id = inflight_.add(d, now.steady);
  if (encode_publish(d, limits(), now.wall, 0, false, out)) {
    sent_at_ = now.steady;
    return d.packet_id == 0 ? sending::sent : sending::under_way;
  }
  if (auto* entry = inflight_.find(d.packet_id))
    inflight_.remove(entry);
  return sending::too_large;
}

void client_machine::on(const ack& a, moment now, buffer& out, events& e) {
  switch (a.type) {
    case packet_type::puback: on_puback(a, now, out, e); return;
    case packet_type::pubrec: on_pubrec(a, now, out, e); return;
    case packet_type::pubrel: on_pubrel(a, out); return;
    default: break;
  }
  if (auto* entry = inflight_.find(a.packet_id);
      entry != nullptr && entry->waits == waiting_for::wait_pubcomp) {
    inflight_.remove(entry);
    answered();
    resend_held(now, out, e);
  }
}

// Acknowledgements that nobody waits for do no harm.
void client_machine::on_puback(const ack& a, moment now, buffer& out, events& e) {
  auto* entry = inflight_.find(a.packet_id);
  if (entry == nullptr || entry->waits != waiting_for::wait_puback)
    return;
  finish(entry, a, e);
  inflight_.remove(entry);
  resend_held(now, out, e);
}

void client_machine::finish(inflight_window::entry* entry, const ack& a, events& e) {
  e.done.push_back(entry->sent.message->id());
  e.refused += is_error(a.reason) ? 1 : 0;
  answered();
}

void client_machine::answered() noexcept {
  acknowledged_ = true;
  ends_ = 0;
}

void client_machine::on_pubrec(const ack& a, moment now, buffer& out, events& e) {
  auto* entry = inflight_.find(a.packet_id);
  if (entry != nullptr && entry->waits == waiting_for::wait_pubrec) {
    finish(entry, a, e);
    if (is_error(a.reason)) {
      inflight_.remove(entry);
      resend_held(now, out, e);
      return;
    }
    entry->sent.message = nullptr;
    entry->waits = waiting_for::wait_pubcomp;
    entry->since = now.steady;
  }
  const bool known = entry != nullptr && entry->waits == waiting_for::wait_pubcomp;
  if (known || !is_error(a.reason))
    encode_ack(packet_type::pubrel, a.packet_id,
               known ? reason_code::success : reason_code::packet_identifier_not_found, settings_.version,
               out);
}

// -- from the server
// ----------------------------------------------------------------------------------------------------

void client_machine::on(const publish& p, moment now, buffer&, events& e) {
  if (p.topic.empty() || p.properties.number(property::topic_alias)) {
    e.error = "the server uses a topic alias that it may not use"; // [MQTT-3.3.2-9]
    return;
  }
  if (!note(p.level, p.packet_id, now))
    return;
  if (settings_.mount_point.size() + p.topic.size() > longest_topic) {
    e.lost.push_back(
        {std::string{p.topic}, p.payload.size(), "its topic is too long behind the mount point"});
    return;
  }
  e.arrived.push_back(make_message(p, now));
  awaits_taken_ = true;
}

// It is to be acknowledged. False: it has come before.
bool client_machine::note(qos level, std::uint16_t packet_id, moment now) {
  if (level == qos::at_most_once)
    return true;
  const bool exactly_once = level == qos::exactly_once;
  unacknowledged_.push_back({exactly_once ? packet_type::pubrec : packet_type::puback, packet_id});
  if (!exactly_once)
    return true;
  if (received_.contains(packet_id))
    return false;
  received_.add(packet_id, now.steady);
  return true;
}

void client_machine::on_pubrel(const ack& a, buffer& out) {
  const auto reason =
      received_.remove(a.packet_id) ? reason_code::success : reason_code::packet_identifier_not_found;
  encode_ack(packet_type::pubcomp, a.packet_id, reason, settings_.version, out);
}

message_ptr client_machine::make_message(const publish& p, moment now) {
  topic_.assign(settings_.mount_point).append(p.topic);
  message_parts parts;
  parts.topic = topic_;
  parts.payload = p.payload;
  parts.properties = forwardable_properties(p.properties, properties_);
  parts.from = settings_.from;
  parts.timestamp = now.wall;
  parts.expiry = message_expiry(p.properties);
  parts.level = p.level;
  parts.retain = p.retain;
  return message::make(parts);
}

void client_machine::taken(moment now, buffer& out) {
  awaits_taken_ = false;
  if (unacknowledged_.empty())
    return;
  for (const auto& a : unacknowledged_)
    encode_ack(a.type, a.packet_id, reason_code::success, settings_.version, out);
  unacknowledged_.clear();
  sent_at_ = now.steady;
}

} // namespace troupe::mqtt
