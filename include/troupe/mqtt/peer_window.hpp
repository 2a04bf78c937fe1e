// The numbers of what a link carries: with them nothing is lost while both nodes live, and nothing doubles.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace troupe::mqtt {

/// The sender's half: what the other node has not acknowledged yet, bounded.
class peer_window {
public:
  struct bounds {
    std::size_t frames = 32;
    std::size_t bytes = 4 * 1024 * 1024; // a single larger frame may be under way alone
  };
  struct frame {
    std::uint64_t number = 0;
    std::string bytes;
  };

  peer_window() = default;
  explicit peer_window(const bounds& limits) : limits_(limits) {}

  /// Whether another frame may be added now.
  bool has_room() const noexcept {
    return frames_.empty() || (frames_.size() < limits_.frames && bytes_ < limits_.bytes);
  }

  /// Counted from 1 on; it is under way until it is acknowledged.
  const frame& add(std::string bytes);

  /// The other node has this frame and all before it: how many of them were under way. Nothing that was never
  /// sent is acknowledged.
  std::size_t acknowledge(std::uint64_t number);

  /// Of the oldest frame under way, or of the next one that is added.
  std::uint64_t first() const noexcept { return frames_.empty() ? next_ : frames_.front().number; }

  /// Under way, the oldest first: after an interruption they go again.
  const std::deque<frame>& frames() const noexcept { return frames_; }

private:
  bounds limits_;
  std::deque<frame> frames_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 1;
};

/// The receiver's half.
class peer_progress {
public:
  enum class verdict {
    fresh, // take it
    known, // it came before
    gap,   // one before it is missing
  };

  /// The sender, of this incarnation, goes on with frame `first`.
  void resume(std::uint64_t incarnation, std::uint64_t first) noexcept;

  verdict take(std::uint64_t number) noexcept;

  /// The number of the last frame that came.
  std::uint64_t last() const noexcept { return last_; }

private:
  std::uint64_t incarnation_ = 0, last_ = 0;
};

} // namespace troupe::mqtt
