// Packet identifiers of QoS 2 messages that a client has sent and not released yet, in the order in which
// they came.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::mqtt {

/// As many as there are identifiers, 65,535, in up to 60 bytes each. Few are searched from the oldest on,
/// more have an index.
class received_ids {
public:
  bool contains(std::uint16_t packet_id) const { return find(packet_id).has_value(); }

  /// Must not contain it, nor be 0; `now` not before that of the last one.
  void add(std::uint16_t packet_id, time_ms now);

  /// When it came; nothing: it is not there.
  std::optional<time_ms> remove(std::uint16_t packet_id);

  /// Removes those that came at `until` or before; how many.
  std::size_t forget(time_ms until);

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// When the first of them came; there must be one.
  time_ms oldest() const noexcept { return entries_[head_].since; }

  /// Bytes of memory.
  std::size_t footprint() const noexcept;

private:
  struct entry {
    std::uint16_t packet_id; // 0: a hole
    time_ms since;
  };
  using index = std::unordered_map<std::uint16_t, std::uint32_t>;

  std::optional<std::size_t> find(std::uint16_t packet_id) const;
  void remove_at(std::size_t place);
  void tidy();
  void compact();

  std::vector<entry> entries_; // from head_ on
  std::size_t head_ = 0;       // the oldest; no hole unless all is empty
  std::size_t size_ = 0;
  std::unique_ptr<index> places_; // in entries_; null: few
};

} // namespace troupe::mqtt
