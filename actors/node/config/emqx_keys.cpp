// Keys that a configuration of EMQ X 4 may hold and that have no effect here: a script that sets them is not
// told off.
#include "schema.hpp"

#include <algorithm>
#include <array>

namespace troupe::config {

namespace {

// A trailing dot means all keys below it.
constexpr std::array prefixes{
    std::string_view{"cluster."},
    std::string_view{"rpc."},
    std::string_view{"log."},
    std::string_view{"sysmon."},
    std::string_view{"os_mon."},
    std::string_view{"vm_mon."},
    std::string_view{"alarm."},
    std::string_view{"modules."},
    std::string_view{"module."},
    std::string_view{"plugins."},
    std::string_view{"auth."},
    std::string_view{"dashboard."},
    std::string_view{"bridge."},
    std::string_view{"web."},
    std::string_view{"psk."},
    std::string_view{"rule_engine."},
    std::string_view{"recon."},
    std::string_view{"statsd."},
    std::string_view{"prometheus."},
    std::string_view{"delayed."},
    std::string_view{"rewrite."},
    std::string_view{"telemetry."},
    std::string_view{"management.application."},
    std::string_view{"management.listener.https"},
    std::string_view{"management.listener.http."},
    std::string_view{"node."},
};

constexpr std::array keys{
    std::string_view{"acl_nomatch"},
    std::string_view{"acl_file"},
    std::string_view{"enable_acl_cache"},
    std::string_view{"acl_cache_max_size"},
    std::string_view{"acl_cache_ttl"},
    std::string_view{"acl_deny_action"},
    std::string_view{"flapping_detect_policy"},
    std::string_view{"auth_order"},
    std::string_view{"acl_order"},
    std::string_view{"mqtt.strict_mode"},
    std::string_view{"mqtt.response_information"},
    std::string_view{"retainer.storage_type"},
    std::string_view{"broker.sys_interval"},
    std::string_view{"broker.sys_heartbeat"},
    std::string_view{"broker.session_locking_strategy"},
    std::string_view{"broker.shared_dispatch_ack_enabled"},
    std::string_view{"broker.route_batch_clean"},
    std::string_view{"broker.enable_session_registry"},
    std::string_view{"broker.client_disconnect_discarded"},
    std::string_view{"broker.client_disconnect_takeovered"},
};

constexpr std::array zone_keys{
    std::string_view{"acl_nomatch"},
    std::string_view{"enable_acl"},
    std::string_view{"acl_deny_action"},
    std::string_view{"enable_ban"},
    std::string_view{"enable_stats"},
    std::string_view{"enable_flapping_detect"},
    std::string_view{"publish_limit"},
    std::string_view{"strict_mode"},
    std::string_view{"force_gc_policy"},
    std::string_view{"force_shutdown_policy"},
    std::string_view{"mountpoint"},
    std::string_view{"bypass_auth_plugins"},
    std::string_view{"rate_limit.conn_messages_in"},
    std::string_view{"rate_limit.conn_bytes_in"},
    std::string_view{"quota.conn_messages_routing"},
    std::string_view{"quota.overall_messages_routing"},
    std::string_view{"response_information"},
};

constexpr std::array listener_keys{
    std::string_view{"max_conn_rate"},
    std::string_view{"active_n"},
    std::string_view{"rate_limit"},
    std::string_view{"send_timeout"},
    std::string_view{"send_timeout_close"},
    std::string_view{"recbuf"},
    std::string_view{"sndbuf"},
    std::string_view{"buffer"},
    std::string_view{"tune_buffer"},
    std::string_view{"proxy_protocol"},
    std::string_view{"proxy_protocol_timeout"},
    std::string_view{"peer_cert_as_username"},
};

// The part behind `head.<name>.`, or nothing.
std::string_view below(std::string_view key, std::string_view head) {
  if (!key.starts_with(head))
    return {};
  const auto dot = key.find('.', head.size());
  return dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1);
}

template <class List>
bool contains(const List& list, std::string_view key) {
  return std::find(list.begin(), list.end(), key) != list.end();
}

} // namespace

bool known_without_effect(std::string_view key) {
  if (contains(keys, key) || contains(zone_keys, below(key, "zone.")))
    return true;
  const auto listener_key = below(key, "listener.tcp.");
  if (contains(listener_keys, listener_key) || listener_key.starts_with("access."))
    return true;
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view p) { return key.starts_with(p); });
}

} // namespace troupe::config
