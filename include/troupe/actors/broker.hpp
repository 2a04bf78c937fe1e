// The composition root: the one place that makes every actor and thread of a node, and ends them in order.
#pragma once

#include "troupe/actors/cluster_messages.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/node_context.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe {

/// What is wrong with the files that the TLS listeners are configured with; nothing is changed.
std::vector<std::string> check_certificates(const settings& config);

struct loaded_acl_file; // troupe/actors/acl.hpp

/// CAF's own settings: the control plane needs few threads, and they must not poll (caf-facts: idle cost).
/// Without links to other nodes there is no middleman.
class system_config : public caf::actor_system_config {
public:
  explicit system_config(const settings& config);
};

class broker {
public:
  explicit broker(std::shared_ptr<const settings> config);
  ~broker();
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  /// Makes the actors, starts the I/O threads and listens. Empty, or why not: an address that cannot be
  /// bound.
  std::string start();

  /// Stops to accept, tells the clients (5.0: DISCONNECT 0x8B), waits for them at most `patience`, ends all.
  void stop(std::chrono::milliseconds patience);

  /// Loads the files of the TLS listeners again, for the connections to come; any thread. What fails is
  /// logged, and then all stays.
  void reload_certificates();

  /// The TLS side of a listener whose settings are below `key`; without a certificate it shows the
  /// development certificate. Null, with `error` saying why, when files are missing or wrong.
  std::shared_ptr<tls_context> make_tls(tls_settings tls, const std::string& key, std::string& error);

  caf::actor_system& system() noexcept { return system_; }
  node_context& node() noexcept { return *node_; }

private:
  struct stored;

  void make_zones();
  void make_hooks();
  void make_shards();
  std::string open_store(stored& found);
  std::string load_rules(bool active, loaded_acl_file& rules);
  void flush(std::chrono::milliseconds patience);
  void close_store();
  std::string make_listeners();
  std::string link_nodes();

  system_config caf_config_;
  caf::actor_system system_;
  std::unique_ptr<node_context> node_;
  std::vector<std::thread> threads_;
  sys_actor sys_;
  machine_watch_actor watch_;
  peer_entry_actor entry_; // null: no other node links to this one
  seeds_actor seeds_;      // null: there are none
  bool running_ = false;
};

} // namespace troupe
