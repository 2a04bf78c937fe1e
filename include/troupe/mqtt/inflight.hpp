// Messages sent at QoS 1 and 2 and not yet acknowledged, in the order of their sending.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::mqtt {

class inflight_window {
public:
  enum class phase : std::uint8_t {
    wait_puback,  // QoS 1 sent
    wait_pubrec,  // QoS 2 sent
    wait_pubcomp, // PUBREL sent; the message itself is gone
  };

  struct entry {
    delivery sent;
    time_ms since = 0;       // of the last sending
    std::uint64_t order = 0; // of the first sending; never wraps
    phase waits = phase::wait_puback;
    bool held = false; // not sent again yet on the present connection
  };

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ >= 65535; }

  /// Gives `d` a free packet identifier, remembers it and returns the identifier. Must not be full().
  std::uint16_t add(const delivery& d, time_ms now);

  /// The entry of `packet_id`, or null. O(1) for the oldest message, O(log size) for the others; linear only
  /// while a message waits since 65,535 identifiers or more ago.
  entry* find(std::uint16_t packet_id) noexcept;

  void remove(entry* e) noexcept;

  /// Calls `visit(entry&)` for each, oldest first.
  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (std::size_t i = head_; i < entries_.size(); ++i)
      if (entries_[i].sent.packet_id != 0)
        visit(entries_[i]);
  }

  /// The time of the oldest sending among all entries; the window must not be empty.
  time_ms oldest() const noexcept;

  /// Bytes of memory, messages included.
  std::size_t footprint() const noexcept;

private:
  std::uint64_t next_free() const noexcept;
  void compact() noexcept;

  std::vector<entry> entries_; // from head_ on in sending order; packet_id 0 marks a hole
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::uint64_t next_ = 0; // in the order of sending; the identifier follows from it
};

} // namespace troupe::mqtt
