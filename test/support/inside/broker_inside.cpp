// The broker inside of the test's process. The only file of the test support that knows CAF.
#include "support/broker_runner.hpp"
#include "support/process.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/http/service.hpp"

#include <csignal>
#include <unistd.h>

namespace troupe::test {

namespace {

/// Brokers that have stopped. As the program does, they are not taken apart: the control plane's actors hold
/// handles to each other.
std::vector<std::unique_ptr<service>>& stopped() {
  static auto* all = new std::vector<std::unique_ptr<service>>;
  return *all;
}

class broker_inside final : public broker_runner {
public:
  explicit broker_inside(std::shared_ptr<const settings> config)
      : service_(std::make_unique<service>(std::move(config))) {
    if (const auto error = service_->start(); error.empty())
      running_ = true;
    else
      log::error("{}", error);
  }

  ~broker_inside() override {
    stop(patience);
    stopped().push_back(std::move(service_));
  }

  bool running() override { return running_; }
  pid_t pid() const override { return ::getpid(); }

  std::optional<int> stop(milliseconds within) override {
    if (std::exchange(running_, false))
      service_->stop(within);
    log::flush();
    return 0;
  }

  void kill() override { throw unexpected{"a broker inside of the test cannot be killed"}; }

private:
  std::unique_ptr<service> service_;
  bool running_ = false;
};

} // namespace

std::unique_ptr<broker_runner> run_broker(const std::filesystem::path& configuration,
                                          const std::filesystem::path& log) {
  std::signal(SIGPIPE, SIG_IGN);
  auto loaded = load_settings(read_text(configuration), configuration.string(), {});
  for (const auto& error : loaded.errors)
    throw unexpected{error};
  loaded.values.log.to = "file";
  loaded.values.log.dir = log.parent_path().string();
  loaded.values.log.file = log.filename().string();
  if (const auto problem = log::open(loaded.values.log); !problem.empty())
    throw unexpected{problem};
  return std::make_unique<broker_inside>(std::make_shared<const settings>(std::move(loaded.values)));
}

} // namespace troupe::test
