// What was decided about a connection's topics lately (reference/plugins-modules.md section 3).
#pragma once

#include "troupe/access/acl_rule.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// Decisions of one connection, in the order in which they were made. At most `max_size`, the oldest makes
/// room; none counts longer than its time. Memory is allocated with the first one.
class acl_cache {
public:
  struct entry {
    std::string topic;
    mqtt::time_ms decided_at = 0;
    std::uint32_t hash = 0; // of operation and topic
    operation what = operation::publish;
    decision result = decision::allow;
  };

  /// Room for 1 entry or more, each for `ttl` milliseconds.
  acl_cache(std::uint32_t max_size, mqtt::time_ms ttl) noexcept : ttl_(ttl), max_size_(max_size) {}

  /// What is remembered at `now`.
  std::optional<decision> find(operation what, std::string_view topic, mqtt::time_ms now) noexcept {
    if (last_ < slots_.size()) { // most clients do the same again
      const entry& e = slots_[last_];
      if (e.what == what && e.topic == topic && e.decided_at + ttl_ > now) [[likely]]
        return e.result;
    }
    return count_ == 0 ? std::nullopt : search(what, topic, now);
  }

  /// Where the decision lies that was found or put last: addresses for the processor to fetch, not to look
  /// at.
  struct whereabouts {
    const void* entry = nullptr; // null: there is none
    const void* topic = nullptr;
  };
  whereabouts latest() const noexcept {
    return last_ < slots_.size() ? whereabouts{&slots_[last_], slots_[last_].topic.data()} : whereabouts{};
  }

  /// Remembers what `find` did not know.
  void put(operation what, std::string_view topic, decision result, mqtt::time_ms now);

  /// Those that still count, the oldest first.
  std::vector<entry> list(mqtt::time_ms now) const;

  void clear() noexcept;

  /// Bytes that it holds beside itself.
  std::size_t footprint() const noexcept;

private:
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

  std::optional<decision> search(operation what, std::string_view topic, mqtt::time_ms now) noexcept;
  void forget_expired(mqtt::time_ms now) noexcept;
  void grow();
  std::uint32_t place(std::uint32_t age) const noexcept {
    return (first_ + age) % static_cast<std::uint32_t>(slots_.size());
  }

  std::vector<entry> slots_; // a ring
  mqtt::time_ms ttl_;
  std::uint32_t max_size_;
  std::uint32_t first_ = 0;   // slot of the oldest
  std::uint32_t count_ = 0;   // entries
  std::uint32_t last_ = none; // slot of the one that was found or put last
};

} // namespace troupe::access
