// How many matches a second a rule has, by samples (reference/rule-engine.md section 10).
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>

namespace troupe {

class rule_speed {
public:
  static constexpr std::chrono::seconds period{10};
  static constexpr std::size_t samples = 30; // five minutes

  /// Each `period`, with all matches so far.
  void sample(std::uint64_t matched) {
    const auto more = matched >= last_ ? matched - last_ : 0;
    last_ = matched;
    last5m_.push_back(static_cast<double>(more) / static_cast<double>(period.count()));
    if (last5m_.size() > samples)
      last5m_.pop_front();
    max_ = std::max(max_, last5m_.back());
  }

  /// Whether nothing has matched in all samples that count.
  bool idle() const noexcept {
    return last5m_.size() == samples &&
           std::all_of(last5m_.begin(), last5m_.end(), [](double d) { return d == 0; });
  }

  double now() const noexcept { return last5m_.empty() ? 0 : rounded(last5m_.back()); }
  double max() const noexcept { return max_; }
  double last5m() const noexcept {
    return last5m_.empty() ? 0
                           : rounded(std::accumulate(last5m_.begin(), last5m_.end(), 0.0) /
                                     static_cast<double>(last5m_.size()));
  }

private:
  static double rounded(double d) noexcept { return std::round(d * 100) / 100; }

  std::uint64_t last_ = 0;
  std::deque<double> last5m_;
  double max_ = 0;
};

} // namespace troupe
