// Who is who on this node: the handles that the control plane needs, filled once by the composition root.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_flags.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

class io_loop;        // actors/bridge/io_loop.hpp
struct cluster_facts; // cluster.hpp

/// The shard where the session of a client id lives, whoever accepted its socket. All that concerns one
/// client id happens on that shard, in order, so no registry and no lock is needed within a node.
inline std::uint16_t home_shard(std::string_view client_id, std::size_t shards) noexcept {
  std::uint64_t h = 0xcbf29ce484222325; // FNV-1a: the same on every node and after a restart
  for (unsigned char c : client_id)
    h = (h ^ c) * 0x100000001b3;
  return static_cast<std::uint16_t>((h ^ (h >> 32)) % shards);
}

/// The shard where the route table and the retainer live.
inline constexpr std::uint16_t control_shard = 0;

struct directory {
  std::string node_name;
  std::vector<router_actor> routers; // by shard number
  route_table_actor route_table;
  retainer_actor retainer;
  delayed_actor delayed;
  topic_metrics_actor topic_metrics;
  modules_actor modules;
  acl_actor acl;
  plugins_actor plugins;
  access_actor access;
  sasl_actor sasl;
  std::shared_ptr<plugin_flags> loaded = std::make_shared<plugin_flags>(); // which plugins are
  std::shared_ptr<io_loop> bridge_loop;         // the thread of bridges to other brokers; null: none can run
  std::shared_ptr<const cluster_facts> cluster; // null: there are no links to other nodes
  apps_actor apps;
  banned_actor banned;
  alarms_actor alarms;
  rules_actor rules;
  std::vector<listener_actor> listeners; // in the order of the configuration
  store_actor store;
  metrics_actor metrics;
  monitor_actor monitor;

  const router_actor& router_of(std::string_view client_id) const {
    return routers[home_shard(client_id, routers.size())];
  }
};

} // namespace troupe
