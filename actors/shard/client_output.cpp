// The client actor's output: encoded late, in one go, into a buffer that all clients of the shard use in
// turn; only what the socket does not take at once is kept.
#include "client.hpp"
#include "rule_events.hpp"
#include "troupe/mqtt/mount_point.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>

namespace troupe {

using mqtt::metric;
using mqtt::packet_type;

namespace {

constexpr std::size_t chunk_size = 256 * 1024; // encoded bytes that are sent together
constexpr std::uint8_t most_turns_put_off = 2;

} // namespace

void client::want_flush() {
  if (flush_wanted_)
    return;
  flush_wanted_ = true;
  home().flush_later(*this);
}

// A packet outside of the message flow. What waits before it is encoded now, to keep the order. False when
// it is larger than the client accepts.
bool client::send_packet(const mqtt::packet& p) {
  encode_pending(out_);
  if (!mqtt::encode_within(channel_.outgoing().max_packet_size, p, channel_.version(), out_))
    return false;
  const auto type = std::visit(
      [](const auto& x) {
        using t = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<t, mqtt::connack>)
          return packet_type::connack;
        else if constexpr (std::is_same_v<t, mqtt::suback>)
          return x.type;
        else if constexpr (std::is_same_v<t, mqtt::auth>)
          return packet_type::auth;
        else
          return packet_type::disconnect;
      },
      p);
  count_sent(type);
  want_flush();
  return true;
}

// Of a refusal or DISCONNECT: why, and where else to go if the client may go there.
mqtt::property_writer client::explanation(mqtt::reason_code reason, std::string_view detail) const {
  mqtt::property_writer properties;
  const auto& elsewhere = zone().channel.server_reference;
  if (reason == mqtt::reason_code::use_another_server && !elsewhere.empty())
    properties.text(mqtt::property::server_reference, elsewhere);
  if (!detail.empty())
    properties.text(mqtt::property::reason_string, detail);
  return properties;
}

void client::send_farewell(mqtt::reason_code reason, std::string_view detail) {
  send_packet(mqtt::disconnect{reason, explanation(reason, detail).view()});
}

void client::count_sent(packet_type type) {
  auto& metrics = home().metrics();
  ++figures_.send_pkt;
  metrics.add(metric::packets_sent);
  switch (type) {
    case packet_type::connack: metrics.add(metric::packets_connack_sent); break;
    case packet_type::puback: metrics.add(metric::packets_puback_sent); break;
    case packet_type::pubrec: metrics.add(metric::packets_pubrec_sent); break;
    case packet_type::pubrel: metrics.add(metric::packets_pubrel_sent); break;
    case packet_type::pubcomp: metrics.add(metric::packets_pubcomp_sent); break;
    case packet_type::suback: metrics.add(metric::packets_suback_sent); break;
    case packet_type::unsuback: metrics.add(metric::packets_unsuback_sent); break;
    case packet_type::pingresp: metrics.add(metric::packets_pingresp_sent); break;
    case packet_type::disconnect: metrics.add(metric::packets_disconnect_sent); break;
    case packet_type::auth: metrics.add(metric::packets_auth_sent); break;
    default: break;
  }
}

// False when the client cannot have it: then it is settled already.
bool client::encode_message(const mqtt::delivery& d, mqtt::buffer& out) {
  auto limits = channel_.outgoing();
  if (mount_point_) {
    limits.hidden = static_cast<std::uint16_t>(mqtt::mounted_bytes(*mount_point_, d.message->topic()));
    if (limits.hidden == 0) {
      settle_unsent(d, "mount_point");
      return false;
    }
  }
  const auto alias = channel_.alias_for(d.message->topic());
  bool fits = mqtt::encode_publish(d, limits, home().wall(), alias.alias, alias.is_new, out);
  if (!fits && alias.is_new) { // which takes room itself
    channel_.forget_alias(d.message->topic());
    fits = mqtt::encode_publish(d, limits, home().wall(), 0, false, out);
  }
  if (!fits) {
    home().metrics().add(metric::delivery_dropped_too_large);
    settle_unsent(d, "too_large");
  }
  return fits;
}

// As if it had been sent and acknowledged [MQTT-3.1.2-25].
void client::settle_unsent(const mqtt::delivery& d, std::string_view why) {
  home().metrics().add(metric::delivery_dropped);
  if (home().wants(rules::event_kind::delivery_dropped))
    tell_delivery_dropped(home(), publisher_.own(), d.message, d.level, why);
  if (d.level != mqtt::qos::at_most_once)
    to_session_.push_back({nullptr, d.packet_id, packet_type::publish, mqtt::reason_code::packet_too_large});
}

void client::encode_one(const mqtt::delivery& d, mqtt::buffer& out) {
  if (d.type == packet_type::pingresp) {
    ++pings_due_;
    return;
  }
  if (d.type != packet_type::publish) {
    if (is_error(d.reason) && channel_.problem_information()) {
      mqtt::property_writer why;
      why.text(mqtt::property::reason_string, describe(d.reason));
      mqtt::encode_within(channel_.outgoing().max_packet_size,
                          mqtt::ack{d.type, d.packet_id, d.reason, why.view()}, channel_.version(), out);
    } else {
      mqtt::encode_ack(d.type, d.packet_id, d.reason, channel_.version(), out);
    }
    count_sent(d.type);
    return;
  }
  if (!encode_message(d, out))
    return;
  ++figures_.send_pkt;
  ++figures_.send_msg;
  if (d.message->system())
    return; // the broker counts `$SYS` in bytes only
  home().count_delivery(d);
  auto& metrics = home().metrics();
  metrics.add(metric::packets_sent);
  metrics.add(metric::packets_publish_sent);
  metrics.add(metric::messages_sent);
  metrics.add(metric::publish_bytes_sent, d.message->payload().size());
  metrics.add(d.level == mqtt::qos::at_most_once    ? metric::messages_qos0_sent
              : d.level == mqtt::qos::at_least_once ? metric::messages_qos1_sent
                                                    : metric::messages_qos2_sent);
}

void client::encode_pending(mqtt::buffer& out) {
  for (const auto& d : pending_)
    encode_one(d, out);
  pending_.clear();
}

void client::encode_pings(mqtt::buffer& out) {
  for (; pings_due_ > 0; --pings_due_) {
    mqtt::encode(mqtt::ping{packet_type::pingresp}, channel_.version(), out);
    count_sent(packet_type::pingresp);
  }
}

// Sends what `bytes` holds, after what still waits in out_, and keeps the rest there. False once the socket
// is full.
bool client::send_bytes(std::string_view bytes) {
  if (blocked_) {
    out_.append(bytes);
    return false;
  }
  const std::array<iovec, 2> parts{iovec{out_.data() + out_sent_, out_.size() - out_sent_},
                                   iovec{const_cast<char*>(bytes.data()), bytes.size()}};
  const std::size_t waiting = parts[0].iov_len;
  if (waiting + bytes.size() == 0)
    return true;
  const bool only_new = waiting == 0;
  const std::size_t taken = stream_->send(parts.data() + (only_new ? 1 : 0), bytes.empty() ? 1
                                                                             : only_new    ? 1
                                                                                           : 2);
  ++figures_.send_cnt;
  figures_.send_oct += taken;
  home().metrics().add(metric::bytes_sent, taken);
  if (taken >= waiting) {
    out_.clear();
    out_sent_ = 0;
    out_.append(bytes.substr(taken - waiting));
  } else {
    out_sent_ += taken;
    if (out_sent_ > out_.size() / 2) { // it may never drain: a peer can be slow for ever
      out_.consume(out_sent_);
      out_sent_ = 0;
    }
    out_.append(bytes);
  }
  blocked_ = out_.size() > out_sent_;
  if (blocked_)
    watch_progress();
  return !blocked_;
}

// `send_timeout`: the socket was asked just now, so it took something, or was empty before.
void client::watch_progress() {
  taken_at_ = home().now();
  if (const auto end = stuck_at(); end > 0 && (!armed() || due() > end))
    home().timers().arm(*this, end);
}

void client::send_pending() {
  mqtt::buffer& scratch = home().write_buffer();
  scratch.clear();
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto& d = pending_[i];
    encode_one(d, blocked_ ? out_ : scratch);
    if (scratch.size() >= chunk_size) {
      send_bytes(scratch.view());
      scratch.clear();
    }
  }
  encode_pings(blocked_ ? out_ : scratch);
  if (!blocked_)
    send_bytes(scratch.view());
  if (scratch.capacity() > 16 * chunk_size) // a huge packet: not for ever
    scratch.release();
  home().recycle(std::move(pending_));
  pending_ = {};
}

void client::handle(to_client& m) {
  if (lingering_ || finished()) {
    home().recycle(std::move(m.batch));
    return;
  }
  more_waits_ = more_waits_ || m.more_waits;
  if (qos2_pending_ > 0)
    count_answered(m.batch);
  if (pending_.empty()) {
    std::swap(pending_, m.batch);
  } else {
    for (auto& d : m.batch)
      pending_.push_back(std::move(d));
  }
  home().recycle(std::move(m.batch));
  want_flush();
}

void client::count_answered(const std::vector<mqtt::delivery>& batch) {
  qos2_pending_ -=
      static_cast<std::uint32_t>(std::count_if(batch.begin(), batch.end(), [](const mqtt::delivery& d) {
        return d.type == mqtt::packet_type::pubrec;
      }));
  if (qos2_pending_ == 0 && input_stopped_)
    wake_input();
}

// PUBREL alone: when there is much to do, the PUBLISH that soon follows shares its write, and so does the
// peer's PUBCOMP that of its PUBREC.
bool client::may_put_off() const noexcept {
  return home().crowded() && turns_put_off_ < most_turns_put_off && session_ && !pending_.empty() &&
         out_.size() == out_sent_ && pings_due_ == 0 &&
         std::ranges::all_of(pending_, [](const auto& d) { return d.type == packet_type::pubrel; });
}

void client::flush() {
  flush_wanted_ = false;
  if (lingering_ || finished())
    return;
  if (may_put_off()) {
    ++turns_put_off_;
    flush_wanted_ = true;
    home().flush_next_turn(*this);
    return;
  }
  turns_put_off_ = 0;
  send_pending();
  flush_to_session(); // of what was too large
  if (!blocked_ && out_.capacity() > 0)
    out_.release();
  check_write_buffer();
}

// The high-water mark: above it the session queues, and bounds that by its own limits, until the socket has
// drained.
void client::check_write_buffer() {
  const std::size_t unsent = out_.size() - out_sent_;
  if (!session_)
    return;
  const bool above = unsent > zone().max_write_buffer;
  if (!session_blocked_ && above) {
    session_blocked_ = true;
    raise_congestion(unsent);
    caf::anon_send(session_, client_writable{false, connection_});
  } else if ((session_blocked_ && unsent <= zone().max_write_buffer / 2) ||
             (!session_blocked_ && more_waits_)) {
    session_blocked_ = more_waits_ = false;
    clear_congestion();
    caf::anon_send(session_, client_writable{true, connection_});
  }
}

void client::on_writable() {
  blocked_ = false;
  send_bytes({});
  if (!blocked_)
    out_.release();
  if (lingering_) {
    if (!blocked_)
      stream_->shutdown_send();
    return;
  }
  check_write_buffer();
  if (input_stopped_) {
    last_seen_ = home().now(); // it reads, and may be waiting for us to read
    take_up_input();
  }
}

} // namespace troupe
