// The pool of workers that ask a back end, with workers of the test's.
#include "actors/backends/auth_back_end.hpp"
#include "actors/backends/pool.hpp"
#include "fake_alarms.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

#include <system_error>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What all workers of a test share.
struct plan {
  std::atomic<bool> up{true};
  std::atomic<int> threads{1000}; // for so many more workers
  std::atomic<int> made{0}, asked{0};
  gate answers, silence; // the latter of the question "silent"
};

class planned_worker final : public auth_worker {
public:
  explicit planned_worker(std::shared_ptr<plan> p) : plan_(std::move(p)) { ++plan_->made; }

  back_end_answer ask(const ask_back_end& q) override {
    ++plan_->asked;
    plan_->answers.pass();
    if (q.who->client_id == "silent")
      plan_->silence.pass();
    if (q.who->client_id == "crash")
      throw std::runtime_error("boom");
    back_end_answer a;
    a.reached = plan_->up && q.who->client_id != "silent";
    a.error = a.reached ? "" : "silence";
    a.what = back_end_answer::verdict::yes;
    return a;
  }
  back_end_answer after_crash(const ask_back_end& q) const noexcept override {
    back_end_answer a;
    a.reached = q.topic.has_value();
    a.what = back_end_answer::verdict::no;
    return a;
  }
  bool probe() override { return plan_->up; }
  void interrupt() noexcept override {}

private:
  std::shared_ptr<plan> plan_;
};

struct pooled {
  explicit pooled(std::chrono::milliseconds refresh = 0ms, std::chrono::milliseconds longest = 30s,
                  int threads = 1000)
      : system(configuration), alarms(system.spawn(fake_alarms, book)) {
    shared->threads = threads;
    pool_settings s{.name = "p",
                    .type = "auth",
                    .workers = 2,
                    .first_probe = 10ms,
                    .last_probe = 20ms,
                    .refresh = refresh};
    s.longest = longest;
    actor = system.spawn<pool<ask_back_end, back_end_answer>>(
        s,
        [p = shared] {
          if (p->threads-- <= 0) // as when the machine has none for it
            throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
          return std::make_shared<planned_worker>(p);
        },
        alarms);
  }

  ~pooled() {
    shared->answers.let_go();
    shared->silence.let_go();
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

  back_end_answer ask(const std::string& client_id, std::optional<access::topic_question> topic = {}) {
    caf::scoped_actor self{system};
    back_end_answer out;
    auto asked = question(client_id);
    asked.topic = std::move(topic);
    self->request(actor, 10s, std::move(asked))
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

struct impatient_without_threads : pooled {
  impatient_without_threads() : pooled(0ms, 50ms, 0) {}
};

struct without_threads : pooled {
  without_threads() : pooled(0ms, 30s, 0) {}
};

struct with_one_thread : pooled {
  with_one_thread() : pooled(0ms, 30s, 1) {}
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

BOOST_FIXTURE_TEST_CASE(a_question_without_a_worker_is_answered, impatient_without_threads) {
  const auto late = ask("a");
  BOOST_TEST(!late.reached);
  BOOST_TEST(late.error == "no thread was free in time");
  shared->threads = 1000;
  BOOST_TEST(eventually([&] { return ask("b").reached; }));
}

BOOST_FIXTURE_TEST_CASE(a_question_is_asked_when_there_is_a_thread_again, without_threads) {
  caf::scoped_actor self{system};
  auto answer = self->request(actor, 10s, question("a"));
  BOOST_TEST(eventually([&] { return shared->threads < -1; })); // for the probe, and for the question
  shared->threads = 1000;
  answer.receive([](const back_end_answer& a) { BOOST_TEST(a.reached); },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
}

BOOST_FIXTURE_TEST_CASE(one_worker_does_it_all_where_there_are_no_more_threads, with_one_thread) {
  shared->answers.hold();
  caf::scoped_actor self{system};
  auto first = self->request(actor, 10s, question("b")), second = self->request(actor, 10s, question("c"));
  BOOST_TEST(eventually([&] { return shared->asked == 1; }));
  shared->answers.let_go();
  for (auto* answer : {&first, &second})
    answer->receive([](const back_end_answer& a) { BOOST_TEST(a.reached); },
                    [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
  BOOST_TEST(shared->made == 1);
}

// A verdict of one that has crashed does not tell that it works.
BOOST_FIXTURE_TEST_CASE(a_worker_that_crashes_may_have_decided, pooled) {
  for (int i = 0; i < 2; ++i) {
    const auto refused = ask("crash", access::topic_question{access::operation::publish, "a"});
    BOOST_TEST(refused.reached);
    BOOST_TEST((refused.what == back_end_answer::verdict::no));
    BOOST_TEST(refused.error == "its worker has crashed");
  }
  BOOST_TEST(told({"raise plugin p"}));
  BOOST_TEST(ask("b").reached);
  BOOST_TEST(told({"raise plugin p", "clear plugin p"}));
}

// What waits is not handed to those that are about to end.
BOOST_FIXTURE_TEST_CASE(a_crash_fails_no_other_question, pooled) {
  shared->answers.hold();
  caf::scoped_actor self{system};
  std::vector<decltype(self->request(actor, 10s, question("")))> asked;
  for (const char* id : {"crash", "crash", "a", "b", "c"})
    asked.push_back(self->request(actor, 10s, question(id)));
  BOOST_TEST(eventually([&] { return shared->asked == 2; }));
  shared->answers.let_go();
  int reached = 0;
  for (auto& answer : asked)
    answer.receive([&](const back_end_answer& a) { reached += a.reached ? 1 : 0; },
                   [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
  BOOST_TEST(reached == 3);
  BOOST_TEST(shared->asked == 5);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_asked_while_it_is_down, pooled) {
  BOOST_TEST(ask("a").reached);
  shared->up = false;
  BOOST_TEST(!ask("b").reached);
  BOOST_TEST(told({"raise resource p"}));
  BOOST_TEST(eventually([&] { return ask("c").error == "p is down"; }));
  const int before = shared->asked;
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(ask("c").error == "p is down");
  BOOST_TEST(shared->asked == before);
  shared->up = true;
  BOOST_TEST(told({"raise resource p", "clear resource p"}));
  BOOST_TEST(ask("d").reached);
}

// One that it cannot answer says nothing about the others.
BOOST_FIXTURE_TEST_CASE(a_question_without_an_answer_fails_alone, pooled) {
  caf::scoped_actor self{system};
  shared->silence.hold();
  auto silent = self->request(actor, 10s, question("silent"));
  BOOST_TEST(eventually([&] { return shared->asked == 1; }));
  BOOST_TEST(ask("a").reached);
  shared->silence.let_go();
  silent.receive([&](const back_end_answer& a) { BOOST_TEST(a.error == "silence"); },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
  BOOST_TEST(ask("b").reached);
  self->send_exit(actor, caf::exit_reason::user_shutdown);
  self->wait_for(actor);
  BOOST_TEST(told({"clear resource p"})); // as each does at its end
}

// A probe finds it: it is asked on, though the alarm tells that it was silent.
BOOST_FIXTURE_TEST_CASE(one_that_is_silent_but_there_is_asked_on, pooled) {
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(ask("silent").error == "silence");
  BOOST_TEST(shared->asked == 3);
  const auto first = [&] { return book->entries().empty() ? "" : book->entries().front(); };
  const auto last = [&] { return book->entries().empty() ? "" : book->entries().back(); };
  BOOST_TEST(eventually([&] { return first() == "raise resource p"; }));
  BOOST_TEST(ask("b").reached);
  BOOST_TEST(eventually([&] { return last() == "clear resource p"; }));
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

// It answers what it works on; what waits, and what comes later, is the successor's.
BOOST_FIXTURE_TEST_CASE(a_successor_takes_what_waits, pooled) {
  const auto next_plan = std::make_shared<plan>();
  const back_end_actor next = system.spawn<pool<ask_back_end, back_end_answer>>(
      pool_settings{.name = "p", .type = "auth"},
      [next_plan] { return std::make_shared<planned_worker>(next_plan); }, alarms);
  shared->answers.hold();
  caf::scoped_actor self{system};
  const auto expect = [&](auto& answer) {
    bool reached = false;
    answer.receive([&](const back_end_answer& a) { reached = a.reached; },
                   [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return reached;
  };
  auto first = self->request(actor, 10s, question("a"));
  auto second = self->request(actor, 10s, question("b"));
  auto waits = self->request(actor, 10s, question("c"));
  BOOST_TEST(eventually([&] { return shared->asked == 2; }));
  caf::anon_send(caf::actor_cast<caf::actor>(actor),
                 retire_pool{caf::actor_cast<caf::strong_actor_ptr>(next)});
  BOOST_TEST(expect(waits));
  BOOST_TEST(ask("d").reached);
  BOOST_TEST(next_plan->asked == 2);
  shared->answers.let_go();
  BOOST_TEST(expect(first));
  BOOST_TEST(expect(second));
  BOOST_TEST(shared->asked == 2);
  self->send_exit(next, caf::exit_reason::user_shutdown);
  self->wait_for(next);
}

// Its alarm is, too.
BOOST_FIXTURE_TEST_CASE(one_that_has_retired_tells_nothing, pooled) {
  const auto next_plan = std::make_shared<plan>();
  const back_end_actor next = system.spawn<pool<ask_back_end, back_end_answer>>(
      pool_settings{.name = "next", .type = "auth"},
      [next_plan] { return std::make_shared<planned_worker>(next_plan); }, alarms);
  shared->up = false;
  BOOST_TEST(!ask("a").reached);
  BOOST_TEST(told({"raise resource p"}));
  caf::anon_send(caf::actor_cast<caf::actor>(actor),
                 retire_pool{caf::actor_cast<caf::strong_actor_ptr>(next)});
  BOOST_TEST(told({"raise resource p", "clear resource p"}));
  BOOST_TEST(ask("b").reached);
  caf::scoped_actor self{system};
  for (const auto& each : {actor, next}) {
    self->send_exit(each, caf::exit_reason::user_shutdown);
    self->wait_for(each);
  }
  BOOST_TEST(told({"raise resource p", "clear resource p", "clear resource next"}));
}

BOOST_AUTO_TEST_SUITE_END()
