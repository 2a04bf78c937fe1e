#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// Nanoseconds of the monotonic clock.
std::uint64_t now_ns();

/// Seconds as nanoseconds.
constexpr std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

/// Counts durations in buckets that are within 2 % of their value.
class histogram {
public:
  void add(std::uint64_t ns);
  std::uint64_t count() const { return count_; }

  /// The duration in microseconds that the share `q` (0 to 1) of all counted ones does not exceed.
  double quantile_us(double q) const;

private:
  std::vector<std::uint32_t> buckets_;
  std::uint64_t count_ = 0;
};

/// What the broker's process and this one have used so far.
struct usage {
  std::uint64_t at = 0;     ///< now_ns() of the sample
  double broker_cpu = 0;    ///< seconds, user and system, of all the broker's threads
  double machine_cpu = 0;   ///< seconds of every process, and those stolen from the machine
  double own_cpu = 0;       ///< seconds of this process
  std::uint64_t rss_kb = 0; ///< the broker's resident memory
};

/// Samples process `pid`; one that does not exist counts as zero.
usage sample(int pid);

/// The result: one line of JSON, numbers only.
class report {
public:
  void add(std::string_view key, double value);
  std::string json() const { return '{' + members_ + '}'; }

private:
  std::string members_;
};

} // namespace load
