#include "actors/node/log_thread.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>
#include <spdlog/sinks/sink.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using namespace troupe::test;
using troupe::log::log_thread;

// Takes a line when its gate is open.
class held_sink final : public spdlog::sinks::sink {
public:
  void log(const spdlog::details::log_msg& line) override {
    ++begun;
    door.pass();
    const std::scoped_lock lock{mutex_};
    lines_.emplace_back(line.payload.data(), line.payload.size());
  }
  void flush() override { ++flushed; }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::vector<std::string> lines() {
    const std::scoped_lock lock{mutex_};
    return lines_;
  }

  gate door;
  std::atomic<int> begun{0}, flushed{0};

private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class broken_sink final : public spdlog::sinks::sink {
public:
  void log(const spdlog::details::log_msg&) override { throw spdlog::spdlog_ex("the disk is full"); }
  void flush() override { throw spdlog::spdlog_ex("the disk is full"); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
};

constexpr int most = 8; // lines that wait

struct a_log_thread {
  ~a_log_thread() { sink->door.let_go(); }

  // The thread is in the sink with one line, and nothing waits.
  void hold() {
    sink->door.hold();
    logger->info("held");
    BOOST_TEST_REQUIRE(eventually([&] { return sink->begun == 1; }));
  }

  void say(int from, int to) {
    for (int i = from; i < to; ++i)
      logger->info("{}", i);
  }

  bool flush(milliseconds within) { return thread.flush(*logger, clock::now() + within); }

  const std::shared_ptr<held_sink> sink = std::make_shared<held_sink>();
  log_thread thread{most, "lines"};
  const std::shared_ptr<spdlog::logger> logger =
      thread.logger_to({std::make_shared<broken_sink>(), sink}); // what is broken is no other sink's concern
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_threads, a_log_thread)

BOOST_AUTO_TEST_CASE(what_is_left_out_is_counted_and_told_in_its_place) {
  hold();
  say(0, most);
  BOOST_TEST(thread.left_out() == 0U);
  say(most, 20); // returns, though nobody takes lines
  BOOST_TEST(thread.left_out() == 12U);
  sink->door.let_go();
  std::vector<std::string> wanted{"held",
                                  "12 lines were left out: they came faster than they could be written"};
  for (int i = 12; i < 20; ++i)
    wanted.push_back(std::to_string(i));
  BOOST_TEST(eventually([&] { return sink->lines().size() >= wanted.size(); }));
  say(20, 21); // of which nothing is missing
  wanted.emplace_back("20");
  BOOST_TEST(flush(patience));
  BOOST_TEST(sink->lines() == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_that_come_together_are_flushed_once) {
  hold();
  say(0, most);
  sink->door.let_go();
  BOOST_TEST(eventually([&] { return sink->flushed == 1; }));
  BOOST_TEST(sink->lines().size() == most + 1U);
  say(0, 1);
  BOOST_TEST(eventually([&] { return sink->flushed == 2; }));
}

BOOST_AUTO_TEST_CASE(a_flush_waits_for_what_was_said_but_not_for_ever) {
  hold();
  say(0, 3);
  BOOST_TEST(!flush(milliseconds{20}));
  BOOST_TEST(sink->lines().empty());
  sink->door.let_go();
  BOOST_TEST(flush(patience));
  BOOST_TEST(sink->lines().size() == 4U);
  BOOST_TEST(sink->flushed >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
