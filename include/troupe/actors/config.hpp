// The configuration as values: what `troupe.conf`, the environment and the defaults add up to. Keys are those
// of EMQ X 4 (reference/config.md); each field names its key. Loading is in load_settings.
#pragma once

#include "troupe/actors/back_end_settings.hpp"
#include "troupe/actors/bridge_settings.hpp"
#include "troupe/actors/cluster_settings.hpp"
#include "troupe/actors/web_hook_settings.hpp"
#include "troupe/mqtt/ip_network.hpp"
#include "troupe/mqtt/limiter.hpp"
#include "troupe/mqtt/packet.hpp"
#include "troupe/mqtt/scram.hpp"
#include "troupe/mqtt/topic_rewrite.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

using milliseconds = std::chrono::milliseconds;

/// `broker.shared_subscription_strategy`.
enum class shared_strategy : std::uint8_t {
  random,
  round_robin,
  sticky,
  hash,
  hash_clientid,
  hash_topic,
  local
};

struct node_settings {
  std::string name = "emqx@127.0.0.1";
  std::string data_dir = "data";
  std::uint64_t process_limit = 2097152;           // the ceiling that the API shows as process_available
  std::size_t io_threads = 0;                      // Troupe's own: shards, 0 = one per core
  std::uint64_t shard_credit = 131072;             // Troupe's own: deliveries that one shard may owe another
  std::uint64_t max_detached_sessions = 1'000'000; // Troupe's own: without clients; 0: unlimited
};

/// `rule_engine.*`. Troupe's own: what waits for a rule at most; more messages are not for it.
struct rule_engine_settings {
  std::uint64_t max_queue_len = 100'000;              // messages
  std::uint64_t max_queue_bytes = 64UL * 1024 * 1024; // bytes of them
};

struct log_settings {
  std::string to = "console"; // off, file, console, both
  std::string level = "warning";
  std::string dir = "log";
  std::string file = "troupe.log";
  bool rotation = true;
  std::size_t rotation_size = 10 * 1024 * 1024; // bytes
  std::size_t rotation_count = 5;
};

/// `zone.<name>.force_shutdown_policy`; 0: no such limit.
struct shutdown_policy {
  std::uint64_t max_waiting = 0; // messages
  std::uint64_t max_heap = 0;    // bytes

  bool any() const noexcept { return max_waiting != 0 || max_heap != 0; }
};

/// `acl_file` and `acl_cache_*`.
struct acl_settings {
  std::string file = "acl.conf";     // empty: the rules of EMQ X
  bool configured = false;           // `file` is not the default one, which may be missing
  bool cache = true;                 // `enable_acl_cache`
  std::uint32_t cache_max_size = 32; // decisions of a connection
  milliseconds cache_ttl{60'000};
};

/// `zone.<name>.*`, with what the zone does not set taken from `mqtt.*`, the global keys, or the defaults.
struct zone_settings {
  std::string name;
  milliseconds idle_timeout{15'000};
  bool allow_anonymous = true;
  bool enable_ban = true; // CONNECT is checked against the bans
  bool enable_flapping_detect = false;
  bool enable_auth_failure_detect = false; // Troupe's own
  bool enable_acl = true;
  bool enable_will_acl = false;      // Troupe's own: wills are checked, too
  bool acl_nomatch_allows = true;    // `acl_nomatch`
  bool acl_deny_disconnects = false; // `acl_deny_action`
  bool bypass_auth_plugins = false;
  std::size_t max_packet_size = 1024 * 1024; // bytes
  std::uint32_t max_clientid_len = 65535;
  std::uint32_t max_topic_levels = 0; // 0: unlimited
  std::uint32_t max_qos_allowed = 2;
  std::uint32_t max_topic_alias = 65535;
  bool retain_available = true;
  bool wildcard_subscription = true;
  bool shared_subscription = true;
  bool exclusive_subscription = false;
  bool ignore_loop_deliver = false;
  bool strict_mode = false;
  std::string response_information; // of the CONNACK to clients that ask for it
  std::string server_reference;     // Troupe's own: where clients that are turned away may go
  bool use_username_as_clientid = false;
  std::uint32_t server_keepalive = 0; // seconds, 0: the client's own
  double keepalive_backoff = 0.75;
  std::uint32_t max_subscriptions = 0; // 0: unlimited
  bool upgrade_qos = false;
  std::uint32_t max_inflight = 32; // 0: unlimited
  milliseconds retry_interval{30'000};
  std::uint32_t max_awaiting_rel = 100;
  milliseconds await_rel_timeout{300'000};
  milliseconds session_expiry_interval{2 * 3'600'000};
  std::size_t max_mqueue_len = 1000;               // messages per priority, 0: unlimited
  std::size_t max_mqueue_bytes = 64 * 1024 * 1024; // Troupe's own: bytes of queued messages, 0: unlimited
  std::size_t max_write_buffer =
      1024 * 1024; // Troupe's own: unsent bytes of a connection before its session queues
  std::map<std::string, std::uint8_t> mqueue_priorities;
  bool mqueue_default_highest = true;
  bool mqueue_store_qos0 = true;
  std::string mountpoint;
  mqtt::rate messages_in;     // `publish_limit`, `rate_limit.conn_messages_in`
  mqtt::rate bytes_in;        // `rate_limit.conn_bytes_in`
  mqtt::rate messages_routed; // `quota.conn_messages_routing`
  mqtt::rate overall_routed;  // `quota.overall_messages_routing`, of all its connections together
  shutdown_policy force_shutdown;
};

/// The keys that only `listener.ws.<name>` and `listener.wss.<name>` have.
struct websocket_settings {
  std::string mqtt_path = "/mqtt";
  bool verify_protocol_header = true; // off: any subprotocol will do, and none
  bool fail_if_no_subprotocol = false;
  std::vector<std::string> supported_subprotocols{"mqtt", "mqtt-v3", "mqtt-v3.1.1", "mqtt-v5", "mqttv3.1"};
  bool check_origin_enable = false;
  bool allow_origin_absence = true;
  std::vector<std::string> check_origins{"http://localhost:18083", "http://127.0.0.1:18083"};
  std::uint64_t max_frame_size = 0;     // bytes, 0: unlimited
  milliseconds idle_timeout{7'200'000}; // without any byte from the client
  bool compress = false;                // has no effect but a warning
  // HTTP headers in which a proxy tells who its client is; empty: nobody is believed.
  std::string proxy_address_header, proxy_port_header;
};

/// Bits of tls_settings::versions.
inline constexpr std::uint8_t tls_1_0 = 1, tls_1_1 = 2, tls_1_2 = 4, tls_1_3 = 8;

/// The keys that only `listener.ssl.<name>` and `listener.wss.<name>` have. Files are PEM; empty: not
/// configured.
struct tls_settings {
  struct host_certificate { // `sni.<n>`
    std::string host;       // perhaps with "*." in front
    std::string certfile, keyfile;
  };

  std::string certfile, keyfile, key_password, cacertfile, crlfile, dhfile;
  std::map<std::string, host_certificate> sni; // by <n>
  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;
  bool honor_cipher_order = true;
  bool reuse_sessions = true;
  std::uint8_t versions = tls_1_2 | tls_1_3;
  int depth = 10;
  std::string ciphers, psk_ciphers; // names with commas; empty: OpenSSL's choice, no pre-shared keys
  milliseconds handshake_timeout{15'000};
};

/// `psk.file.*`: identities and secrets for the listeners that have psk_ciphers.
struct psk_settings {
  std::string path = "psk.txt";
  char delimiter = ':';
};

/// What of a client's certificate stands for a name (`peer_cert_as_username`, `peer_cert_as_clientid`).
enum class certificate_field : std::uint8_t { none, cn, dn, crt, pem, md5 };

/// `access.<n>`: whether addresses of a network may connect. The first rule that has an address decides.
struct access_rule {
  bool allow = true;
  std::optional<mqtt::ip_network> network; // nothing: all
};

/// What the rules say of an address; it may connect when none has it, as with EMQ X.
bool allows(const std::vector<access_rule>& rules, const mqtt::ip_address& address) noexcept;

/// What a listener's connections speak below MQTT.
enum class listener_kind : std::uint8_t { tcp, ssl, ws, wss };

/// As the keys have it: "tcp".
std::string_view to_string(listener_kind kind) noexcept;

/// `listener.<kind>.<name>`.
struct listener_settings {
  listener_kind kind = listener_kind::tcp;
  std::string name;
  std::string address = "0.0.0.0"; // as configured, without brackets
  std::uint16_t port = 1883;       // 0: any free one
  std::string path;                // of a Unix domain socket, which it is when this is not empty
  unsigned socket_mode = 0660;     // its permissions
  std::string listen_on;           // as the API shows it: "0.0.0.0:1883", or "1883" when no address is given
  std::size_t acceptors = 8;
  std::uint64_t max_connections = 1024000;
  std::uint32_t max_conn_rate = 0; // connections per second, 0: unlimited
  mqtt::rate bytes_in;             // `rate_limit`, of each connection
  std::string zone = "external";
  std::optional<std::string> mountpoint; // none: the zone's; empty: none at all
  int backlog = 1024;
  bool nodelay = true;
  bool reuseaddr = true;
  bool proxy_protocol = false; // connections begin with a PROXY header
  milliseconds proxy_protocol_timeout{3'000};
  std::vector<access_rule> access;    // in order
  std::size_t recbuf = 0, sndbuf = 0; // bytes of the kernel's buffers, 0: its own choice
  milliseconds send_timeout{15'000};  // without any byte that the peer takes
  bool send_timeout_close = true;     // then end the connection
  certificate_field peer_cert_as_username = certificate_field::none;
  certificate_field peer_cert_as_clientid = certificate_field::none;
  tls_settings tls;             // of ssl and wss
  websocket_settings websocket; // of ws and wss

  bool secure() const noexcept { return kind == listener_kind::ssl || kind == listener_kind::wss; }

  /// "listener.tcp.external".
  std::string key() const { return std::string{"listener."}.append(to_string(kind)) + "." + name; }
};

struct broker_settings {
  milliseconds sys_interval{60'000};  // of the `$SYS` figures
  milliseconds sys_heartbeat{30'000}; // of `$SYS/…/uptime` and datetime
  shared_strategy shared_subscription_strategy = shared_strategy::random;
  bool shared_dispatch_ack_enabled = false;
  std::string sysdescr = "Troupe Broker"; // Troupe's own key
};

/// `module.presence` (Troupe's own) and `module.presence.qos`: `$SYS` messages of clients that come and go.
struct presence_settings {
  bool enabled = true;
  mqtt::qos level = mqtt::qos::at_least_once;
};

/// Which of EMQ X's modules are on (`modules.load`, or their rules are there).
struct module_settings {
  bool delayed = false;
  bool rewrite = true; // does something once there are rules
  bool subscription = true;
  bool topic_metrics = false;
};

/// `delayed.*`; 0 means unlimited.
struct delayed_settings {
  std::size_t max_delayed_messages = 0;
  std::size_t max_delayed_bytes = 256 * 1024 * 1024; // Troupe's own
  bool on_disc = true;                               // `delayed.storage_type`, Troupe's own
};

/// `module.rewrite.<pub.|sub.|>rule.<n>`; those without pub or sub apply to both.
struct rewrite_settings {
  std::map<std::uint32_t, mqtt::rewrite_rule> both, publish, subscribe;
};

/// `module.subscription.<n>.*`.
struct auto_subscription {
  std::string topic; // with %c and %u
  mqtt::subscription_options options{.level = mqtt::qos::at_least_once};
};

/// Plugins of authentication whose users may stand in the configuration.
enum class auth_users_of : std::uint8_t { clientid, username, mnesia };

/// `auth.client.<n>.*`, `auth.user.<n>.*` and `auth.mnesia.<n>.*`.
struct auth_user {
  std::string name, password;
  bool superuser = false; // of emqx_auth_mnesia
};

struct auth_settings {
  struct table {
    std::string password_hash = "sha256"; // `auth.client.password_hash` and so on
    std::vector<auth_user> users;
  };
  std::array<table, 3> tables;     // by auth_users_of
  bool mnesia_by_clientid = false; // `auth.mnesia.as`

  table& of(auth_users_of which) { return tables[static_cast<std::size_t>(which)]; }
};

/// `store.*`, Troupe's own: what outlives the process.
struct store_settings {
  bool fsync = true; // a write is confirmed when the disk has it
};

/// `banned.*`, Troupe's own: the table of bans.
struct ban_settings {
  std::size_t max_entries = 200'000;
};

/// `flapping_detect_policy`, of the ends of connections of a client id, and, Troupe's own,
/// `auth_failure_policy`, of refused logins from an address: so many within a time are too many.
struct offence_settings {
  std::uint32_t threshold = 30;
  milliseconds window{60'000};
  milliseconds ban_time{300'000};
};

/// `alarm.*`.
struct alarm_settings {
  bool log = true, publish = true; // `alarm.actions`
  std::size_t size_limit = 1000;
  milliseconds validity_period{24 * 3'600'000};
};

/// `os_mon.*` and `vm_mon.*`: when to look at the machine and this process, and from which percentage on (and
/// until below which) a figure is too high.
struct watch_settings {
  std::string procfs = "/proc"; // Troupe's own: where Linux tells of the machine
  milliseconds cpu_check_interval{60'000}, mem_check_interval{60'000}, check_interval{30'000};
  double cpu_high = 80, cpu_low = 60;
  double system_memory_high = 70, process_memory_high = 5;
  double actors_high = 80, actors_low = 60;           // `vm_mon.process_*`
  double descriptors_high = 80, descriptors_low = 60; // `vm_mon.fd_*`, Troupe's own
};

struct retainer_settings {
  bool on_disc = false;                       // `retainer.storage_type`
  std::size_t max_retained_messages = 0;      // 0: unlimited
  std::size_t max_payload_size = 1024 * 1024; // bytes
  milliseconds expiry_interval{0};            // 0: never
};

/// `management.listener.http` and `management.listener.https`.
struct http_listener_settings {
  bool enabled = false;
  std::string address = "0.0.0.0";
  std::uint16_t port = 8081;      // 0: any free one
  std::string listen_on = "8081"; // as the API shows it
  std::size_t acceptors = 2;
  std::size_t max_clients = 512;
  int backlog = 512;
};

struct management_settings {
  std::size_t max_row_limit = 10000;
  std::string application_id = "admin";
  std::string application_secret = "public";
  std::string default_secret; // of applications that are made without one; empty: random ones
  std::string cors_origin;    // Troupe's own: of pages that may use the API; "*": any, empty: none
  http_listener_settings http{.enabled = true};
  http_listener_settings https{.enabled = false};
  tls_settings tls; // of https
};

struct settings {
  std::string file; // where they come from; empty: there was none
  node_settings node;
  cluster_settings cluster;
  log_settings log;
  broker_settings broker;
  presence_settings presence;
  module_settings modules;
  delayed_settings delayed;
  rewrite_settings rewrite;
  std::map<std::uint32_t, auto_subscription> auto_subscriptions; // by number
  store_settings store;
  ban_settings bans;
  offence_settings flapping;
  offence_settings auth_failures{.threshold = 10};
  alarm_settings alarms;
  watch_settings watch;
  retainer_settings retainer;
  rule_engine_settings rule_engine;
  management_settings management;
  std::vector<std::string> plugins; // `plugins.load`
  std::string plugins_dir;          // `plugins.dir`; empty: there are no libraries
  std::string plugins_etc_dir;      // `plugins.etc_dir`; empty: plugins have no files of their own
  std::string plugins_loaded_file;  // `plugins.loaded_file`; empty: `loaded_plugins` in node.data_dir
  std::string modules_loaded_file;  // `modules.loaded_file`; empty: the store has what was switched
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>
      plugin_settings; // `plugin.<name>.<key>`
  auth_settings auth;
  auth_http_settings auth_http;
  auth_jwt_settings auth_jwt;
  sql_auth_settings auth_pgsql{.server = {.port = 5432, .username = "root", .database = "mqtt"}};
  sql_auth_settings auth_mysql{.server = {.port = 3306, .database = "mqtt"}};
  redis_auth_settings auth_redis{.where = {.server = {.port = 6379, .database = "0"}}};
  ldap_auth_settings auth_ldap{.server = {.port = 389, .timeout = milliseconds{30'000}}};
  psk_settings psk;
  web_hook_settings web_hook;
  milliseconds recon_gc_interval{300'000}; // `recon.gc_interval`; 0: never
  acl_settings acl;
  std::map<std::string, zone_settings> zones;     // "external" and "internal" always exist
  std::vector<listener_settings> listeners;       // those that are started
  std::map<std::string, bridge_settings> bridges; // `bridge.mqtt.<name>.*`
  std::uint32_t scram_iterations = 4096;          // Troupe's own key, of users in the configuration
  std::shared_ptr<const mqtt::scram_users> scram; // `auth.scram.user.<n>`, derived; null: none
};

/// What loading gave. With errors the settings must not be used; warnings are for the log.
struct loaded_settings {
  settings values;
  std::vector<std::string> warnings;
  std::vector<std::string> errors; // "troupe.conf:12: zone.external.max_inflight: \"x\" is not an integer"
};

using environment = std::vector<std::pair<std::string, std::string>>;

/// Reads the text of a configuration file. `file` names it in messages and its folder is the base of relative
/// paths. `variables` are the process's environment: `TROUPE_…` wins over `EMQX_…`, which wins over the file.
loaded_settings load_settings(std::string_view text, const std::string& file, const environment& variables);

/// Every setting with its default and one line of description, for `--help-config`.
std::string describe_settings();

/// The command line: `troupe [--config FILE] [--data-dir DIR] [--check] [--help] [--version]`.
struct command_line {
  std::string config_file; // empty: the default places
  std::string data_dir;    // empty: as configured
  bool check = false;
  bool help = false;
  bool help_config = false;
  bool version = false;
  std::string usage; // the text of --help
  std::string error; // not empty: the arguments are wrong
};

command_line parse_command_line(int argc, const char* const* argv);

/// The file to read when the command line names none: conf/troupe.conf, /etc/troupe/troupe.conf, or empty for
/// defaults.
std::string find_config_file();

namespace config {

/// A limit and a duration, `100,10s`, with a size as the limit if `in_bytes`, `100KB,10s`; `none` is no
/// limit. A duration of less than a second is stretched to one, with its limit: the I/O threads' clock ticks
/// slowly.
std::optional<mqtt::rate> parse_rate(std::string_view text, bool in_bytes);

} // namespace config

} // namespace troupe
