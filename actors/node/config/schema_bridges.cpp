// The bridges of the plugin emqx_bridge_mqtt: `bridge.mqtt.<name>.<key>`.
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/access/url.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

const char* set_bridge_address(bridge_settings& to, std::string_view v) {
  to.peer.clear();
  if (v.find('@') != std::string_view::npos) {
    const auto node = parse_peer(v);
    if (!node)
      return "a host, a host with a port, or a node as name@host";
    to.peer = node->node;
    to.host = node->host;
    to.port = node->port;
    return nullptr;
  }
  const auto at = access::parse_place(v, to.port);
  if (!at)
    return "a host, or a host with a port";
  to.host = at->host;
  to.port = at->port;
  return nullptr;
}

const char* set_bridge_version(bridge_settings& to, std::string_view v) {
  if (v != "mqttv3" && v != "mqttv4" && v != "mqttv5")
    return "mqttv3, mqttv4 or mqttv5";
  to.client.version = static_cast<mqtt::protocol_version>(v.back() - '0');
  return nullptr;
}

const char* set_start_type(bridge_settings& to, std::string_view v) {
  if (v != "auto" && v != "manual")
    return "auto or manual";
  to.starts = v == "auto";
  return nullptr;
}

const char* set_forwards(bridge_settings& to, std::string_view v) {
  to.forwards.clear();
  while (!v.empty()) {
    const auto filter = mqtt::take_part(v);
    if (!mqtt::valid_topic_filter(filter))
      return "topic filters between commas";
    to.forwards.emplace_back(filter);
  }
  return nullptr;
}

const char* set_bridge_keep_alive(bridge_settings& to, std::string_view v) {
  constexpr std::int64_t most = 65'535;
  const auto d = parse_duration(v, std::chrono::seconds{1});
  if (!d || d->count() / 1000 > most)
    return "a duration up to 65535s, such as 60s";
  to.client.keep_alive = static_cast<std::uint16_t>(d->count() / 1000);
  return nullptr;
}

const char* set_bridge_retry_interval(bridge_settings& to, std::string_view v) {
  const auto d = parse_duration(v, std::chrono::seconds{1});
  if (!d)
    return "a duration, such as 20s";
  to.client.retry_interval = d->count();
  return nullptr;
}

const char* set_bridge_verify(bridge_settings& to, std::string_view v) {
  if (v != "verify_peer" && v != "verify_none")
    return "verify_peer or verify_none";
  to.tls.verify_peer = v == "verify_peer";
  return nullptr;
}

const char* set_queue_folder(bridge_settings& to, std::string_view v) {
  to.disk_cache = !v.empty();
  return nullptr;
}

const char* accept_any(bridge_settings&, std::string_view) { return nullptr; }

const char* set_subscription_topic(mqtt::client_settings::subscription& to, std::string_view v) {
  if (!mqtt::valid_topic_filter(v))
    return "a topic filter";
  to.filter = v;
  return nullptr;
}

const char* set_subscription_qos(mqtt::client_settings::subscription& to, std::string_view v) {
  const auto level = parse_integer(v);
  if (!level || *level < 0 || *level > 2)
    return "0, 1 or 2";
  to.options.level = static_cast<mqtt::qos>(*level);
  return nullptr;
}

} // namespace

std::span<const row<bridge_settings>> bridge_rows() {
  static const std::vector<row<bridge_settings>> rows{
      {"address", set_bridge_address, "127.0.0.1:1883",
       "The other broker, host:port, or another node, name@host (cluster.listen)"},
      {"proto_ver", set_bridge_version, "mqttv4", "mqttv3, mqttv4 or mqttv5"},
      {"start_type", set_start_type, "auto", "manual: the bridge is not started"},
      {"bridge_mode", flag<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::bridge),
       "false", "Tell the other broker that this is a bridge: it sends nothing back, and keeps retain flags"},
      {"clientid", mqtt_text<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::client_id),
       "", "Unset: bridge_ and its name"},
      {"clean_start", flag<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::clean_start),
       "true", "false: the other broker keeps what comes while the bridge is away"},
      {"username", mqtt_text<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::username), "",
       "Whom the other broker knows"},
      {"password", mqtt_text<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::password), "",
       "Its password"},
      {"forwards", set_forwards, "", "Filters of the topics that go to the other broker, between commas"},
      {"forward_mountpoint", mqtt_text<bridge_settings>(&bridge_settings::forward_mountpoint), "",
       "Before their topics there; ${node} is the node's name"},
      {"receive_mountpoint",
       mqtt_text<bridge_settings>(&bridge_settings::client, &mqtt::client_settings::mount_point), "",
       "Before the topics of what comes from there; ${node} is the node's name"},
      {"keepalive", set_bridge_keep_alive, "60s", "Between signs of life; 0: none"},
      {"reconnect_interval", period<bridge_settings>(&bridge_settings::reconnect_interval), "30s",
       "Between tries to connect; the first ones follow sooner"},
      {"retry_interval", set_bridge_retry_interval, "20s",
       "After it a message that is not acknowledged goes again; 0: only by a new connection"},
      {"max_inflight_size",
       integer<bridge_settings>(1, 65'535, "an integer from 1 to 65535", &bridge_settings::client,
                                &mqtt::client_settings::max_inflight),
       "32", "Messages under way at most"},
      {"batch_size",
       integer<bridge_settings>(1, 10'000, "an integer from 1 to 10000", &bridge_settings::batch_size), "32",
       "Messages that go together to another node at most; by MQTT goes together what is there"},
      {"queue.replayq_dir", set_queue_folder, "",
       "Set: what waits for the other broker is kept in the store of the node, whatever the folder"},
      {"queue.replayq_seg_bytes", accept_any, "10MB", "Kept for EMQ X"},
      {"queue.max_total_size",
       bytes<bridge_settings>(1024, std::uint64_t{1} << 40, "a size from 1KB on",
                              &bridge_settings::max_queue_bytes),
       "64MB", "Memory of what waits at most; more is dropped, counted and logged"},
      {"ssl", flag<bridge_settings>(&bridge_settings::ssl), "off", "Speak TLS"},
      {"cacertfile", text<bridge_settings>(&bridge_settings::tls, &outgoing_tls::cacertfile), "",
       "Certificates to trust; unset: those that the system trusts"},
      {"certfile", text<bridge_settings>(&bridge_settings::tls, &outgoing_tls::certfile), "",
       "Certificate to show"},
      {"keyfile", text<bridge_settings>(&bridge_settings::tls, &outgoing_tls::keyfile), "", "Its key"},
      {"verify", set_bridge_verify, "verify_peer", "verify_none: talk to whoever answers"},
      {"ciphers", text<bridge_settings>(&bridge_settings::ciphers), "", "Unset: what OpenSSL chooses"},
      {"tls_versions", accept_any, "tlsv1.3,tlsv1.2", "Kept for EMQ X; older ones are not spoken"},
  };
  return rows;
}

std::span<const row<mqtt::client_settings::subscription>> bridge_subscription_rows() {
  static const std::vector<row<mqtt::client_settings::subscription>> rows{
      {"topic", set_subscription_topic, "", "A filter of topics that come from the other broker"},
      {"qos", set_subscription_qos, "1", "0, 1 or 2"},
  };
  return rows;
}

} // namespace troupe::config
