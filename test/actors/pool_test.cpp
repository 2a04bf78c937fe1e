// The pool of workers that ask a back end, with workers of the test's.
#include "actors/backends/auth_back_end.hpp"
#include "actors/backends/pool.hpp"
#include "fake_alarms.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What all workers of a test share.
struct plan {
  std::atomic<bool> up{true};
  std::atomic<int> made{0}, asked{0};
  gate answers;
};

class planned_worker final : public auth_worker {
public:
  explicit planned_worker(std::shared_ptr<plan> p) : plan_(std::move(p)) { ++plan_->made; }

  back_end_answer ask(const ask_back_end& q) override {
    ++plan_->asked;
    plan_->answers.pass();
    if (q.who->client_id == "crash")
      throw std::runtime_error("boom");
    back_end_answer a;
    a.reached = plan_->up;
    a.error = a.reached ? "" : "silence";
    a.what = back_end_answer::verdict::yes;
    return a;
  }
  bool probe() override { return plan_->up; }
  void interrupt() noexcept override {}

private:
  std::shared_ptr<plan> plan_;
};

struct pooled {
  explicit pooled(std::chrono::milliseconds refresh = 0ms)
      : system(configuration), alarms(system.spawn(fake_alarms, book)) {
    const pool_settings s{.name = "p",
                          .type = "auth",
                          .workers = 2,
                          .first_probe = 10ms,
                          .last_probe = 20ms,
                          .refresh = refresh};
    actor = system.spawn<pool<ask_back_end, back_end_answer>>(
        s, [p = shared] { return std::make_shared<planned_worker>(p); }, alarms);
  }

  ~pooled() {
    shared->answers.let_go();
    caf::scoped_actor self{system};
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    self->send_exit(alarms, caf::exit_reason::user_shutdown);
  }

  static ask_back_end question(const std::string& client_id) {
    auto who = std::make_shared<access::client_facts>();
    who->client_id = client_id;
    return {who, std::nullopt};
  }

  back_end_answer ask(const std::string& client_id) {
    caf::scoped_actor self{system};
    back_end_answer out;
    self->request(actor, 10s, question(client_id))
        .receive([&](back_end_answer& a) { out = std::move(a); },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  bool told(const std::vector<std::string>& what) {
    return eventually([&] { return book->entries() == what; });
  }

  std::shared_ptr<plan> shared = std::make_shared<plan>();
  std::shared_ptr<alarm_book> book = std::make_shared<alarm_book>();
  caf::actor_system_config configuration;
  caf::actor_system system;
  alarms_actor alarms;
  back_end_actor actor;
};

struct refreshed : pooled {
  refreshed() : pooled(10ms) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(pools)

// It takes nothing else with it: the next question has another worker.
BOOST_FIXTURE_TEST_CASE(a_worker_that_crashes, pooled) {
  BOOST_TEST(ask("a").reached);
  const auto crashed = ask("crash");
  BOOST_TEST(!crashed.reached);
  BOOST_TEST(crashed.error == "its worker has crashed");
  BOOST_TEST(told({"raise plugin p"}));
  BOOST_TEST(ask("b").reached);
  BOOST_TEST(told({"raise plugin p", "clear plugin p"}));
  BOOST_TEST(shared->made <= 3);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_asked_while_it_is_down, pooled) {
  BOOST_TEST(ask("a").reached);
  shared->up = false;
  BOOST_TEST(!ask("b").reached);
  BOOST_TEST(told({"raise resource p"}));
  const int before = shared->asked;
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(ask("c").error == "p is down");
  BOOST_TEST(shared->asked == before);
  shared->up = true;
  BOOST_TEST(told({"raise resource p", "clear resource p"}));
  BOOST_TEST(ask("d").reached);
}

BOOST_FIXTURE_TEST_CASE(one_that_nobody_asks_is_looked_after, refreshed) {
  BOOST_TEST(ask("a").reached);
  shared->up = false;
  BOOST_TEST(told({"raise resource p"}));
  shared->up = true;
  BOOST_TEST(told({"raise resource p", "clear resource p"}));
  shared->up = false;
  BOOST_TEST(told({"raise resource p", "clear resource p", "raise resource p"}));
  BOOST_TEST(shared->asked == 1);
}

BOOST_FIXTURE_TEST_CASE(the_end_clears_its_alarm, pooled) {
  shared->up = false;
  BOOST_TEST(!ask("a").reached);
  BOOST_TEST(told({"raise resource p"}));
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  BOOST_TEST(told({"raise resource p", "clear resource p"}));
}

// Those that a worker has, and those that wait for one.
BOOST_FIXTURE_TEST_CASE(the_end_answers_every_question, pooled) {
  shared->answers.hold();
  caf::scoped_actor self{system};
  auto first = self->request(actor, 10s, question("a"));
  auto second = self->request(actor, 10s, question("b"));
  auto third = self->request(actor, 10s, question("c"));
  BOOST_TEST(eventually([&] { return shared->asked == 2; }));
  self->send_exit(actor, caf::exit_reason::user_shutdown);
  std::vector<std::string> errors;
  for (auto* answer : {&first, &second, &third})
    answer->receive([&](const back_end_answer& a) { errors.push_back(a.error); },
                    [&](const caf::error& e) { errors.push_back(system.render(e)); });
  BOOST_TEST(errors == (std::vector<std::string>{"it was stopped before it had an answer",
                                                 "it was stopped before it had an answer", "it was stopped"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
