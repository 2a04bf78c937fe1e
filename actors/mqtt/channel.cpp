#include "troupe/mqtt/channel.hpp"

#include "troupe/mqtt/message_expiry.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <algorithm>
#include <unordered_map>

namespace troupe::mqtt {

struct channel::alias_tables {
  std::unordered_map<std::uint16_t, std::string> incoming; // costs what the client sent, not what it may send
  std::size_t incoming_bytes = 0;
  std::unordered_map<std::string, std::uint16_t> outgoing; // topics that the client knows by alias
  std::uint16_t last_outgoing = 0;
};

namespace {

// Of topics that one client may have us remember: 64 of the longest, 65,535 of 64 bytes. More is an
// administrative limit, of which DISCONNECT 0x97 tells: what all aliases might cost is 4 GB.
constexpr std::size_t most_alias_bytes = 4 * 1024 * 1024;
constexpr std::uint16_t most_outgoing_aliases =
    256; // memory that one client may cost; later topics go without

// Whether a payload that says it is UTF-8 is not. Unlike a text of MQTT it may have U+0000.
bool lies_about_format(const property_view& properties, std::string_view payload) {
  if (properties.number(property::payload_format_indicator).value_or(0) == 0)
    return false;
  for (;;) {
    const auto zero = payload.find('\0');
    if (!is_valid_utf8(payload.substr(0, zero)))
      return true;
    if (zero == std::string_view::npos)
      return false;
    payload.remove_prefix(zero + 1);
  }
}

std::unique_ptr<stored_will> store_will(const will& w) {
  auto stored = std::make_unique<stored_will>();
  stored->topic = w.topic;
  stored->payload = w.payload;
  std::string scratch;
  stored->properties = forwardable_properties(w.properties, scratch);
  stored->expiry = message_expiry(w.properties);
  stored->delay = w.properties.number(property::will_delay_interval).value_or(0);
  stored->level = w.level;
  stored->retain = w.retain;
  return stored;
}

} // namespace

// -- CONNECT
// ---------------------------------------------------------------------------------------------------

reason_code channel::on_connect(const connect& c, std::string_view fresh_id, connect_request& request,
                                std::string_view certified_id) {
  if (state_ != state::idle)
    return reason_code::protocol_error;
  version_ = c.version;
  outgoing_.version = c.version; // a refusal, too, keeps to the version and the size
  outgoing_.max_packet_size = c.properties.number(property::maximum_packet_size).value_or(0xFFFFFFFF);
  const bool v5 = c.version == protocol_version::v5;
  request.version = c.version;
  request.bridge = c.bridge;
  request.clean_start = c.clean_start;
  if (c.username)
    request.username = std::string{*c.username};
  if (c.password)
    request.password = std::string{*c.password};
  if (const auto refused = take_client_id(c, fresh_id, certified_id, request); is_error(refused))
    return refused;
  if (c.will) {
    if (c.will->level > limits_->max_qos)
      return reason_code::qos_not_supported; // [MQTT-3.2.2-12]
    if (c.will->retain && !limits_->retain_available)
      return reason_code::retain_not_supported; // [MQTT-3.2.2-13]
    if (limits_->max_topic_levels != 0 && level_count(c.will->topic) > limits_->max_topic_levels)
      return reason_code::topic_name_invalid;
    if (limits_->strict_mode && lies_about_format(c.will->properties, c.will->payload))
      return reason_code::payload_format_invalid;
    request.will = store_will(*c.will);
  }
  const auto& p = c.properties;
  if (const auto method = p.text(property::authentication_method))
    request.authentication_method = std::string{*method};
  request.keep_alive = limits_->server_keep_alive != 0 ? limits_->server_keep_alive : c.keep_alive;
  request.session_expiry = v5 ? p.number(property::session_expiry_interval).value_or(0)
                              : (c.clean_start ? 0 : limits_->session_expiry_interval);
  request.receive_maximum = static_cast<std::uint16_t>(p.number(property::receive_maximum).value_or(65535));
  request.max_packet_size = outgoing_.max_packet_size;
  request.topic_alias_maximum =
      static_cast<std::uint16_t>(p.number(property::topic_alias_maximum).value_or(0));
  request.request_problem_information = p.number(property::request_problem_information).value_or(1) != 0;
  request.request_response_information = p.number(property::request_response_information).value_or(0) != 0;
  problem_information_ = v5 && request.request_problem_information;
  client_topic_alias_maximum_ = request.topic_alias_maximum;
  session_expiry_ = request.session_expiry;
  silence_limit_ = static_cast<time_ms>(request.keep_alive * 1000.0 * limits_->keep_alive_backoff * 2);
  state_ = request.authentication_method ? state::authenticating : state::connecting;
  return reason_code::success;
}

reason_code channel::take_client_id(const connect& c, std::string_view fresh_id,
                                    std::string_view certified_id, connect_request& request) {
  const bool unnamed = c.client_id.empty();
  if (unnamed &&
      (c.version == protocol_version::v31 || (c.version == protocol_version::v311 && !c.clean_start)))
    return reason_code::client_identifier_not_valid; // [MQTT-3.1.3-8] of 3.1.1
  const bool by_username = limits_->use_username_as_client_id && c.username && !c.username->empty();
  const auto own = certified_id.empty() ? c.client_id : certified_id;
  const auto id = by_username ? *c.username : own;
  if (id.size() > limits_->max_client_id_length)
    return reason_code::client_identifier_not_valid;
  request.client_id = id.empty() ? fresh_id : id;
  request.assigned_client_id = unnamed;
  return reason_code::success;
}

reason_code channel::on_malformed(std::string_view bytes, reason_code why) const noexcept {
  const bool is_connect = !bytes.empty() && static_cast<std::uint8_t>(bytes[0]) >> 4 ==
                                                static_cast<std::uint8_t>(packet_type::connect);
  return is_connect && state_ != state::idle ? reason_code::protocol_error : why;
}

connack channel::accept(const connect_request& request, bool session_present, property_writer& properties) {
  state_ = state::connected;
  if (version_ == protocol_version::v31)
    return {false, reason_code::success, {}}; // 3.1 has no such flag
  if (version_ != protocol_version::v5)
    return {session_present, reason_code::success, {}};
  if (limits_->max_awaiting_rel != 0)
    properties.number(property::receive_maximum, limits_->max_awaiting_rel);
  if (limits_->max_qos < qos::exactly_once)
    properties.number(property::maximum_qos, static_cast<std::uint32_t>(limits_->max_qos));
  properties.number(property::retain_available, limits_->retain_available ? 1 : 0);
  properties.number(property::maximum_packet_size, limits_->max_packet_size);
  if (request.assigned_client_id)
    properties.text(property::assigned_client_identifier, request.client_id); // [MQTT-3.2.2-16]
  properties.number(property::topic_alias_maximum, limits_->max_topic_alias);
  properties.number(property::wildcard_subscription_available, limits_->wildcard_subscription ? 1 : 0);
  properties.number(property::subscription_identifier_available, 1);
  properties.number(property::shared_subscription_available, limits_->shared_subscription ? 1 : 0);
  if (limits_->server_keep_alive != 0)
    properties.number(property::server_keep_alive, limits_->server_keep_alive);       // [MQTT-3.2.2-21]
  if (request.request_response_information && !limits_->response_information.empty()) // [MQTT-3.1.2-28]
    properties.text(property::response_information, limits_->response_information);
  if (request.authentication_method) { // [MQTT-4.12.0-5]
    properties.text(property::authentication_method, *request.authentication_method);
    if (!request.authentication_data.empty())
      properties.text(property::authentication_data, request.authentication_data);
  }
  return {session_present, reason_code::success, properties.view()};
}

// -- PUBLISH
// -------------------------------------------------------------------------------------------------------

channel::publish_verdict channel::on_publish(const publish& p) {
  using action = publish_verdict::action;
  publish_verdict v;
  v.topic = p.topic;
  const auto refused = [&v](reason_code reason, const char* detail, action what = action::close) {
    v.what = what;
    v.reason = reason;
    v.detail = detail;
    return v;
  };
  if (!p.properties.empty()) {
    if (const auto alias = p.properties.number(property::topic_alias))
      if (const auto wrong = resolve_alias(*alias, v.topic); is_error(wrong))
        return refused(wrong, "topic alias is too large, unknown, or one too many");
    if (limits_->strict_mode && lies_about_format(p.properties, p.payload)) // MQTT 5.0 section 3.3.2.3.2
      return refused(reason_code::payload_format_invalid, "payload is not UTF-8",
                     p.level == qos::at_most_once ? action::close : action::refuse);
  }
  if (p.level > limits_->max_qos) // [MQTT-3.2.2-11]
    return refused(reason_code::qos_not_supported, "QoS is over the maximum");
  if (p.retain && !limits_->retain_available) // [MQTT-3.2.2-14]
    return refused(reason_code::retain_not_supported, "retained messages are not available");
  if (limits_->max_topic_levels != 0 && level_count(v.topic) > limits_->max_topic_levels)
    return refused(reason_code::topic_name_invalid, "topic has too many levels");
  v.what = p.level == qos::exactly_once ? action::to_session : action::route;
  return v;
}

std::string_view channel::topic_of(const publish& p) const noexcept {
  if (!p.topic.empty() || !aliases_)
    return p.topic;
  const auto alias = p.properties.number(property::topic_alias).value_or(0);
  const auto known =
      alias > 0xFFFF ? aliases_->incoming.end() : aliases_->incoming.find(static_cast<std::uint16_t>(alias));
  return known == aliases_->incoming.end() ? std::string_view{} : known->second;
}

reason_code channel::resolve_alias(std::uint32_t alias, std::string_view& topic) {
  if (alias == 0 || alias > limits_->max_topic_alias)
    return reason_code::topic_alias_invalid; // [MQTT-3.3.2-8, -9]
  if (!aliases_)
    aliases_ = std::make_shared<alias_tables>();
  auto& table = aliases_->incoming;
  const auto key = static_cast<std::uint16_t>(alias);
  if (topic.empty()) {
    const auto known = table.find(key);
    if (known == table.end())
      return reason_code::protocol_error; // MQTT 5.0 section 3.3.2.3.4
    topic = known->second;
    return reason_code::success;
  }
  std::string& known = table[key];
  aliases_->incoming_bytes += topic.size() - known.size();
  if (aliases_->incoming_bytes > most_alias_bytes)
    return reason_code::quota_exceeded;
  known = topic;
  return reason_code::success;
}

// -- SUBSCRIBE, DISCONNECT
// --------------------------------------------------------------------------------------------

channel::subscribe_verdict channel::on_subscribe_entry(const subscribe::entry& e, bool) const {
  const auto target = parse_subscription(e.filter);
  if (!target || (limits_->max_topic_levels != 0 && level_count(target->filter) > limits_->max_topic_levels))
    return {reason_code::topic_filter_invalid, false};
  if (target->exclusive() && !limits_->exclusive_subscription)
    return {reason_code::topic_filter_invalid, false};
  const bool shared = target->shared();
  const bool v5 = version_ == protocol_version::v5;
  if (shared && e.options.no_local && v5)
    return {reason_code::protocol_error, true, "no-local on a shared subscription"}; // [MQTT-3.8.3-4]
  // CONNACK has told clients of 5.0 what there is not (sections 3.2.2.3.11 and 3.2.2.3.13).
  if (shared && !limits_->shared_subscription)
    return {reason_code::shared_subscriptions_not_supported, v5, "shared subscriptions are not available"};
  if (has_wildcards(target->filter) && !limits_->wildcard_subscription)
    return {reason_code::wildcard_subscriptions_not_supported, v5, "wildcards are not available"};
  return {};
}

channel::disconnect_verdict channel::on_disconnect(const disconnect& d) const {
  disconnect_verdict v;
  v.publish_will = d.reason != reason_code::success; // 0x04, and every error [MQTT-3.14.4-3]
  if (const auto expiry = d.properties.number(property::session_expiry_interval)) {
    if (session_expiry_ == 0 && *expiry != 0)
      v.error = reason_code::protocol_error; // [MQTT-3.14.2-2]
    v.session_expiry = expiry;
  }
  return v;
}

// -- to the client
// --------------------------------------------------------------------------------------------------

channel::outgoing_alias channel::alias_for(std::string_view topic) {
  const auto most = std::min(client_topic_alias_maximum_, most_outgoing_aliases);
  if (most == 0 || topic.size() < 4)
    return {};
  if (!aliases_)
    aliases_ = std::make_shared<alias_tables>();
  auto& table = aliases_->outgoing;
  const auto i = table.find(std::string{topic});
  if (i != table.end())
    return {i->second, false};
  if (aliases_->last_outgoing >= most)
    return {};
  const auto alias = static_cast<std::uint16_t>(++aliases_->last_outgoing);
  table.emplace(topic, alias);
  return {alias, true};
}

void channel::forget_alias(std::string_view topic) {
  if (!aliases_)
    return;
  const auto i = aliases_->outgoing.find(std::string{topic});
  if (i == aliases_->outgoing.end())
    return;
  if (i->second == aliases_->last_outgoing)
    --aliases_->last_outgoing;
  aliases_->outgoing.erase(i);
}

} // namespace troupe::mqtt
