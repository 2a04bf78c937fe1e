#include "schema.hpp"

#include "setters.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

const char* set_node_name(settings& s, std::string_view v) {
  const auto at = v.find('@');
  const bool odd = std::any_of(v.begin(), v.end(), [](char c) {
    return (c >= 0 && c <= ' ') || c == '\x7f' || std::string_view{"/\"+#"}.find(c) != std::string_view::npos;
  });
  if (at == 0 || at == std::string_view::npos || at + 1 == v.size() || odd || !mqtt::is_valid_utf8(v))
    return "name@host, without blanks, control characters and any of / + # \"";
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
    const auto name = take_name(v);
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

const char* set_acl_file(settings& s, std::string_view v) {
  s.acl.file = v;
  s.acl.configured = true;
  return v.empty() ? "the path of a file" : nullptr;
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

const char* set_delimiter(settings& s, std::string_view v) {
  if (v.size() != 1)
    return "one character";
  s.psk.delimiter = v.front();
  return nullptr;
}

std::vector<row<settings>> make_global_rows() {
  using s = settings;
  std::vector<row<settings>> rows{
      {"node.name", set_node_name, "emqx@127.0.0.1", "The node's name, shown in every API answer"},
      {"node.data_dir", path<s>(&s::node, &node_settings::data_dir), "data", "Folder for persistent state"},
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
      {"log.dir", path<s>(&s::log, &log_settings::dir), "log", "Folder of the log files"},
      {"log.file", path<s>(&s::log, &log_settings::file), "troupe.log", "Name of the log file"},
      {"log.rotation", flag<s>(&s::log, &log_settings::rotation), "on", "Begin a new file when one is full"},
      {"log.rotation.size",
       bytes<s>(1024, 1ULL << 40, "a size of at least 1KB", &s::log, &log_settings::rotation_size), "10MB",
       "Size of a full log file"},
      {"log.rotation.count",
       integer<s>(1, 1000, "an integer from 1 to 1000", &s::log, &log_settings::rotation_count), "5",
       "Log files at most, with the one that is written"},
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

} // namespace troupe::config
