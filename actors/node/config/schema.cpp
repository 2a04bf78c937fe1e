#include "schema.hpp"

#include "setters.hpp"

#include <algorithm>

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_socket_path = 108; // with the NUL behind it: sockaddr_un::sun_path

const char* set_node_name(settings& s, std::string_view v) {
  const auto at = v.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == v.size() ||
      v.find_first_of(" /\"") != std::string_view::npos)
    return "name@host";
  s.node.name = v;
  return nullptr;
}

const char* set_log_to(settings& s, std::string_view v) {
  if (v != "off" && v != "file" && v != "console" && v != "both")
    return "off, file, console or both";
  s.log.to = v;
  return nullptr;
}

const char* set_log_level(settings& s, std::string_view v) {
  static constexpr std::array<std::string_view, 8> levels{"debug", "info",     "notice", "warning",
                                                          "error", "critical", "alert",  "emergency"};
  if (std::find(levels.begin(), levels.end(), v) == levels.end())
    return "debug, info, notice, warning, error, critical, alert or emergency";
  s.log.level = v;
  return nullptr;
}

const char* set_strategy(settings& s, std::string_view v) {
  static constexpr std::array<std::pair<std::string_view, shared_strategy>, 7> names{
      {{"random", shared_strategy::random},
       {"round_robin", shared_strategy::round_robin},
       {"sticky", shared_strategy::sticky},
       {"hash", shared_strategy::hash},
       {"hash_clientid", shared_strategy::hash_clientid},
       {"hash_topic", shared_strategy::hash_topic},
       {"local", shared_strategy::local}}};
  for (const auto& [name, value] : names)
    if (v == name) {
      s.broker.shared_subscription_strategy = value;
      return nullptr;
    }
  return "random, round_robin, sticky, hash, hash_clientid, hash_topic or local";
}

const char* set_modules(settings& s, std::string_view v) {
  static constexpr const char* expected =
      "names of modules: emqx_mod_delayed, emqx_mod_rewrite, emqx_mod_subscription, emqx_mod_topic_metrics, "
      "emqx_mod_presence, emqx_mod_acl_internal";
  s.modules = {.delayed = false, .rewrite = false, .subscription = false, .topic_metrics = false};
  while (!v.empty()) {
    const auto end = v.find_first_of(", ");
    const auto name = v.substr(0, end);
    v = end == std::string_view::npos ? std::string_view{} : v.substr(end + 1);
    if (name == "emqx_mod_delayed")
      s.modules.delayed = true;
    else if (name == "emqx_mod_rewrite")
      s.modules.rewrite = true;
    else if (name == "emqx_mod_subscription")
      s.modules.subscription = true;
    else if (name == "emqx_mod_topic_metrics")
      s.modules.topic_metrics = true;
    else if (!name.empty() && name != "emqx_mod_presence" && name != "emqx_mod_acl_internal")
      return expected;
  }
  return nullptr;
}

const char* set_priorities(zone_settings& z, std::string_view v) {
  static constexpr const char* expected = "none, or topic=priority pairs with priorities from 1 to 255";
  z.mqueue_priorities.clear();
  if (v == "none")
    return nullptr;
  while (!v.empty()) {
    const auto comma = v.find(',');
    const auto pair = trim(v.substr(0, comma));
    v = comma == std::string_view::npos ? std::string_view{} : v.substr(comma + 1);
    const auto equals = pair.rfind('=');
    if (equals == std::string_view::npos || equals == 0)
      return expected;
    const auto n = parse_integer(trim(pair.substr(equals + 1)));
    if (!n || *n < 1 || *n > 255)
      return expected;
    z.mqueue_priorities[std::string{trim(pair.substr(0, equals))}] = static_cast<std::uint8_t>(*n);
  }
  return nullptr;
}

const char* set_default_priority(zone_settings& z, std::string_view v) {
  if (v != "highest" && v != "lowest")
    return "highest or lowest";
  z.mqueue_default_highest = v == "highest";
  return nullptr;
}

const char* set_acl_file(settings& s, std::string_view v) {
  s.acl.file = v;
  s.acl.configured = true;
  return v.empty() ? "the path of a file" : nullptr;
}

/// A choice of two words.
setter<zone_settings> either(bool zone_settings::*member, std::string_view yes, std::string_view no,
                             const char* expected) {
  return [=](zone_settings& z, std::string_view v) -> const char* {
    z.*member = v == yes;
    return v == yes || v == no ? nullptr : expected;
  };
}

// All messages are in memory, so that disc_only is no different from disc.
template <class... Path>
setter<settings> storage_type(Path... path) {
  return [=](settings& s, std::string_view v) -> const char* {
    if (v != "ram" && v != "disc" && v != "disc_only")
      return "ram, disc or disc_only";
    field(s, path...) = v != "ram";
    return nullptr;
  };
}

setter<scram_user> scram_text(std::string scram_user::*member) {
  return [member](scram_user& u, std::string_view v) -> const char* {
    if (!mqtt::scram_prepare(v))
      return "printable ASCII";
    u.*member = v;
    return nullptr;
  };
}

const char* set_backoff(zone_settings& z, std::string_view v) {
  const auto n = parse_number(v);
  if (!n || *n < 0.5 || *n > 100)
    return "a number from 0.5 on";
  z.keepalive_backoff = *n;
  return nullptr;
}

const char* set_shutdown_policy(zone_settings& z, std::string_view v) {
  z.force_shutdown = {};
  if (v == "none")
    return nullptr;
  const auto bar = v.find('|');
  const auto waiting = parse_integer(trim(v.substr(0, bar)));
  const auto heap = bar == std::string_view::npos ? std::nullopt : parse_bytes(trim(v.substr(bar + 1)));
  if (!waiting || *waiting < 0 || !heap)
    return "none, or messages|size, such as 10000|64MB; 0 is no limit";
  z.force_shutdown = {static_cast<std::uint64_t>(*waiting), *heap};
  return nullptr;
}

const char* set_listen_address(listener_settings& l, std::string_view v) {
  l.listen_on = v;
  if (const auto path = v.starts_with("unix:") ? v.substr(5) : v; path.starts_with('/')) {
    l.path = path;
    l.address.clear();
    l.port = 0;
    return path.size() < max_socket_path ? nullptr : "a path of at most 107 bytes";
  }
  const auto a = parse_address(v);
  if (!a)
    return "off, a port, an address with a port, or the path of a Unix domain socket";
  l.address = a->host.empty() ? "0.0.0.0" : a->host;
  l.port = a->port;
  l.path.clear();
  return nullptr;
}

const char* set_socket_mode(listener_settings& l, std::string_view v) {
  unsigned mode = 0;
  for (const char c : v)
    mode = c >= '0' && c <= '7' && mode <= 0777 ? mode * 8 + static_cast<unsigned>(c - '0') : 01000;
  if (v.empty() || mode > 0777)
    return "permissions such as 0660";
  l.socket_mode = mode;
  return nullptr;
}

const char* set_delimiter(settings& s, std::string_view v) {
  if (v.size() != 1)
    return "one character";
  s.psk.delimiter = v.front();
  return nullptr;
}

setter<listener_settings> name_from(certificate_field listener_settings::*member) {
  return [member](listener_settings& l, std::string_view v) -> const char* {
    static constexpr std::pair<std::string_view, certificate_field> names[] = {
        {"cn", certificate_field::cn},
        {"dn", certificate_field::dn},
        {"crt", certificate_field::crt},
        {"pem", certificate_field::pem},
        {"md5", certificate_field::md5}};
    for (const auto& [name, value] : names)
      if (v == name) {
        l.*member = value;
        return nullptr;
      }
    return "cn, dn, crt, pem or md5";
  };
}

std::vector<row<settings>> make_global_rows() {
  using s = settings;
  std::vector<row<settings>> rows{
      {"node.name", set_node_name, "emqx@127.0.0.1", "The node's name, shown in every API answer"},
      {"node.data_dir", text<s>(&s::node, &node_settings::data_dir), "data", "Folder for persistent state"},
      {"node.process_limit",
       integer<s>(1024, 134217727, "an integer from 1024 on", &s::node, &node_settings::process_limit),
       "2097152", "Ceiling of actors that the API reports"},
      {"node.io_threads",
       integer<s>(0, 256, "an integer from 0 to 256", &s::node, &node_settings::io_threads), "0",
       "I/O threads; 0 means one per core"},
      {"node.shard_credit",
       integer<s>(1, 16777216, "an integer from 1 to 16777216", &s::node, &node_settings::shard_credit),
       "131072", "Deliveries that one I/O thread may owe another before publishers wait"},
      {"node.max_detached_sessions",
       integer<s>(0, 4294967295, "an integer from 0 on", &s::node, &node_settings::max_detached_sessions),
       "1000000", "Sessions that wait for their clients, more end with their connections; 0 means unlimited"},
      {"rule_engine.max_queue_len",
       integer<s>(1, 4294967295, "an integer from 1 on", &s::rule_engine,
                  &rule_engine_settings::max_queue_len),
       "100000", "Messages that wait for a rule; more are not for it"},
      {"rule_engine.max_queue_bytes",
       bytes<s>(1024, 1ULL << 40, "a size of at least 1KB", &s::rule_engine,
                &rule_engine_settings::max_queue_bytes),
       "64MB", "Size of the messages that wait for a rule; more are not for it"},
      {"store.fsync", flag<s>(&s::store, &store_settings::fsync), "on",
       "Confirm what is to outlive the process when the disk has it, else when the system has it"},
      {"banned.max_entries",
       integer<s>(1, 10'000'000, "an integer from 1 to 10000000", &s::bans, &ban_settings::max_entries),
       "200000", "Bans of client ids, user names and addresses at most; more are refused"},
      {"log.to", set_log_to, "console", "off, file, console or both"},
      {"log.level", set_log_level, "warning",
       "debug, info, notice, warning, error, critical, alert or emergency"},
      {"log.dir", text<s>(&s::log, &log_settings::dir), "log", "Folder of the log files"},
      {"log.file", text<s>(&s::log, &log_settings::file), "troupe.log", "Name of the log file"},
      {"log.rotation", flag<s>(&s::log, &log_settings::rotation), "on", "Begin a new file when one is full"},
      {"log.rotation.size",
       bytes<s>(1024, 1ULL << 40, "a size of at least 1KB", &s::log, &log_settings::rotation_size), "10MB",
       "Size of a full log file"},
      {"log.rotation.count",
       integer<s>(1, 1000, "an integer from 1 to 1000", &s::log, &log_settings::rotation_count), "5",
       "Log files that are kept"},
      {"broker.sysdescr", text<s>(&s::broker, &broker_settings::sysdescr), "Troupe Broker",
       "Description in /brokers"},
      {"broker.shared_subscription_strategy", set_strategy, "random",
       "random, round_robin, sticky, hash, hash_clientid, hash_topic, or local: at random "
       "among the members of the publisher's node, as all are"},
      {"broker.sys_interval", period<s>(&s::broker, &broker_settings::sys_interval), "1m",
       "Time between two publications of the figures in $SYS"},
      {"broker.sys_heartbeat", period<s>(&s::broker, &broker_settings::sys_heartbeat), "30s",
       "Time between two publications of uptime and datetime in $SYS"},
      {"module.presence", flag<s>(&s::presence, &presence_settings::enabled), "on",
       "Tell in $SYS of clients that come and go"},
      {"module.presence.qos", integer<s>(0, 2, "0, 1 or 2", &s::presence, &presence_settings::level), "1",
       "QoS of these messages"},
      {"broker.shared_dispatch_ack_enabled",
       flag<s>(&s::broker, &broker_settings::shared_dispatch_ack_enabled), "false",
       "Offer QoS 1 and 2 to another member when one cannot send it at once"},
      {"modules.load", set_modules, "emqx_mod_rewrite,emqx_mod_subscription",
       "Modules that are on, until they are switched; emqx_mod_acl_internal and emqx_mod_presence are "
       "anyway"},
      {"modules.loaded_file", text<s>(&s::modules_loaded_file), "",
       "File of the modules that are on and off (EMQ X's terms), which wins over modules.load, relative to "
       "this file; unset: the store has what was switched"},
      {"delayed.max_delayed_messages", count<s>(&s::delayed, &delayed_settings::max_delayed_messages), "0",
       "Messages that wait for their time ($delayed/...); 0 means unlimited; more are dropped"},
      {"delayed.max_delayed_bytes",
       bytes<s>(0, 1ULL << 40, "a size", &s::delayed, &delayed_settings::max_delayed_bytes), "256MB",
       "Memory that they take; 0 means unlimited"},
      {"delayed.storage_type", storage_type(&s::delayed, &delayed_settings::on_disc), "disc",
       "ram: they are lost when the broker ends; disc: they are in the store, too"},
      {"retainer.storage_type", storage_type(&s::retainer, &retainer_settings::on_disc), "ram",
       "ram: lost when the broker ends; disc, disc_only: in the store, too"},
      {"retainer.max_retained_messages", count<s>(&s::retainer, &retainer_settings::max_retained_messages),
       "0", "Retained messages at most; 0 means unlimited"},
      {"retainer.max_payload_size",
       bytes<s>(0, 256ULL << 20, "a size up to 256MB", &s::retainer, &retainer_settings::max_payload_size),
       "1MB", "Larger messages are routed but not retained"},
      {"retainer.expiry_interval", duration<s>(1s, &s::retainer, &retainer_settings::expiry_interval), "0",
       "Age at which a retained message goes; 0 means never"},
      {"auth.scram.iterations", integer<s>(4096, 1'000'000, "an integer from 4096 on", &s::scram_iterations),
       "4096", "Rounds of the hash of a SCRAM user's password"},
      {"acl_file", set_acl_file, "acl.conf",
       "File of access rules (EMQ X's terms); if it is not set and not there: the rules of EMQ X"},
      {"enable_acl_cache", flag<s>(&s::acl, &acl_settings::cache), "on",
       "Remember for each connection what the rules said"},
      {"acl_cache_max_size",
       integer<s>(1, 65535, "an integer from 1 to 65535", &s::acl, &acl_settings::cache_max_size), "32",
       "Topics that a connection remembers; then the oldest goes"},
      {"acl_cache_ttl", duration<s>(1s, &s::acl, &acl_settings::cache_ttl), "1m",
       "How long it remembers one"},
      {"psk.file.path", text<s>(&s::psk, &psk_settings::path), "psk.txt",
       "File of pre-shared keys of emqx_psk_file, a line identity:secret each, for listeners with "
       "psk_ciphers"},
      {"psk.file.delimiter", set_delimiter, ":", "What stands between them"},
      {"recon.gc_interval", duration<s>(1s, &s::recon_gc_interval), "5m",
       "When emqx_recon gives free memory back to the system; 0 means never"},
  };
  for (const auto& more :
       {cluster_rows(), watch_rows(), auth_rows(), back_end_rows(), http_rows(), web_hook_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

} // namespace

std::span<const row<settings>> global_rows() {
  static const auto rows = make_global_rows();
  return rows;
}

std::span<const row<scram_user>> scram_user_rows() {
  static const std::vector<row<scram_user>> rows{
      {"username", scram_text(&scram_user::username), "",
       "User of MQTT 5 enhanced authentication (SCRAM), as many as you number"},
      {"password", scram_text(&scram_user::password), "",
       "Its password, of which only hashes stay in memory"},
  };
  return rows;
}

namespace {

// 256MB means every packet that MQTT knows: the largest has five bytes before its 256 MB less one.
const char* set_max_packet_size(zone_settings& z, std::string_view v) {
  constexpr std::size_t most = 256 * 1024 * 1024, largest_packet = most + 4;
  const auto n = parse_bytes(v);
  if (!n || *n < 16 || *n > largest_packet)
    return "a size from 16 bytes to 256MB";
  z.max_packet_size = *n < most ? static_cast<std::size_t>(*n) : largest_packet;
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
       "QoS 2 messages of an MQTT 5 client without their PUBREL; 0 means unlimited"},
      {"await_rel_timeout", duration<z>(1s, &z::await_rel_timeout), "300s",
       "Time for a PUBREL, from the PUBLISH or the latest connection on; it stands still while the client is "
       "away"},
      {"session_expiry_interval", duration<z>(1s, &z::session_expiry_interval), "2h",
       "Life of a MQTT 3 session without its client"},
      {"max_mqueue_len", count<z>(&z::max_mqueue_len), "1000",
       "Messages that wait for a client; then the oldest goes; 0 means unlimited"},
      {"max_mqueue_bytes", bytes<z>(0, 1ULL << 40, "a size", &z::max_mqueue_bytes), "64MB",
       "Memory of the messages that wait for a client; 0 means unlimited"},
      {"max_write_buffer", bytes<z>(1024, 1ULL << 32, "a size from 1KB to 4GB", &z::max_write_buffer), "1MB",
       "Bytes that a slow connection may owe before its messages queue"},
      {"mqueue_priorities", set_priorities, "none", "Queue priorities of topics, such as alarm=10,log=1"},
      {"mqueue_default_priority", set_default_priority, "highest",
       "Where other topics go: highest or lowest"},
      {"mountpoint", text<z>(&z::mountpoint), "none",
       "Put before every topic of its clients; %c is the client id, %u the user name"},
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

std::span<const row<listener_settings>> listener_rows() {
  using l = listener_settings;
  static const std::vector<row<listener_settings>> rows{
      {"", set_listen_address, "0.0.0.0:1883",
       "Port, address and port, or path of a Unix domain socket; off: not started"},
      {"acceptors", integer<l>(1, 1024, "an integer from 1 to 1024", &l::acceptors), "8",
       "Connections that can be accepted at once"},
      {"max_connections", integer<l>(1, 100'000'000, "an integer from 1 on", &l::max_connections), "1024000",
       "Connections at most; more are closed"},
      {"max_conn_rate", count<l>(&l::max_conn_rate), "0",
       "Connections that are accepted per second, the others wait; 0 means unlimited"},
      {"rate_limit", rate<l>(true, &l::bytes_in), "none",
       "Bytes that a client may send in a time; then its socket is not read for a while"},
      {"zone", text<l>(&l::zone), "external", "Zone of its connections"},
      {"mountpoint", text<l>(&l::mountpoint), "none", "As the zone's, which it replaces"},
      {"backlog", integer<l>(1, 65535, "an integer from 1 to 65535", &l::backlog), "1024",
       "Connections that wait to be accepted"},
      {"socket_mode", set_socket_mode, "0660", "Permissions of a Unix domain socket"},
      {"recbuf", bytes<l>(0, 1ULL << 30, "a size up to 1GB", &l::recbuf), "0",
       "The kernel's receive buffer of a connection; 0: its own choice"},
      {"sndbuf", bytes<l>(0, 1ULL << 30, "a size up to 1GB", &l::sndbuf), "0", "Its send buffer"},
      {"send_timeout", duration<l>(1s, &l::send_timeout), "15s",
       "Time in which a peer takes at least one byte of what waits for it"},
      {"send_timeout_close", flag<l>(&l::send_timeout_close), "on", "Else end the connection"},
      {"peer_cert_as_username", name_from(&l::peer_cert_as_username), "",
       "Name clients by their certificate: cn, dn (subject), crt (base64), pem or md5; unset: by CONNECT"},
      {"peer_cert_as_clientid", name_from(&l::peer_cert_as_clientid), "", "The same for the client id"},
      {"nodelay", flag<l>(&l::nodelay), "true", "TCP_NODELAY"},
      {"reuseaddr", flag<l>(&l::reuseaddr), "true", "SO_REUSEADDR"},
      {"proxy_protocol", flag<l>(&l::proxy_protocol), "off",
       "Connections come through a proxy and begin with its PROXY header, version 1 or 2"},
      {"proxy_protocol_timeout", duration<l>(1s, &l::proxy_protocol_timeout), "3s", "Time for that header"},
  };
  return rows;
}

} // namespace troupe::config
