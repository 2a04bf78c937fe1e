// The client actor's handlers, one per packet type.
#include "client.hpp"
#include "rule_events.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/mqtt/message_expiry.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <type_traits>

namespace troupe {

using mqtt::metric;
using mqtt::packet_type;
using mqtt::qos;
using mqtt::reason_code;

namespace {

// Of the turn's budget for a QoS 2 PUBLISH, whose session routes it when the input has been read.
constexpr std::uint32_t cost_of_qos2 = 16;

bool is_shared(std::string_view subscription) noexcept {
  const auto target = mqtt::parse_subscription(subscription);
  return target && target->shared();
}

// What a session hands on to the rules that look at acknowledgements.
mqtt::message_ptr properties_alone(mqtt::property_view properties) {
  mqtt::message_parts parts;
  parts.properties = properties.raw();
  return mqtt::message::make(parts);
}

} // namespace

void client::on_packet(mqtt::packet& packet) {
  ++figures_.recv_pkt;
  const bool first = channel_.current() == mqtt::channel::state::idle;
  if (first && !std::holds_alternative<mqtt::connect>(packet)) { // [MQTT-3.1.0-1]
    protocol_error(reason_code::protocol_error, "the first packet is not CONNECT");
    return;
  }
  if (channel_.current() == mqtt::channel::state::authenticating &&
      !std::holds_alternative<mqtt::auth>(packet) && !std::holds_alternative<mqtt::disconnect>(packet)) {
    protocol_error(reason_code::protocol_error, "packet before the end of the authentication");
    return; // [MQTT-3.1.2-30]
  }
  std::visit(
      [this](auto& p) {
        using type = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<type, mqtt::publish>)
          on_publish(p);
        else if constexpr (std::is_same_v<type, mqtt::ack>)
          on_ack(p);
        else if constexpr (std::is_same_v<type, mqtt::connect>)
          on_connect(p);
        else if constexpr (std::is_same_v<type, mqtt::subscribe>)
          on_subscribe(p);
        else if constexpr (std::is_same_v<type, mqtt::unsubscribe>)
          on_unsubscribe(p);
        else if constexpr (std::is_same_v<type, mqtt::disconnect>)
          on_disconnect(p);
        else if constexpr (std::is_same_v<type, mqtt::ping>) {
          home().metrics().add(metric::packets_pingreq_received);
          to_session_.push_back({nullptr, 0, packet_type::pingreq, reason_code::success});
        } else if constexpr (std::is_same_v<type, mqtt::auth>)
          on_auth(p);
      },
      packet);
  home().metrics().add(metric::packets_received);
}

// -- PUBLISH -----------------------------------------------------------------------------------------------

mqtt::message_ptr client::make_message(const mqtt::publish& p, std::string_view topic) {
  mqtt::message_parts parts;
  if (mount_point_) {
    const bool delayed = (home().active_hooks() & mqtt::hook_delayed) != 0;
    topic = home().scratch_topic() = mqtt::mount_name(*mount_point_, topic, delayed);
  }
  parts.topic = topic;
  parts.payload = p.payload;
  parts.from = publisher_.hand_out();
  parts.timestamp = home().wall();
  parts.level = p.level;
  parts.retain = p.retain;
  if (p.properties.empty())
    return mqtt::message::make(std::move(parts));
  std::string scratch;
  parts.properties = mqtt::forwardable_properties(p.properties, scratch);
  parts.expiry = mqtt::message_expiry(p.properties);
  return mqtt::message::make(std::move(parts));
}

// As the plugins that see it have left it.
mqtt::message_ptr client::final_message(const mqtt::publish& p, std::string_view topic) {
  return holds_answers_ && acl_->asked->message ? std::move(acl_->asked->message) : make_message(p, topic);
}

bool client::too_long_when_mounted(std::string_view topic) const noexcept {
  return mount_point_ && topic.size() + mount_point_->size() > mqtt::longest_topic;
}

// A PUBLISH of the right form came, whatever is wrong with what it says.
void client::count_refused(reason_code reason, char first_byte) {
  const auto header = static_cast<unsigned char>(first_byte);
  if (reason == reason_code::malformed_packet || reason == reason_code::packet_too_large ||
      header >> 4 != static_cast<unsigned char>(packet_type::publish))
    return;
  ++figures_.recv_pkt;
  home().metrics().add(metric::packets_received);
  count_publish(static_cast<mqtt::qos>(header >> 1 & 3));
}

void client::count_publish(mqtt::qos level) {
  auto& metrics = home().metrics();
  ++figures_.recv_msg;
  metrics.add(metric::packets_publish_received);
  metrics.add(metric::messages_received);
  metrics.add(level == qos::at_most_once    ? metric::messages_qos0_received
              : level == qos::at_least_once ? metric::messages_qos1_received
                                            : metric::messages_qos2_received);
}

void client::on_publish(mqtt::publish& p) {
  auto& metrics = home().metrics();
  count_publish(p.level);
  metrics.add(metric::publish_bytes_received, p.payload.size());
  auto verdict = channel_.on_publish(p);
  using action = mqtt::channel::publish_verdict::action;
  std::uint32_t subscribers = 0;
  if (verdict.what != action::close && too_long_when_mounted(verdict.topic)) {
    verdict.what = action::refuse;
    verdict.reason = reason_code::topic_name_invalid;
  }
  if ((verdict.what == action::route || verdict.what == action::to_session) && checks_access() &&
      !may_publish(verdict.topic)) {
    log_problem("PUBLISH denied", log::printable(verdict.topic));
    verdict.what = zone().acl_deny_disconnects ? action::close : action::refuse;
    verdict.reason = reason_code::not_authorized;
    verdict.detail = "the access rules deny the topic";
  }
  if ((verdict.what == action::route || verdict.what == action::to_session) && holds_answers_ &&
      acl_->asked->filtered == asked_access::filtering::stopped) {
    metrics.add(metric::messages_dropped);
    verdict.what = action::refuse;
    verdict.reason = reason_code::implementation_specific_error; // "is not willing to accept it"
  }
  if (verdict.what == action::refuse || verdict.what == action::close)
    count_refused_publish(verdict.reason);
  switch (verdict.what) {
    case action::route: {
      subscribers = home().publish(final_message(p, verdict.topic));
      if (p.level == qos::at_least_once)
        acknowledge(packet_type::puback, p.packet_id,
                    subscribers == 0 ? reason_code::no_matching_subscribers : reason_code::success);
      break;
    }
    case action::to_session:
      home().spend(cost_of_qos2);
      ++qos2_pending_;
      to_session_.push_back(
          {final_message(p, verdict.topic), p.packet_id, packet_type::publish, reason_code::success});
      break;
    case action::refuse:
      if (p.level != qos::at_most_once)
        acknowledge(p.level == qos::at_least_once ? packet_type::puback : packet_type::pubrec, p.packet_id,
                    verdict.reason);
      break;
    case action::close: protocol_error(verdict.reason, verdict.detail); break;
  }
  if (throttle_)
    throttle_->limiter.on_publish(subscribers, home().now());
}

void client::count_refused_publish(reason_code reason) {
  home().metrics().add(metric::packets_publish_error);
  if (reason == reason_code::not_authorized)
    home().metrics().add(metric::packets_publish_auth_error);
}

void client::acknowledge(packet_type type, std::uint16_t packet_id, reason_code reason) {
  mqtt::delivery d;
  d.type = type;
  d.packet_id = packet_id;
  d.reason = reason;
  pending_.push_back(std::move(d));
  want_flush();
}

void client::on_ack(mqtt::ack& p) {
  auto& metrics = home().metrics();
  switch (p.type) {
    case packet_type::puback: metrics.add(metric::packets_puback_received); break;
    case packet_type::pubrec: metrics.add(metric::packets_pubrec_received); break;
    case packet_type::pubrel: metrics.add(metric::packets_pubrel_received); break;
    default: metrics.add(metric::packets_pubcomp_received); break;
  }
  const bool kept = !p.properties.empty() && home().wants(rules::event_kind::message_acked);
  to_session_.push_back({kept ? properties_alone(p.properties) : nullptr, p.packet_id, p.type, p.reason});
}

// -- SUBSCRIBE, UNSUBSCRIBE
// ------------------------------------------------------------------------------------

void client::on_subscribe(mqtt::subscribe& p) {
  home().metrics().add(metric::packets_subscribe_received);
  const auto id = p.properties.number(mqtt::property::subscription_identifier);
  subscribe_packet m;
  m.packet_id = p.packet_id;
  m.connection = connection_;
  m.subscription_id = id.value_or(0);
  if (home().wants(rules::event_kind::session_subscribed))
    m.properties = p.properties.raw();
  m.entries.reserve(p.entries.size());
  for (const auto& e : p.entries) {
    auto verdict = channel_.on_subscribe_entry(e, id.has_value());
    if (verdict.fatal) {
      refuse_subscribe(verdict.reason, verdict.detail);
      return;
    }
    auto options = e.options;
    options.level = std::min(options.level, zone().channel.max_qos);
    if (channel_.version() != mqtt::protocol_version::v5)
      options.no_local = zone().ignore_loop_deliver && !is_shared(e.filter); // [MQTT-3.8.3-4]
    if (home().wants(rules::event_kind::client_subscribe))
      tell_subscription(home(), rules::event_kind::client_subscribe, publisher_.own(), e.filter, options,
                        p.properties.raw());
    std::string filter{e.filter};
    if (!is_error(verdict.reason) && checks_access() && !may_subscribe(e.filter)) {
      verdict.reason = reason_code::not_authorized;
      if (zone().acl_deny_disconnects) {
        refuse_subscribe(verdict.reason, "the access rules deny a filter");
        return;
      }
      log_problem("SUBSCRIBE denied", log::printable(e.filter));
    }
    if (!is_error(verdict.reason))
      verdict.reason = final_filter(filter);
    m.entries.push_back({std::move(filter), options, verdict.reason});
  }
  home().metrics().add(metric::client_subscribe);
  flush_to_session();
  filters_pending_ += static_cast<std::uint32_t>(m.entries.size());
  caf::anon_send(session_, std::move(m));
}

// The connection ends because of it.
void client::refuse_subscribe(reason_code reason, const char* detail) {
  home().metrics().add(metric::packets_subscribe_error);
  home().metrics().add(metric::packets_subscribe_auth_error, reason == reason_code::not_authorized ? 1 : 0);
  protocol_error(reason, detail);
}

// A packet counts once, however many of its filters failed; to leave what one has not subscribed to fails
// too.
void client::count_refusals(const subscribe_answer& m) {
  auto& metrics = home().metrics();
  const auto has = [&m](reason_code r) {
    return std::find(m.reasons.begin(), m.reasons.end(), r) != m.reasons.end();
  };
  if (m.type == packet_type::unsuback) {
    metrics.add(metric::packets_unsubscribe_error, has(reason_code::no_subscription_existed) ? 1 : 0);
  } else if (std::any_of(m.reasons.begin(), m.reasons.end(), mqtt::is_error)) {
    metrics.add(metric::packets_subscribe_error);
    metrics.add(metric::packets_subscribe_auth_error, has(reason_code::not_authorized) ? 1 : 0);
  }
}

// The filter as the broker knows it: rewritten, and behind the mount point.
reason_code client::final_filter(std::string& filter) const {
  const auto hooks = home().active_hooks();
  if (!mount_point_ && (hooks & mqtt::hook_rewrite) == 0)
    return reason_code::success;
  auto other = home().node().hooks.on_subscribe(hooks, mount_point_.get(), filter);
  if (other)
    filter = std::move(*other);
  return mqtt::parse_subscription(filter) ? reason_code::success : reason_code::topic_filter_invalid;
}

void client::on_unsubscribe(mqtt::unsubscribe& p) {
  home().metrics().add(metric::packets_unsubscribe_received);
  home().metrics().add(metric::client_unsubscribe);
  flush_to_session();
  filters_pending_ += static_cast<std::uint32_t>(p.filters.size());
  if (home().wants(rules::event_kind::client_unsubscribe))
    for (const auto filter : p.filters)
      tell_subscription(home(), rules::event_kind::client_unsubscribe, publisher_.own(), filter, {},
                        p.properties.raw());
  unsubscribe_packet m{p.packet_id, connection_, {p.filters.begin(), p.filters.end()}};
  if (home().wants(rules::event_kind::session_unsubscribed))
    m.properties = p.properties.raw();
  for (auto& filter : m.filters)
    final_filter(filter);
  caf::anon_send(session_, std::move(m));
}

// -- DISCONNECT
// -------------------------------------------------------------------------------------------------

void client::on_disconnect(mqtt::disconnect& p) {
  home().metrics().add(metric::packets_disconnect_received);
  const auto verdict = channel_.on_disconnect(p);
  if (verdict.error != reason_code::success) {
    protocol_error(verdict.error, "session expiry interval on DISCONNECT of a session that has none");
    return;
  }
  pings_due_ += static_cast<std::uint32_t>(std::erase_if(
      to_session_, [](const client_packet& waiting) { return waiting.type == packet_type::pingreq; }));
  flush_to_session();
  flush(); // what came before is answered
  const shutdown_reason why = p.reason == reason_code::success ? "normal" : to_string(p.reason).data();
  if (session_) {
    const bool told = home().wants(rules::event_kind::client_disconnected);
    caf::anon_send(session_, detach_session{self(), verdict.publish_will, verdict.session_expiry, why,
                                            std::string{told ? p.properties.raw() : std::string_view{}}});
    session_ = nullptr;
  }
  close(reason_code::success, why, goodbye::silent, false);
}

} // namespace troupe
