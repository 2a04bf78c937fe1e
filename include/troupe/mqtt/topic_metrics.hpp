// Counters of registered topics (reference/http-api.md section 11).
#pragma once

#include "troupe/mqtt/packet.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::mqtt {

/// The counters of one topic. Every shard adds to them; topics that are watched are few, so plain atomics
/// serve.
struct topic_counters {
  std::array<std::atomic<std::uint64_t>, 3> in{};  // by QoS: published
  std::array<std::atomic<std::uint64_t>, 3> out{}; // by QoS: sent to a client
  std::atomic<std::uint64_t> dropped{0};           // nobody subscribed

  static void add(std::atomic<std::uint64_t>& counter) noexcept {
    counter.fetch_add(1, std::memory_order_relaxed);
  }
};

/// The registered topics, by name. A table never changes once the shards have it; a change makes a new one
/// around the same counters.
class topic_metrics_table {
public:
  static constexpr std::size_t max_topics = 512;

  /// Null when the topic is not registered.
  topic_counters* find(std::string_view topic) const noexcept {
    const auto i = topics_.find(topic);
    return i == topics_.end() ? nullptr : i->second.get();
  }

  enum class result : std::uint8_t { added, present, full };
  result add(std::string_view topic);
  bool remove(std::string_view topic);
  bool empty() const noexcept { return topics_.empty(); }
  std::size_t size() const noexcept { return topics_.size(); }

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [topic, counters] : topics_)
      visit(topic, *counters);
  }

private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  std::unordered_map<std::string, std::shared_ptr<topic_counters>, hash, std::equal_to<>> topics_;
};

/// The names of the figures that the API shows, each with a count and a rate.
enum class topic_figure : std::uint8_t {
  messages_in,
  messages_out,
  qos0_in,
  qos0_out,
  qos1_in,
  qos1_out,
  qos2_in,
  qos2_out,
  dropped,
};
inline constexpr std::size_t topic_figure_count = 9;

/// Such as "messages.qos1.in".
std::string_view to_string(topic_figure f) noexcept;

using topic_figures = std::array<std::uint64_t, topic_figure_count>;
topic_figures read(const topic_counters& c) noexcept;

/// Messages per second over the last five seconds, sampled once a second.
class rate_window {
public:
  static constexpr std::size_t samples = 5;

  /// The figures of this second.
  void sample(const topic_figures& now) noexcept;
  double rate(topic_figure f) const noexcept;

private:
  std::array<topic_figures, samples + 1> ring_{};
  std::size_t newest_ = 0;
  std::size_t filled_ = 0; // samples taken, up to samples + 1
};

} // namespace troupe::mqtt
