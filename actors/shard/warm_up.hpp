// What handling the next bytes of a connection will most likely take from memory: what those before took.
// Among thousands of connections nothing of that is in the processor's caches, and each piece leads to the
// next; fetched before the socket is read, all of it comes while the kernel works.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe {

/// The addresses are hints. What was there may be gone by now: nothing is read or written through them.
class warm_up {
public:
  enum place : std::uint8_t {
    client,
    publisher,
    access,
    decision,
    decided_topic,
    match_place,
    match,
    matched_topic,
    slot,
    session,  // that gets the message, or the acknowledgement
    receiver, // its client
    receiver_stream,
    places
  };

  /// Null: nothing is there.
  void expect(place p, const void* at) noexcept { at_[p] = static_cast<const char*>(at); }

  /// Asks the processor for all of it, and does not wait.
  void fetch() const noexcept {
    for (std::size_t p = 0; p < places; ++p)
      if (at_[p] != nullptr) // to look for what is nowhere costs more than to wait for what is somewhere
        for (std::size_t line = 0; line < lines[p]; ++line)
          __builtin_prefetch(at_[p] + line * line_size);
  }

  /// Whether so many bytes there are fetched, wherever in a line an allocation begins.
  static constexpr bool covers(place p, std::size_t bytes) noexcept {
    return bytes + line_size - allocation_unit <= lines[p] * line_size;
  }

private:
  static constexpr std::size_t allocation_unit = 16;
  static constexpr std::size_t line_size = 64;
  static constexpr std::array<std::uint8_t, places> lines{13, 1, 2, 2, 1, 1, 2, 1, 2, 14, 13, 3};

  std::array<const char*, places> at_{};
};

} // namespace troupe
