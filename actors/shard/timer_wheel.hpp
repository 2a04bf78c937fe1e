// Timers by the hundred thousand: intrusive, one wheel per shard, so that none costs an allocation or a
// message.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace troupe {

class timer_wheel;

/// Something that wants to be called at a time. Not thread safe: lives on its wheel's thread.
class timer {
public:
  timer() = default;
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  virtual ~timer() { cancel(); }

  virtual void on_timer(mqtt::time_ms now) = 0;

  void cancel() noexcept;
  bool armed() const noexcept { return next_ != nullptr; }
  mqtt::time_ms due() const noexcept { return due_; }

private:
  friend class timer_wheel;

  timer* next_ = nullptr;
  timer* previous_ = nullptr;
  mqtt::time_ms due_ = 0;
};

/// Ticks of 100 ms, one turn of 102 s; what is due later waits for another turn. A timer fires at most one
/// tick late.
class timer_wheel {
public:
  static constexpr mqtt::time_ms tick = 100;

  timer_wheel();
  ~timer_wheel();

  /// Arms `t` for `due`, or moves it there.
  void arm(timer& t, mqtt::time_ms due);

  /// Calls all timers that are due by `now`. They may arm and cancel others, and themselves.
  void advance(mqtt::time_ms now);

private:
  static constexpr std::size_t slots = 1024;

  struct head final : timer {
    head() { next_ = previous_ = this; }
    ~head() override { next_ = previous_ = nullptr; }
    void on_timer(mqtt::time_ms) override {}
    using timer::next_;
    using timer::previous_;
  };

  static void link(timer& list, timer& t) noexcept;
  void run_slot(std::size_t slot, mqtt::time_ms now);

  std::vector<head> heads_;
  mqtt::time_ms done_ = 0; // the tick that `advance` has finished, in ticks
};

} // namespace troupe
