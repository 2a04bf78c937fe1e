// What stands between a pool and a plugin in a library. Nobody can end a call of somebody else's code: a
// thread whose call does not end is given up and stays, so that only a few of them may.
#pragma once

#include "../backends/auth_back_end.hpp"
#include "troupe/actors/log.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace troupe {

/// Threads of a plugin that may hang at a time; with so many it is switched off until it is loaded anew.
inline constexpr unsigned most_hanging_threads = 4;

/// Counts the hanging threads of a plugin since it was loaded. Any thread may use it.
class hang_watch {
public:
  explicit hang_watch(std::string plugin) : plugin_(std::move(plugin)) {}

  /// Nobody waits for a call any longer.
  void hangs() noexcept {
    if (hanging_.fetch_add(1) + 1 >= most_hanging_threads && !off_.exchange(true))
      log::error("[Plugins] {} is switched off: {} of its threads hang; it is asked again when it is loaded "
                 "anew",
                 plugin_, most_hanging_threads);
  }

  /// Such a call has ended after all.
  void has_ended() noexcept { hanging_.fetch_sub(1); }

  bool off() const noexcept { return off_; }
  unsigned hanging() const noexcept { return hanging_; }

private:
  const std::string plugin_;
  std::atomic<unsigned> hanging_{0};
  std::atomic<bool> off_{false};
};

/// Asks another worker while the plugin is not switched off; then it is like a back end that is down.
class guarded_worker final : public auth_worker {
public:
  /// `longest`: when a question is given up. One that is interrupted well before that is not hanging.
  guarded_worker(std::shared_ptr<auth_worker> inner, std::shared_ptr<hang_watch> watch,
                 std::chrono::milliseconds longest)
      : inner_(std::move(inner)), watch_(std::move(watch)), longest_(longest) {}

  back_end_answer ask(const ask_back_end& q) override {
    const call running{*this};
    if (!refuses())
      return inner_->ask(q);
    back_end_answer refused;
    refused.error = "it is switched off, for its threads hang";
    return refused;
  }

  back_end_answer after_crash(const ask_back_end& q) const noexcept override {
    return inner_->after_crash(q);
  }

  bool probe() override {
    const call running{*this};
    return !refuses() && inner_->probe();
  }

  std::string probe_error() const override { return inner_->probe_error(); }

  void interrupt() noexcept override {
    interrupted_ = true;
    inner_->interrupt();
    auto running = state::running;
    if (clock::now() - clock::time_point{clock::duration{began_.load()}} >= longest_ / 2 &&
        state_.compare_exchange_strong(running, state::given_up))
      watch_->hangs();
  }

private:
  using clock = std::chrono::steady_clock;
  enum class state : std::uint8_t { idle, running, given_up };

  class call {
  public:
    explicit call(guarded_worker& of) : of_(of) {
      of_.began_ = clock::now().time_since_epoch().count();
      of_.state_ = state::running;
    }
    call(const call&) = delete;
    call& operator=(const call&) = delete;
    ~call() {
      if (of_.state_.exchange(state::idle) == state::given_up)
        of_.watch_->has_ended();
    }

  private:
    guarded_worker& of_;
  };

  bool refuses() const noexcept { return interrupted_ || watch_->off(); }

  std::shared_ptr<auth_worker> inner_;
  std::shared_ptr<hang_watch> watch_;
  const std::chrono::milliseconds longest_;
  std::atomic<bool> interrupted_{false};
  std::atomic<state> state_{state::idle};
  std::atomic<clock::rep> began_{0};
};

} // namespace troupe
