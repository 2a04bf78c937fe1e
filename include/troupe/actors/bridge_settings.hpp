// Settings of bridges to other MQTT brokers (reference/config.md section 10, reference/rule-engine.md section
// 11).
#pragma once

#include "troupe/actors/back_end_settings.hpp"
#include "troupe/mqtt/client_machine.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A bridge: of a rule's resource, or `bridge.mqtt.<name>.*` of the plugin emqx_bridge_mqtt.
struct bridge_settings {
  std::string name; // in alarms, log lines and keys of the store: "resource:1", "emqx_bridge_mqtt:aws"
  std::string type; // in alarms: "bridge_mqtt"
  std::string peer; // the name of another Troupe node that it goes to by the nodes' link; empty: by MQTT
  std::string host;
  std::uint16_t port = 1883;   // 0 of a peer: rpc.tcp_client_port
  std::size_t batch_size = 32; // of a peer: messages that go together at most
  bool ssl = false;
  outgoing_tls tls;
  std::string ciphers; // OpenSSL's names, between commas or colons; empty: its own choice

  /// Of each connection; its client id gets what makes it unlike the others.
  mqtt::client_settings client;
  std::size_t connections = 1; // messages of one topic take the same one, in order
  bool random_client_id = false;

  std::chrono::milliseconds reconnect_interval{30'000}; // at most; at first it is shorter
  std::chrono::milliseconds connect_timeout{10'000};    // for address, connection and TLS

  /// Messages that wait or are under way. More are refused, counted and logged.
  std::size_t max_queue_len = 100'000;
  std::size_t max_queue_bytes = 64 * 1024 * 1024; // of message memory
  bool disk_cache = false;                        // they outlive the process

  /// Of the plugin.
  bool starts = true;                // with it
  std::vector<std::string> forwards; // filters of the topics that go there
  std::string forward_mountpoint;    // before them there
};

/// A mount point with the node's name in the place of `${node}`.
inline std::string expand_node(std::string mount_point, std::string_view node) {
  constexpr std::string_view placeholder = "${node}";
  for (auto at = mount_point.find(placeholder); at != std::string::npos;
       at = mount_point.find(placeholder, at + node.size()))
    mount_point.replace(at, placeholder.size(), node);
  return mount_point;
}

} // namespace troupe
