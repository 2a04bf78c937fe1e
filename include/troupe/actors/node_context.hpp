// What all shards of a node share: immutable after start-up, or safe for any thread by itself.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/actors/admin_messages.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/gauges.hpp"
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/limiter.hpp"
#include "troupe/mqtt/session.hpp"
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

class psk_identities; // actors/tls/psk_identities.hpp
class shard;
class tls_context;
struct rule_table; // rule_messages.hpp
struct sink_table; // sink_messages.hpp

/// A zone as the protocol core wants it.
struct zone_limits {
  std::string name;
  mqtt::channel_limits channel;
  mqtt::session_limits session;
  mqtt::time_ms idle_timeout = 15'000;
  std::size_t max_write_buffer = 1024 * 1024; // unsent bytes of a connection before its session queues
  std::string mountpoint;                     // as configured, for its listeners that have none
  bool allow_anonymous = true;
  bool enable_ban = true;
  bool detect_flapping = false;
  bool detect_auth_failures = false;
  bool enable_acl = true;
  bool check_wills = false;          // by the access rules, if those are on
  bool acl_nomatch_allows = true;    // else what no rule matches is denied
  bool acl_deny_disconnects = false; // what is denied ends the connection
  bool bypass_auth_plugins = false;
  bool ignore_loop_deliver = false;
  shutdown_policy force_shutdown;
  std::unique_ptr<mqtt::shared_bucket> routed; // deliveries of all its connections; null: no limit
};

/// What the connections of a listener need of it, and its gauge. Outlives them all.
struct listener_context {
  std::string name;                // "external"
  std::string protocol, listen_on; // as the API shows them
  std::uint16_t index = 0;         // in node_context::listeners and directory::listeners
  std::uint16_t port = 0;
  std::size_t acceptors = 0;
  std::uint64_t max_connections = 0;
  mqtt::rate accept_rate;       // connections
  mqtt::connection_rates rates; // of each connection, with those of the zone
  std::string mountpoint;       // as configured, with %c and %u: its own or the zone's
  bool nodelay = true;
  const zone_limits* zone = nullptr;
  milliseconds proxy_timeout{0}; // for a PROXY header; 0: there is none
  const listener_settings* config = nullptr;
  std::shared_ptr<tls_context> tls;              // null: the stream is not encrypted
  mqtt::time_ms send_timeout = 0;                // 0: a peer that takes nothing may stay
  const websocket_settings* websocket = nullptr; // null: MQTT stands on the stream itself
  std::atomic<std::uint64_t> connections{0};     // accepted sockets that are open
  std::atomic<std::uint64_t> turned_away{0};     // beyond them: open to be told of another server

  /// A connection has ended.
  void release(bool was_turned_away) noexcept {
    (was_turned_away ? turned_away : connections).fetch_sub(1, std::memory_order_relaxed);
  }
};

struct node_context {
  std::shared_ptr<const settings> config;
  std::vector<std::unique_ptr<zone_limits>> zones;
  std::vector<std::unique_ptr<listener_context>> listeners; // same order as directory.listeners
  mqtt::subscription_index subscriptions;                   // written by the route table only
  // Of the rules, by their slots; written by the rule engine only.
  std::shared_ptr<mqtt::subscription_index> rule_topics = std::make_shared<mqtt::subscription_index>();
  std::vector<std::unique_ptr<shard>> shards; // they read the indexes above until their end
  directory actors;
  std::shared_ptr<node_gauges> gauges = std::make_shared<node_gauges>();
  std::shared_ptr<const rule_table> rules; // at the start; each shard has its own
  std::shared_ptr<const sink_table> sinks; // likewise; null: no plugin is told of events
  std::shared_ptr<psk_identities> psk;     // of emqx_psk_file
  mqtt::topic_hooks hooks;                 // immutable after start-up
  std::shared_ptr<const access::acl_chain> acl = std::make_shared<const access::acl_chain>(); // likewise
  switch_features features;              // at the start; each shard has its own copy
  std::atomic<bool> any_retained{false}; // ever published: before, subscribers need not ask the retainer

  node_context();
  ~node_context();
  node_context(const node_context&) = delete;
  node_context& operator=(const node_context&) = delete;
};

} // namespace troupe
