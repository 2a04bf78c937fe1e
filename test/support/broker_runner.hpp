// How the broker under test runs. The black-box suites start the real binary; the protocol suites run a
// second time with the broker inside of the test's own process, where sanitizers and debuggers see it.
#pragma once

#include "support/wait.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace troupe::test {

class broker_runner {
public:
  virtual ~broker_runner() = default; // ends it by force if it still runs

  virtual bool running() = 0;
  virtual pid_t pid() const = 0;

  /// An orderly end: the exit status, the negated signal that ended it, or nothing when it is still there
  /// after `within`.
  virtual std::optional<int> stop(milliseconds within) = 0;

  /// An end without warning.
  virtual void kill() = 0;
};

/// Starts a broker whose output and log go to the end of the file `log`. When it cannot start, what it says
/// there tells why, and it does not run. broker_child.cpp is the one of the support library; an executable
/// that links support/inside/broker_inside.cpp has that one instead.
std::unique_ptr<broker_runner> run_broker(const std::filesystem::path& configuration,
                                          const std::filesystem::path& log);

} // namespace troupe::test
