// Gauges of the whole node that several shards move. They change only when clients come and go, so plain
// atomics serve; a message per change and a sum per query could not tell the true maximum.
#pragma once

#include "troupe/actors/web_hook_settings.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace troupe {

/// A number with its highest value since the start. Any thread.
class gauge {
public:
  void add(std::uint64_t n = 1) noexcept {
    std::uint64_t now = value_.fetch_add(n, std::memory_order_relaxed) + n;
    std::uint64_t seen = max_.load(std::memory_order_relaxed);
    while (seen < now && !max_.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
  }
  void subtract(std::uint64_t n = 1) noexcept { value_.fetch_sub(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
  std::uint64_t max() const noexcept { return max_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
  std::atomic<std::uint64_t> max_{0};
};

struct node_gauges {
  gauge connections;                            // live client connections (after CONNACK)
  gauge sessions;                               // sessions, attached or detached
  gauge detached;                               // of those, the ones that wait for their clients
  std::atomic<std::uint64_t> accepted{0};       // sockets, since the start
  gauge system_subscriptions;                   // to topics of `$SYS`
  gauge presence_subscriptions;                 // of those, to what tells of clients that come and go
  gauge delayed;                                // messages that wait for their time
  std::atomic<std::uint64_t> unkept{0};         // changes of stored messages that the store was too slow for
  std::atomic<std::uint64_t> alarms_refused{0}; // for too many were active
  std::atomic<std::uint64_t> bans_refused{0};   // for there were too many
  std::array<std::atomic<std::uint64_t>, web_hook_event_count> web_hook_told{}; // by place in web_hook_events
  std::atomic<std::uint64_t> rules_matched{0}, actions_success{0}, actions_failure{0}; // of the rule engine
};

} // namespace troupe
