// One connection to a back end. It blocks, and has a thread of its own. Nothing here knows of actors.
#pragma once

#include <atomic>
#include <string>

namespace troupe {

/// `Answer` has `bool reached` and `std::string error`.
template <class Question, class Answer>
class backend_worker {
public:
  backend_worker() = default;
  backend_worker(const backend_worker&) = delete;
  backend_worker& operator=(const backend_worker&) = delete;
  virtual ~backend_worker() = default;

  /// Asks and waits for the answer, as long as its own time limits say. What it throws ends the worker, and
  /// another takes its place.
  virtual Answer ask(const Question& question) = 0;

  /// What is answered in the place of what `ask` would have said, when it has thrown.
  virtual Answer after_crash(const Question&) const noexcept { return {}; }

  /// Whether the back end answers anything.
  virtual bool probe() = 0;

  /// Why the last probe failed, as far as it knows.
  virtual std::string probe_error() const { return {}; }

  /// From any thread: `ask` and `probe` end soon, and do nothing from now on.
  virtual void interrupt() noexcept = 0;

  /// It has thrown, and nothing is asked of it any more. Known before its last answer arrives.
  void note_crash() noexcept { crashed_ = true; }
  bool crashed() const noexcept { return crashed_; }

private:
  std::atomic<bool> crashed_{false};
};

} // namespace troupe
