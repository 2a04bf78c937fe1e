// Bounds the log lines that peers can cause: an attacker must not fill the disk.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace troupe {

/// So many lines a second, the others are counted. One thread.
class log_limiter {
public:
  static constexpr std::uint32_t most = 10; // lines
  static constexpr mqtt::time_ms period = 1'000;

  /// Nothing: leave this line out. Otherwise how many were left out since the last one.
  std::optional<std::uint64_t> next(mqtt::time_ms now) noexcept {
    if (now - since_ >= period || now < since_) { // the clock may have been set back
      since_ = now;
      lines_ = 0;
    }
    if (lines_ == most) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(left_out_, 0);
  }

private:
  mqtt::time_ms since_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint32_t lines_ = 0;
};

/// Ends a line: how many were left out before it, or nothing.
inline std::string left_out_note(std::uint64_t left_out) {
  return left_out > 0 ? " (" + std::to_string(left_out) + " more before)" : "";
}

} // namespace troupe
