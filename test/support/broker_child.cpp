// The broker as a child process: the real binary.
#include "support/broker.hpp"
#include "support/broker_runner.hpp"
#include "support/process.hpp"

#include <csignal>

namespace troupe::test {

namespace {

class broker_child final : public broker_runner {
public:
  broker_child(const std::filesystem::path& configuration, const std::filesystem::path& log)
      : child_({broker_binary(), "--config", configuration.string()}, log) {}

  bool running() override { return child_.running(); }
  pid_t pid() const override { return child_.pid(); }

  std::optional<int> stop(milliseconds within) override {
    child_.signal(SIGTERM);
    return child_.wait(within);
  }

  void kill() override {
    child_.signal(SIGKILL);
    child_.wait(patience);
  }

private:
  child_process child_;
};

} // namespace

std::unique_ptr<broker_runner> run_broker(const std::filesystem::path& configuration,
                                          const std::filesystem::path& log) {
  return std::make_unique<broker_child>(configuration, log);
}

} // namespace troupe::test
