// Keys that a configuration of EMQ X 4 may hold and that have no effect here: a script that sets them is not
// told off. conf/settings.md lists them with these reasons (test/config/reference_test.cpp compares).
#include "schema.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::config {

namespace {

constexpr std::string_view erlang = "Tunes the Erlang VM";
constexpr std::string_view no_such_cluster = "Nodes know each other by cluster.static.seeds only";
constexpr std::string_view own_links = "The links between nodes have no such knob";
constexpr std::string_view no_order = "Plugins are asked in the order of loaded_plugins";
constexpr std::string_view no_plugins = "There is no such plugin in this version";
constexpr std::string_view no_hooks = "Nothing hooks into it in this version";
constexpr std::string_view no_modules = "There is no such module in this version";
constexpr std::string_view one_frame = "A WebSocket frame may hold several packets, or a part of one";
constexpr std::string_view own_buffers = "Buffers grow and shrink with their use";
constexpr std::string_view own_log_queue =
    "4096 lines may wait; over that the oldest are left out, which the log tells";
constexpr std::string_view one_request = "A connection has one request at a time";
constexpr std::string_view name_of_url = "The name in the URL is what a certificate has to show";
constexpr std::string_view one_home = "A client id has one home in the node: nothing is locked";

// Sorted by area. A name in `<>` stands for one segment, `*` at the end for all that follows.
constexpr ignored_key keys[] = {
    {"node.heartbeat", erlang},
    {"node.max_ports", erlang},
    {"node.dist_buffer_size", erlang},
    {"node.global_gc_interval", erlang},
    {"node.fullsweep_after", erlang},
    {"node.crash_dump", erlang},
    {"node.dist_listen_min", erlang},
    {"node.dist_listen_max", erlang},
    {"cluster.*", no_such_cluster},
    {"rpc.*", own_links},
    {"log.primary_log_level", "log.level is the only floor"},
    {"log.chars_limit", "Lines are cut at 4096 bytes"},
    {"log.max_depth", erlang},
    {"log.size", "Files rotate, or grow without a bound"},
    {"log.single_line", "A line is one line"},
    {"log.formatter", "Text is the only format"},
    {"log.formatter.*", "Text is the only format"},
    {"log.<name>.file", "One file has all levels"},
    {"log.sync_mode_qlen", own_log_queue},
    {"log.drop_mode_qlen", own_log_queue},
    {"log.flush_qlen", own_log_queue},
    {"log.overload_kill", own_log_queue},
    {"log.overload_kill_qlen", own_log_queue},
    {"log.overload_kill_mem_size", own_log_queue},
    {"log.overload_kill_restart_after", own_log_queue},
    {"log.burst_limit", own_log_queue},
    {"auth_order", no_order},
    {"acl_order", no_order},
    {"zone.<name>.enable_stats", "Statistics of connections are live and always there"},
    {"zone.<name>.conn_congestion.alarm", "The alarm is always raised, at a bounded rate"},
    {"zone.<name>.conn_congestion.min_alarm_sustain_duration", "The alarm lasts as long as the congestion"},
    {"zone.<name>.force_gc_policy", "There is no garbage to collect"},
    {"zone.<name>.hibernate_after", erlang},
    {"zone.<name>.mqtt_piggyback", one_frame},
    {"listener.<kind>.<name>.hibernate_after", erlang},
    {"listener.<kind>.<name>.mqtt_piggyback", one_frame},
    {"listener.<kind>.<name>.active_n", "A turn of the I/O thread bounds what is read"},
    {"listener.<kind>.<name>.buffer", own_buffers},
    {"listener.<kind>.<name>.tune_buffer", own_buffers},
    {"listener.<kind>.<name>.deflate_opts.<name>", "Compression is not offered"},
    {"listener.<kind>.<name>.secure_renegotiate", "Renegotiation is always refused"},
    {"broker.session_locking_strategy", one_home},
    {"broker.enable_session_registry", one_home},
    {"broker.route_batch_clean", "Routes of a session go in one batch anyway"},
    {"broker.client_disconnect_discarded", no_hooks},
    {"broker.client_disconnect_takeovered", no_hooks},
    {"sysmon.*", erlang},
    {"module.*", no_modules},
    {"telemetry.*", "Nothing is reported to anybody"},
    {"plugins.expand_plugins_dir", "Plugins are built in, or libraries of plugins.dir"},
    {"auth.mongo.*", no_plugins},
    {"bridge.mqtt.<name>.psk_ciphers", "Bridges show certificates"},
    {"auth.http.enable_pipelining", one_request},
    {"auth.http.ssl.server_name_indication", name_of_url},
    {"web.hook.enable_pipelining", one_request},
    {"web.hook.ssl.server_name_indication", name_of_url},
    {"rule_engine.ignore_sys_message", "Rules never get messages below $SYS"},
    {"rule_engine.events.<event>", "Events go to rules, and are not published beside"},
    {"statsd.*", no_plugins},
    {"prometheus.*", no_plugins},
    {"dashboard.*", "There is no dashboard in this version"},
    {"management.listener.https.*", "The HTTP server has no such knob"},
    {"management.listener.http.*", "The HTTP server has no such knob"},
};

// Cuts the first segment off.
std::string_view take_segment(std::string_view& key) {
  const auto dot = key.find('.');
  const auto segment = key.substr(0, dot);
  key = dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1);
  return segment;
}

bool stands_for(std::string_view pattern, std::string_view key) {
  while (!pattern.empty()) {
    if (pattern == "*")
      return !key.empty();
    const auto expected = take_segment(pattern);
    const auto found = take_segment(key);
    if (found.empty() || (!expected.starts_with('<') && expected != found))
      return false;
  }
  return key.empty();
}

} // namespace

std::span<const ignored_key> ignored_keys() { return keys; }

bool known_without_effect(std::string_view key) {
  return std::any_of(std::begin(keys), std::end(keys),
                     [&](const ignored_key& k) { return stands_for(k.key, key); });
}

} // namespace troupe::config
