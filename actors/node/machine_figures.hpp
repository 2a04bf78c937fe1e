// What Linux says of the machine and of this process, and when a figure is too high.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe {

/// Times since the machine's start in ticks, of all processors together.
struct cpu_times {
  std::uint64_t busy = 0, total = 0;
};

/// From the text of /proc/stat. Waiting for a disk is not busy. Nothing for another text.
std::optional<cpu_times> parse_cpu_times(std::string_view text);

/// How much of the time between two moments the processors were busy, in percent; 0 when none has passed.
double busy_percent(const cpu_times& before, const cpu_times& after) noexcept;

struct memory_figures {
  std::uint64_t total = 0, available = 0; // bytes

  double used_percent() const noexcept {
    return total == 0 ? 0 : 100.0 * static_cast<double>(total - available) / static_cast<double>(total);
  }
};

/// From the text of /proc/meminfo. Nothing for another text.
std::optional<memory_figures> parse_memory(std::string_view text);

/// Bytes of memory that this process has in use; 0 when it cannot be told.
std::uint64_t resident_bytes();

/// File descriptors that this process has open, and how many it may have; 0 when it cannot be told.
std::uint64_t open_descriptors();
std::uint64_t most_descriptors();

/// A figure that is high from `high` on until it falls below `low`.
class watermark {
public:
  watermark(double high, double low) noexcept : high_(high), low_(low) {}

  /// Whether `figure`, which is the newest one, is high.
  bool look(double figure) noexcept { return is_high_ = is_high_ ? figure >= low_ : figure >= high_; }

  double high() const noexcept { return high_; }
  double low() const noexcept { return low_; }

private:
  double high_, low_;
  bool is_high_ = false;
};

} // namespace troupe
