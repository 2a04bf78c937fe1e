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

/// What is wrong with the files that the TLS listeners are configured with, and with those of pre-shared keys
/// if their plugin is loaded at the start; nothing is changed.
std::vector<std::string> check_certificates(const settings& config);

/// Plugins of authentication that the start would refuse: they are to be loaded, and are not there.
std::vector<std::string> check_plugins(const settings& config);

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

  /// Stops to accept, tells the clients (5.0: DISCONNECT 0x8B) and waits for them, for five eighths of
  /// `patience` at most, brings to disc what has been acknowledged, and ends all. It has returned after
  /// `patience`, give or take a moment, whatever an actor waits for; but not while a shard's thread hangs.
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
  struct beginning;

  // The start, in this order; each of the steps says what is wrong, or nothing.
  void make_zones();
  void make_hooks();
  std::string open_store(beginning& b);
  std::string choose_plugins(beginning& b);
  std::string choose_modules(beginning& b);
  std::string make_acl(beginning& b);
  std::string make_data_plane(beginning& b);
  std::string make_control_plane(beginning& b);
  std::string make_listeners();
  std::string link_nodes();
  void run();

  void make_shards();

  // The stop, in this order.
  void say_goodbye(std::chrono::steady_clock::time_point end);
  void flush(std::chrono::steady_clock::time_point end);
  void end_actors(std::chrono::steady_clock::time_point end);
  void close_store(std::chrono::steady_clock::time_point end_of_bridges,
                   std::chrono::steady_clock::time_point end);

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
