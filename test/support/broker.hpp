// The broker under test, with a configuration of its own on free ports.
#pragma once

#include "support/broker_runner.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::test {

/// The broker's executable, as the build made it.
std::string broker_binary();

/// A TCP port of the loopback interface that nobody listens on at this moment.
std::uint16_t free_port();

/// A broker that runs while the object lives. Its configuration: listener.tcp.external and
/// management.listener.http on free ports of 127.0.0.1, no internal listener, warnings logged to log(), two
/// I/O threads, data in a temporary folder. The lines that a test adds come last and win.
class broker_process {
public:
  /// Starts it and waits until its ports answer; throws `unexpected` with its log when they do not in 20 s.
  explicit broker_process(std::string extra_configuration = {});
  broker_process(const broker_process&) = delete;
  broker_process& operator=(const broker_process&) = delete;
  ~broker_process(); // stops it if it still runs

  std::uint16_t mqtt_port() const noexcept { return mqtt_port_; }
  std::uint16_t http_port() const noexcept { return http_port_; }
  pid_t pid() const { return runner_->pid(); }
  bool running() { return runner_ && runner_->running(); }

  std::size_t rss() const;      // resident memory in bytes
  std::size_t open_fds() const; // open file descriptors
  double cpu_seconds() const;   // processor time used so far, all threads

  /// So far: a thread of its own writes it, so it may lack what has just happened.
  std::string log() const;

  /// Whether the log has `text`, now or soon.
  bool has_logged(std::string_view text) const;

  const std::filesystem::path& folder() const noexcept { return folder_.path(); }

  /// SIGTERM, then waits: the exit status, or the negated signal that ended it. Throws `unexpected`, after
  /// killing it, when it is still there after `within`.
  int terminate(milliseconds within = seconds{5});

  void kill9(); // of the real binary only

  /// Starts it again with the same configuration, ports and data folder. It must have ended.
  void start_again();

private:
  void choose_ports();
  bool start(); // false: a port was taken by someone else meanwhile
  bool answers() const;

  temporary_folder folder_;
  std::string extra_;
  std::uint16_t mqtt_port_ = 0;
  std::uint16_t http_port_ = 0;
  std::unique_ptr<broker_runner> runner_;
};

} // namespace troupe::test
