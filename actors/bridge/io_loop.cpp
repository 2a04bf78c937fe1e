#include "io_loop.hpp"

#include "troupe/actors/log.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <exception>
#include <utility>

namespace troupe {

namespace {

constexpr std::size_t messages_per_turn = 256;

void run_handlers(boost::asio::io_context& io, std::string_view what) {
  for (;;)
    try {
      io.run();
      return;
    } catch (const std::exception& e) { // one handler has failed; the others go on
      log::error("[{}] {}", what, e.what());
    }
}

} // namespace

io_loop::io_loop(caf::actor_system& system) : execution_unit(&system), guard_(io_.get_executor()) {}

io_loop::~io_loop() { stop(); }

void io_loop::ensure_thread() {
  const std::scoped_lock lock{mutex_};
  if (thread_.joinable() || stopped_)
    return;
  thread_ = std::thread{[this] {
    run_handlers(io_, "Bridge");
    io_.restart();
    io_.run_for(patience_); // those that say goodbye
  }};
}

void io_loop::exec_later(caf::resumable* what) {
  if (what->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(what);
    return;
  }
  ensure_thread();
  boost::asio::post(io_, [this, held = caf::intrusive_ptr<caf::resumable>{what, false}]() mutable {
    run(std::move(held));
  });
}

void io_loop::run(caf::intrusive_ptr<caf::resumable> what) {
  if (what->resume(this, messages_per_turn) == caf::resumable::resume_later)
    boost::asio::post(io_, [this, held = std::move(what)]() mutable { run(std::move(held)); });
}

caf::strong_actor_ptr io_loop::succeed(const std::string& name, const caf::actor_addr& next) {
  const auto here = [](const caf::actor_addr& a) { return caf::actor_cast<caf::strong_actor_ptr>(a); };
  const std::scoped_lock lock{mutex_};
  std::erase_if(named_, [&](const auto& each) { return here(each.second) == nullptr; });
  auto& holder = named_[name];
  auto before = holder ? here(holder) : nullptr;
  holder = next;
  return before;
}

std::vector<caf::actor> io_loop::named() {
  std::vector<caf::actor> out;
  const std::scoped_lock lock{mutex_};
  for (const auto& [name, address] : named_)
    if (const auto there = caf::actor_cast<caf::strong_actor_ptr>(address))
      out.push_back(caf::actor_cast<caf::actor>(there));
  return out;
}

void io_loop::stop(std::chrono::milliseconds patience) {
  {
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
  }
  if (!thread_.joinable())
    return;
  boost::asio::post(io_, [this, patience] { // behind what has been posted before
    patience_ = patience;
    guard_.reset();
    io_.stop();
  });
  thread_.join();
}

} // namespace troupe
