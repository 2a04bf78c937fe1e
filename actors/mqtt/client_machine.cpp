#include "troupe/mqtt/client_machine.hpp"

#include <algorithm>
#include <utility>

namespace troupe::mqtt {

namespace {

// A session that the server is to keep while we are away (5.0): until we are back.
constexpr std::uint32_t never_expires = 0xFFFFFFFF;

std::optional<std::string_view> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>{text};
}

// Others are about the server, or the client.
bool may_be_about_a_message(reason_code why) {
  switch (why) {
    case reason_code::success:
    case reason_code::server_busy:
    case reason_code::server_shutting_down:
    case reason_code::keep_alive_timeout:
    case reason_code::session_taken_over:
    case reason_code::message_rate_too_high:
    case reason_code::administrative_action:
    case reason_code::use_another_server:
    case reason_code::server_moved:
    case reason_code::connection_rate_exceeded:
    case reason_code::maximum_connect_time: return false;
    default: return true;
  }
}

} // namespace

client_machine::client_machine(client_settings settings) : settings_(std::move(settings)) {}

// -- the connection
// ---------------------------------------------------------------------------------------------------

void client_machine::connect(moment now, buffer& out) {
  property_writer properties;
  mqtt::connect c;
  c.version = settings_.version;
  c.clean_start = settings_.clean_start;
  c.keep_alive = settings_.keep_alive;
  c.client_id = settings_.client_id;
  c.username = unless_empty(settings_.username);
  c.password = unless_empty(settings_.password);
  if (settings_.version == protocol_version::v5) {
    properties.number(property::maximum_packet_size, settings_.max_packet_size);
    if (!settings_.clean_start)
      properties.number(property::session_expiry_interval, never_expires);
    c.properties = properties.view();
  } else {
    c.bridge = settings_.bridge;
  }
  if (settings_.clean_start)
    received_ = {};
  keep_alive_ = settings_.keep_alive;
  window_ = settings_.max_inflight;
  server_max_packet_ = 0xFFFFFFFF;
  server_max_qos_ = qos::exactly_once;
  server_retains_ = true;
  acknowledged_ = false;
  state_ = state::connecting;
  sent_at_ = asked_at_ = now.steady;
  encode(c, settings_.version, out);
}

void client_machine::disconnect(buffer& out) const {
  if (state_ == state::subscribing || state_ == state::ready)
    encode(packet{mqtt::disconnect{}}, settings_.version, out);
}

void client_machine::closed() noexcept {
  state_ = state::closed;
  awaits_pingresp_ = awaits_taken_ = false;
  skipped_.reset();
  unacknowledged_.clear(); // of QoS 2 the identifiers stay known
}

message_ptr client_machine::closed_by_server() noexcept {
  auto* first = state_ == state::ready && !acknowledged_ ? first_sent() : nullptr;
  closed();
  if (first == nullptr)
    return nullptr;
  const auto id = first->sent.message->id();
  ends_ = std::exchange(suspect_, id) == id ? ends_ + 1 : 1;
  if (ends_ < most_ends)
    return nullptr;
  ends_ = 0;
  auto given_up = std::move(first->sent.message);
  inflight_.remove(first);
  return given_up;
}

std::size_t client_machine::receive(std::string_view bytes, moment now, buffer& out, events& happened) {
  std::size_t used = 0;
  const auto before = out.size();
  while (happened.error.empty()) {
    const auto n = skipped_ ? skip(bytes.size() - used, now, happened)
                            : receive_packet(bytes.substr(used), now, out, happened);
    if (n == 0)
      break;
    used += n;
  }
  if (!awaits_taken_)
    taken(now, out);
  if (out.size() != before)
    sent_at_ = now.steady;
  return used;
}

// How many bytes it has; 0: it is not whole, or the connection cannot go on.
std::size_t client_machine::receive_packet(std::string_view bytes, moment now, buffer& out, events& e) {
  const auto result = decode(bytes, {settings_.version, settings_.max_packet_size, false}, scratch_);
  if (result.status == decode_status::need_more)
    return 0;
  if (result.reason == reason_code::packet_too_large && may_be_skipped(static_cast<std::uint8_t>(bytes[0])))
    return begin_skipping(bytes, now, e);
  if (result.status == decode_status::malformed) {
    e.error = result.detail;
    return 0;
  }
  if (state_ == state::connecting && !std::holds_alternative<connack>(scratch_))
    e.error = "the server has sent something else than CONNACK"; // [MQTT-3.2.0-1]
  else
    std::visit([&](const auto& p) { on(p, now, out, e); }, scratch_);
  return result.size;
}

template <class Other>
void client_machine::on(const Other&, moment, buffer&, events& e) {
  e.error = "the server has sent a packet that nobody asked for"; // AUTH; the decoder refuses the others
}

void client_machine::on(const struct disconnect& d, moment, buffer&, events& e) {
  e.error = "the server has disconnected: " + describe(d.reason);
  e.ended_by_server = may_be_about_a_message(d.reason);
}

void client_machine::on(const ping&, moment, buffer&, events&) { awaits_pingresp_ = false; }

void client_machine::on(const connack& c, moment now, buffer& out, events& e) {
  if (state_ != state::connecting) {
    e.error = "the server has sent a second CONNACK";
    return;
  }
  if (c.reason != reason_code::success) {
    e.error = "the server refuses the connection: " + describe(c.reason);
    return;
  }
  learn_limits(c.properties);
  resumed_ = c.session_present;
  if (!resumed_)
    received_ = {}; // [MQTT-3.2.2-5]
  if (settings_.subscriptions.empty())
    begin_sending(now, out, e);
  else
    subscribe_all(now, out);
}

void client_machine::learn_limits(const property_view& announced) {
  const auto number = [&](property id, std::uint32_t otherwise) {
    return announced.number(id).value_or(otherwise);
  };
  window_ = std::min(window_, number(property::receive_maximum, 65'535));
  server_max_packet_ = number(property::maximum_packet_size, server_max_packet_);
  server_max_qos_ = static_cast<qos>(number(property::maximum_qos, 2));
  server_retains_ = number(property::retain_available, 1) != 0;
  keep_alive_ = static_cast<std::uint16_t>(number(property::server_keep_alive, keep_alive_));
  if (const auto id = announced.text(property::assigned_client_identifier))
    settings_.client_id = *id; // the session is found by it
}

// -- subscriptions
// ------------------------------------------------------------------------------------------------------

// Also for a session that the server has kept: the settings may be others than they were.
void client_machine::subscribe_all(moment now, buffer& out) {
  subscribe_id_ = 65'535;
  while (inflight_.find(subscribe_id_) != nullptr)
    --subscribe_id_;
  mqtt::subscribe s;
  s.packet_id = subscribe_id_;
  for (const auto& each : settings_.subscriptions)
    s.entries.push_back({each.filter, each.options});
  encode(s, settings_.version, out);
  state_ = state::subscribing;
  asked_at_ = now.steady;
}

void client_machine::on(const suback& s, moment now, buffer& out, events& e) {
  const auto& wanted = settings_.subscriptions;
  if (state_ != state::subscribing || s.type != packet_type::suback || s.packet_id != subscribe_id_ ||
      s.reasons.size() != wanted.size()) {
    e.error = "the server has acknowledged a subscription that nobody asked for";
    return;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (is_error(s.reasons[i]))
      e.refused_filters.push_back(wanted[i].filter);
  begin_sending(now, out, e);
}

// -- time
// ---------------------------------------------------------------------------------------------------------------

void client_machine::tick(moment now, buffer& out, events& happened) {
  const bool asks = state_ == state::connecting || state_ == state::subscribing || awaits_pingresp_;
  if (asks && now.steady - asked_at_ >= settings_.answer_timeout) {
    happened.error = "the server does not answer";
    return;
  }
  if (state_ != state::ready)
    return;
  if (settings_.version != protocol_version::v5 && settings_.retry_interval > 0)
    inflight_.for_each([&](inflight_window::entry& entry) {
      if (entry.held || now.steady - entry.since < settings_.retry_interval)
        return;
      resend(entry, true, now, out);
      sent_at_ = now.steady;
    });
  // A little before its time, as the next tick may come after it.
  if (keep_alive_ > 0 && !awaits_pingresp_ && now.steady - sent_at_ >= keep_alive_ * 750LL) {
    encode(ping{packet_type::pingreq}, settings_.version, out);
    awaits_pingresp_ = true;
    sent_at_ = asked_at_ = now.steady;
  }
}

} // namespace troupe::mqtt
