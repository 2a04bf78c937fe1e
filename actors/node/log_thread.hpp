// What writes log lines: a thread of its own, so that a slow disk, or a console that nobody reads, holds up
// nobody who has something to say.
#pragma once

#include <spdlog/async.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe::log {

/// Usable from any thread. Its destructor waits for what the thread still has to write.
class log_thread {
public:
  /// At most `most` lines wait, for each of which 408 bytes are set aside; a longer text than 250 bytes takes
  /// its size beside. Over that the oldest are left out, and a line in their place says how many: "N `what`
  /// were left out". Throws std::system_error when there is no thread to be had.
  log_thread(std::size_t most, std::string what);

  /// A logger whose lines the thread takes to `sinks`. Those of level info and above are there, flushed, as
  /// soon as nothing else waits. For the time of this object.
  std::shared_ptr<spdlog::logger> logger_to(const std::vector<spdlog::sink_ptr>& sinks);

  /// Waits until what `logger`, one of these, was given has been written and flushed: true. False at `end`:
  /// the thread is stuck in a sink, or has too much to do.
  bool flush(const spdlog::logger& logger, std::chrono::steady_clock::time_point end);

  /// Lines left out so far.
  std::size_t left_out() const { return queue_->overrun_counter(); }

private:
  friend class gap_sink;

  const std::string what_;
  std::size_t told_ = 0;                                      // of left_out(); the thread's own
  const std::shared_ptr<spdlog::details::thread_pool> queue_; // goes first, with its thread
};

} // namespace troupe::log
