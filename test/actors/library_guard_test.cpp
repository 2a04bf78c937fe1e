// A plugin in a library whose calls do not end: it costs a few threads, and is switched off.
#include "actors/backends/pool.hpp"
#include "actors/plugins/library_guard.hpp"
#include "fake_alarms.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr auto longest = 50ms;

/// What the workers of a test share.
struct plugin_calls {
  gate answers;
  std::atomic<unsigned> asked{0};
};

class calling_worker final : public auth_worker {
public:
  explicit calling_worker(std::shared_ptr<plugin_calls> calls) : calls_(std::move(calls)) {}

  back_end_answer ask(const ask_back_end&) override {
    ++calls_->asked;
    calls_->answers.pass();
    return {.reached = true};
  }
  bool probe() override { return true; }
  void interrupt() noexcept override {}

private:
  std::shared_ptr<plugin_calls> calls_;
};

std::shared_ptr<guarded_worker> guarded(const std::shared_ptr<plugin_calls>& calls,
                                        const std::shared_ptr<hang_watch>& watch,
                                        std::chrono::milliseconds patience) {
  return std::make_shared<guarded_worker>(std::make_shared<calling_worker>(calls), watch, patience);
}

struct guarded_pool {
  guarded_pool() : alarms(system.spawn(fake_alarms, book)) {
    const pool_settings s{
        .name = "p", .type = "auth", .workers = 1, .longest = longest, .first_probe = 1ms, .last_probe = 1ms};
    actor = system.spawn<pool<ask_back_end, back_end_answer>>(
        s, [c = calls, w = watch] { return guarded(c, w, 0ms); }, alarms);
  }

  ~guarded_pool() {
    calls->answers.let_go();
    caf::scoped_actor self{system};
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    self->send_exit(alarms, caf::exit_reason::user_shutdown);
  }

  back_end_answer ask() {
    caf::scoped_actor self{system};
    back_end_answer out;
    self->request(actor, 10s, ask_back_end{std::make_shared<access::client_facts>(), std::nullopt})
        .receive([&](back_end_answer& a) { out = std::move(a); },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  std::string last_alarm() const {
    const auto all = book->entries();
    return all.empty() ? "" : all.back();
  }

  std::shared_ptr<plugin_calls> calls = std::make_shared<plugin_calls>();
  std::shared_ptr<hang_watch> watch = std::make_shared<hang_watch>("p");
  std::shared_ptr<alarm_book> book = std::make_shared<alarm_book>();
  caf::actor_system_config configuration;
  caf::actor_system system{configuration};
  alarms_actor alarms;
  back_end_actor actor;
};

} // namespace

BOOST_AUTO_TEST_SUITE(hanging_plugins)

BOOST_FIXTURE_TEST_CASE(one_that_hangs_costs_a_few_threads, guarded_pool) {
  calls->answers.hold();
  BOOST_TEST(eventually([&] {
    BOOST_TEST(!ask().reached);
    return watch->off();
  }));
  BOOST_TEST(watch->hanging() == most_hanging_threads);
  BOOST_TEST(calls->asked == most_hanging_threads);
  BOOST_TEST(eventually([&] { return ask().error == "p is down"; }));
  BOOST_TEST(eventually([&] { return last_alarm() == "raise resource p"; }));
  calls->answers.let_go(); // it comes too late
  BOOST_TEST(eventually([&] { return watch->hanging() == 0; }));
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(!ask().reached);
  BOOST_TEST(calls->asked == most_hanging_threads);
  BOOST_TEST(last_alarm() == "raise resource p");
}

// Such a one is told to end as well.
BOOST_AUTO_TEST_CASE(one_that_is_unloaded_at_work_does_not_hang) {
  const auto calls = std::make_shared<plugin_calls>();
  const auto watch = std::make_shared<hang_watch>("p");
  calls->answers.hold();
  const auto worker = guarded(calls, watch, 1h);
  std::thread thread{[worker] { worker->ask({}); }};
  BOOST_TEST(eventually([&] { return calls->asked == 1; }));
  worker->interrupt();
  BOOST_TEST(watch->hanging() == 0U);
  calls->answers.let_go();
  thread.join();
  BOOST_TEST(watch->hanging() == 0U);
}

BOOST_AUTO_TEST_CASE(some_that_end_late_do_not_add_up) {
  const auto calls = std::make_shared<plugin_calls>();
  const auto watch = std::make_shared<hang_watch>("p");
  for (unsigned i = 0; i < 2 * most_hanging_threads; ++i) {
    calls->answers.hold();
    const auto worker = guarded(calls, watch, 0ms);
    std::thread thread{[worker] { worker->ask({}); }};
    BOOST_TEST(eventually([&] { return calls->asked == i + 1; }));
    worker->interrupt();
    BOOST_TEST(watch->hanging() == 1U);
    calls->answers.let_go();
    thread.join();
    BOOST_TEST(watch->hanging() == 0U);
  }
  BOOST_TEST(!watch->off());
}

BOOST_AUTO_TEST_SUITE_END()
