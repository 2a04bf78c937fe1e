// A thread for actors that do input and output of their own, apart from the shards: bridges to other brokers.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe {

/// Actors that are spawned on it (on_loop.hpp) run on its thread, and so do the handlers of its sockets and
/// timers: what belongs to it needs no lock. The thread is there from the first actor on.
class io_loop final : public caf::execution_unit {
public:
  explicit io_loop(caf::actor_system& system);
  ~io_loop() override;

  boost::asio::io_context& io() noexcept { return io_; }

  /// CAF's way in. Any thread.
  void exec_later(caf::resumable* what) override;

  /// From now on `next` has this name. Who had it before and has not ended, or null. Any thread.
  caf::strong_actor_ptr succeed(const std::string& name, const caf::actor_addr& next);

  /// Those that have a name and have not ended. Any thread.
  std::vector<caf::actor> named();

  /// Ends the thread when what is under way is done, or after `patience`. Not from the thread itself.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds{500});

private:
  void ensure_thread();
  void run(caf::intrusive_ptr<caf::resumable> what);

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::chrono::milliseconds patience_{0}; // of the end
  std::mutex mutex_;
  std::map<std::string, caf::actor_addr> named_;
  std::thread thread_;
  bool stopped_ = false;
};

} // namespace troupe
