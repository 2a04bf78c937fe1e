// What the sys actor publishes, as topics and texts: no actors, no clock.
#pragma once

#include "troupe/actors/messages.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A topic, or its end, and the payload.
struct sys_value {
  std::string topic;
  std::string text;
};

/// All that the figures of one moment are made of.
struct sys_sample {
  mqtt::counters counters;
  std::map<std::string, std::uint64_t> stats; // as stats_report
  bool authenticating = false;                // a plugin of authentication is loaded
  node_info node;
  std::uint64_t stored = 0;  // messages that wait for clients or for their acknowledgement
  std::uint64_t sockets = 0; // accepted since the start
  std::uint64_t heap = 0;    // bytes in use
};

/// The ends of topics below `$SYS/brokers/<node>/`: `stats/connections.count`,
/// `metrics/packets/connect/received`, …
std::vector<sys_value> emqx_figures(const sys_sample& sample);

/// The averages over 1, 5 and 15 minutes of something that is counted, per minute. Each interval weighs the
/// less the older it is (exponentially), as in Mosquitto.
class load_average {
public:
  /// `total` has been counted in all, `seconds` after the last call.
  void update(std::uint64_t total, double seconds);

  static constexpr std::array minutes{1, 5, 15};
  const std::array<double, 3>& values() const noexcept { return values_; }

private:
  std::uint64_t before_ = 0;
  std::array<double, 3> values_{};
};

/// The figures under Mosquitto's names.
class mosquitto_figures {
public:
  /// The topics whose values differ from those of the last call, which was `seconds` ago.
  std::vector<sys_value> changes(const sys_sample& sample, double seconds);

private:
  void put(std::vector<sys_value>& out, std::string_view name, std::string text);
  void put_loads(std::vector<sys_value>& out, const sys_sample& sample, double seconds);

  std::map<std::string, std::string, std::less<>> last_;
  std::map<std::string_view, load_average> loads_;
  std::uint64_t heap_max_ = 0; // of the samples
};

} // namespace troupe
