// The settings of zones.
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

const char* set_priorities(zone_settings& z, std::string_view v) {
  static constexpr const char* expected = "none, or topic=priority pairs with priorities from 1 to 255";
  z.mqueue_priorities.clear();
  if (v == "none")
    return nullptr;
  while (!v.empty()) {
    const auto pair = mqtt::take_part(v);
    const auto equals = pair.rfind('=');
    if (equals == std::string_view::npos || equals == 0)
      return expected;
    const auto n = parse_integer(mqtt::trimmed(pair.substr(equals + 1)));
    if (!n || *n < 1 || *n > 255)
      return expected;
    z.mqueue_priorities[std::string{mqtt::trimmed(pair.substr(0, equals))}] = static_cast<std::uint8_t>(*n);
  }
  return nullptr;
}

const char* set_default_priority(zone_settings& z, std::string_view v) {
  if (v != "highest" && v != "lowest")
    return "highest or lowest";
  z.mqueue_default_highest = v == "highest";
  return nullptr;
}

/// A choice of two words.
setter<zone_settings> either(bool zone_settings::*member, std::string_view yes, std::string_view no,
                             const char* expected) {
  return [=](zone_settings& z, std::string_view v) -> const char* {
    z.*member = v == yes;
    return v == yes || v == no ? nullptr : expected;
  };
}

const char* set_backoff(zone_settings& z, std::string_view v) {
  const auto n = parse_number(v);
  if (!n || !(*n >= 0.5 && *n <= 100))
    return "a number from 0.5 to 100";
  z.keepalive_backoff = *n;
  return nullptr;
}

const char* set_shutdown_policy(zone_settings& z, std::string_view v) {
  z.force_shutdown = {};
  if (v == "none")
    return nullptr;
  const auto bar = v.find('|');
  const auto waiting = parse_integer(mqtt::trimmed(v.substr(0, bar)));
  const auto heap =
      bar == std::string_view::npos ? std::nullopt : parse_bytes(mqtt::trimmed(v.substr(bar + 1)));
  if (!waiting || *waiting < 0 || !heap)
    return "none, or messages|size, such as 10000|64MB; 0 is no limit";
  z.force_shutdown = {static_cast<std::uint64_t>(*waiting), *heap};
  return nullptr;
}

// 256MB means every packet that MQTT knows: the largest has five bytes before its 256 MB less one.
const char* set_max_packet_size(zone_settings& z, std::string_view v) {
  constexpr std::size_t most = 256 * 1024 * 1024, largest_packet = most + 4;
  const auto n = parse_bytes(v);
  if (!n || *n < 16 || *n > largest_packet)
    return "a size from 16 bytes to 256MB";
  z.max_packet_size = *n < most ? static_cast<std::size_t>(*n) : largest_packet;
  return nullptr;
}

const char* set_mount_point(zone_settings& z, std::string_view v) {
  const bool none = v.empty() || v == "none";
  if (!none && !usable_mount_point(v))
    return mount_point_text;
  z.mountpoint = none ? "" : v;
  return nullptr;
}

// As MQTT 5 counts it: the highest number of seconds means never.
const char* set_session_expiry(zone_settings& z, std::string_view v) {
  constexpr std::chrono::seconds never{0xFFFFFFFF};
  const auto d = parse_duration(v, 1s, never);
  if (!d)
    return "a duration, such as 2h; 4294967295 means never";
  z.session_expiry_interval = *d;
  return nullptr;
}

} // namespace

std::span<const row<zone_settings>> zone_rows() {
  using z = zone_settings;
  static const std::vector<row<zone_settings>> rows{
      {"idle_timeout", duration<z>(1s, &z::idle_timeout), "15s", "Time for a new connection to send CONNECT"},
      {"allow_anonymous", flag<z>(&z::allow_anonymous), "true",
       "Let clients in that nothing has authenticated", "allow_anonymous"},
      {"enable_ban", flag<z>(&z::enable_ban), "on", "Refuse clients that are banned"},
      {"enable_flapping_detect", flag<z>(&z::enable_flapping_detect), "off",
       "Ban clients that come and go too often"},
      {"enable_auth_failure_detect", flag<z>(&z::enable_auth_failure_detect), "off",
       "Troupe's own: answer a refused login after a second, and ban addresses with too many of them"},
      {"enable_acl", flag<z>(&z::enable_acl), "on",
       "Check publishes and subscriptions by the rules; zone internal: off"},
      {"enable_will_acl", flag<z>(&z::enable_will_acl), "off",
       "Troupe's own: check wills by the rules, too; one that its client may not publish is dropped"},
      {"acl_nomatch", either(&z::acl_nomatch_allows, "allow", "deny", "allow or deny"), "allow",
       "What is done when no rule matches: allow or deny", "acl_nomatch"},
      {"acl_deny_action", either(&z::acl_deny_disconnects, "disconnect", "ignore", "ignore or disconnect"),
       "ignore", "What a client gets for what it may not: ignore (a refusing answer) or disconnect",
       "acl_deny_action"},
      {"bypass_auth_plugins", flag<z>(&z::bypass_auth_plugins), "false",
       "Do not ask the plugins of authentication: allow_anonymous decides (internal: true)"},
      {"max_packet_size", set_max_packet_size, "1MB", "Larger packets end the connection",
       "mqtt.max_packet_size"},
      {"max_clientid_len", integer<z>(23, 65535, "an integer from 23 to 65535", &z::max_clientid_len),
       "65535", "Bytes of a client id at most", "mqtt.max_clientid_len"},
      {"max_topic_levels", integer<z>(0, 65535, "an integer from 0 to 65535", &z::max_topic_levels), "0",
       "Levels of a topic at most; 0 means unlimited", "mqtt.max_topic_levels"},
      {"max_qos_allowed", integer<z>(0, 2, "0, 1 or 2", &z::max_qos_allowed), "2", "Highest QoS of a publish",
       "mqtt.max_qos_allowed"},
      {"max_topic_alias", integer<z>(0, 65535, "an integer from 0 to 65535", &z::max_topic_alias), "65535",
       "Topic aliases that a client may use, for 4 MB of topics in all (then DISCONNECT 0x97)",
       "mqtt.max_topic_alias"},
      {"retain_available", flag<z>(&z::retain_available), "true", "Accept retained messages",
       "mqtt.retain_available"},
      {"wildcard_subscription", flag<z>(&z::wildcard_subscription), "true",
       "Accept filters with wildcards, else DISCONNECT 0xA2, before 5.0 SUBACK 0x80",
       "mqtt.wildcard_subscription"},
      {"strict_mode", flag<z>(&z::strict_mode), "false",
       "Refuse payloads that say that they are UTF-8 and are not: PUBACK, PUBREC or, at QoS 0, "
       "DISCONNECT 0x99",
       "mqtt.strict_mode"},
      {"response_information", mqtt_text<z>(&z::response_information), "",
       "Base of response topics, told to clients that ask for it", "mqtt.response_information"},
      {"server_reference", mqtt_text<z>(&z::server_reference), "",
       "Troupe's own: server that clients may use when a listener is full or the broker stops",
       "mqtt.server_reference"},
      {"shared_subscription", flag<z>(&z::shared_subscription), "true",
       "Accept shared subscriptions, else DISCONNECT 0x9E, before 5.0 SUBACK 0x80",
       "mqtt.shared_subscription"},
      {"exclusive_subscription", flag<z>(&z::exclusive_subscription), "false",
       "Accept subscriptions with one holder ($exclusive/<filter>)", "mqtt.exclusive_subscription"},
      {"ignore_loop_deliver", flag<z>(&z::ignore_loop_deliver), "false",
       "Do not deliver to MQTT 3 clients what they published", "mqtt.ignore_loop_deliver"},
      {"use_username_as_clientid", flag<z>(&z::use_username_as_clientid), "false",
       "The user name is the client id"},
      {"server_keepalive", integer<z>(0, 65535, "an integer from 0 to 65535", &z::server_keepalive), "0",
       "Keep alive, in seconds, that all clients must use; 0: their own"},
      {"keepalive_backoff", set_backoff, "0.75",
       "A client that is silent for 2 x this x its keep alive is gone"},
      {"max_subscriptions", count<z>(&z::max_subscriptions), "0",
       "Subscriptions of a client; 0 means unlimited"},
      {"upgrade_qos", flag<z>(&z::upgrade_qos), "off", "Deliver at the higher instead of the lower QoS"},
      {"max_inflight", integer<z>(0, 65535, "an integer from 0 to 65535", &z::max_inflight), "32",
       "Unacknowledged messages on their way to a client; 0 means unlimited"},
      {"retry_interval", duration<z>(1s, &z::retry_interval), "30s",
       "Resend to MQTT 3 clients what they did not acknowledge; 0: only when they reconnect"},
      {"max_awaiting_rel", integer<z>(0, 65535, "an integer from 0 to 65535", &z::max_awaiting_rel), "100",
       "QoS 2 messages without their PUBREL that an MQTT 5 client may send in a connection; those of earlier "
       "ones stay besides, up to its 65535 identifiers, until they are late by await_rel_timeout; 0 means "
       "unlimited"},
      {"await_rel_timeout", duration<z>(1s, &z::await_rel_timeout), "300s",
       "Time for a PUBREL, from the PUBLISH or the latest connection on; it stands still while the client is "
       "away"},
      {"session_expiry_interval", set_session_expiry, "2h",
       "Life of a MQTT 3 session without its client; 4294967295: it never ends"},
      {"max_mqueue_len", count<z>(&z::max_mqueue_len), "1000",
       "Messages that wait for a client; then the oldest goes; 0 means unlimited"},
      {"max_mqueue_bytes", bytes<z>(0, 1ULL << 40, "a size", &z::max_mqueue_bytes), "64MB",
       "Memory of the messages that wait for a client; 0 means unlimited"},
      {"max_write_buffer", bytes<z>(1024, 1ULL << 32, "a size from 1KB to 4GB", &z::max_write_buffer), "1MB",
       "Bytes that a slow connection may owe before its messages queue"},
      {"mqueue_priorities", set_priorities, "none", "Queue priorities of topics, such as alarm=10,log=1"},
      {"mqueue_default_priority", set_default_priority, "highest",
       "Where other topics go: highest or lowest"},
      {"mountpoint", set_mount_point, "none",
       "Put before every topic of its clients; %c is the client id, %u the user name; none: nothing"},
      {"mqueue_store_qos0", flag<z>(&z::mqueue_store_qos0), "true", "Queue QoS 0 messages too"},
      {"publish_limit", rate<z>(false, &z::messages_in), "none",
       "The same as rate_limit.conn_messages_in, which wins"},
      {"rate_limit.conn_messages_in", rate<z>(false, &z::messages_in), "none",
       "Messages that a client may publish in a time; then its socket is not read for a while"},
      {"rate_limit.conn_bytes_in", rate<z>(true, &z::bytes_in), "none", "The same for bytes that it sends"},
      {"quota.conn_messages_routing", rate<z>(false, &z::messages_routed), "none",
       "The same for deliveries that its QoS 0 and 1 messages cause"},
      {"quota.overall_messages_routing", rate<z>(false, &z::overall_routed), "none",
       "The same for deliveries that those of all its clients cause together"},
      {"force_shutdown_policy", set_shutdown_policy, "none",
       "Messages waiting and memory at which a connection and its session are ended"},
  };
  return rows;
}

} // namespace troupe::config
