// Links to other nodes over CAF's middleman (architecture section 6): who is configured to have none pays for
// none. A link goes one way; the node that has messages dials, and messages are published at the other one.
#pragma once

#include "troupe/actors/cluster_messages.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

class io_loop;

/// Makes CAF ready for links, before its system starts; nothing when the settings want none. Whoever connects
/// can make the process neither allocate more than a batch of memory for it nor keep a silent connection.
void load_cluster(caf::actor_system_config& to, const cluster_settings& config);

/// How this node links to others; null: the settings want no links.
struct cluster_facts {
  cluster_settings config;
  std::string node; // this one's name
};
std::shared_ptr<const cluster_facts> cluster_of(const settings& config);

/// Opens the port where other nodes link, if the settings want one; their messages are published through
/// `routers`. On failure the handle is null and `error` says why. `close_entry` ends it.
peer_entry_actor open_entry(caf::actor_system& system, const cluster_facts& facts,
                            std::vector<router_actor> routers, std::string& error);
void close_entry(caf::actor_system& system, const peer_entry_actor& entry);

/// A link to another node.
struct peer_link_settings {
  std::string name; // its own, unlike that of any other link of this node
  peer_place to;
  std::chrono::milliseconds reconnect_interval{30'000}; // at most; at first it is shorter
};

/// What the owner of a link is told, on the loop's thread.
struct peer_link_events {
  std::function<void()> up;
  std::function<void(const std::string& why)> down; // also after a try that failed; it goes on by itself
  std::function<void()> delivered;                  // the oldest batch that was not yet
};

/// Dials with `connect_peer`, and again when the link breaks. Batches that come are sent in order, as soon as
/// the link stands, and again after an interruption until they are acknowledged: the other node publishes
/// each once, unless it has begun anew meanwhile. The owner bounds what waits.
peer_link_actor spawn_peer_link(const std::shared_ptr<io_loop>& loop,
                                std::shared_ptr<const cluster_facts> facts, peer_link_settings settings,
                                peer_link_events tell);

/// Keeps a link to each seed; while one is lost that once stood there is the alarm `partitioned`. Null when
/// the settings have no seeds.
seeds_actor spawn_seeds(caf::actor_system& system, const std::shared_ptr<io_loop>& loop,
                        const std::shared_ptr<const cluster_facts>& facts, const alarms_actor& alarms);

} // namespace troupe
