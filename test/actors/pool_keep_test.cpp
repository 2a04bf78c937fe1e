// A pool that keeps questions through an outage of its back end, with workers of the test's.
#include "actors/backends/pool.hpp"
#include "fake_alarms.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

#include <mutex>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What all workers of a test share.
struct back_end {
  std::atomic<bool> up{true};
  std::atomic<int> closes{0}; // so many connections from now on, before the answer
  gate answers;

  /// Bodies of the questions that were answered, or closed, in order.
  std::vector<std::string> seen() const {
    const std::scoped_lock lock{mutex_};
    return seen_;
  }

  void see(const std::string& body) {
    const std::scoped_lock lock{mutex_};
    seen_.push_back(body);
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
};

using worker = backend_worker<http_call, http_answer>;

class planned_sender final : public worker {
public:
  explicit planned_sender(std::shared_ptr<back_end> to) : to_(std::move(to)) {}

  http_answer ask(const http_call& call) override {
    if (!to_->up)
      return {.error = "nobody", .again = ask_again::when_up};
    to_->see(call.body);
    to_->answers.pass();
    if (call.body == "slow")
      return {.error = "silence"};
    if (call.body == "closed" || to_->closes-- > 0)
      return {.error = "closed", .again = ask_again::soon};
    return {.reached = true, .status = 200};
  }
  bool probe() override { return to_->up; }
  void interrupt() noexcept override {}

private:
  std::shared_ptr<back_end> to_;
};

struct keeping {
  keeping() : system(configuration), alarms(system.spawn(fake_alarms, book)) {
    shared->closes = 0;
    settings.name = "p";
    settings.type = "web_hook";
    settings.workers = 1;
    settings.first_probe = 10ms;
    settings.last_probe = 20ms;
    settings.keep = 20s;
    settings.pauses = {10ms, 10ms, 10ms};
  }

  ~keeping() {
    shared->answers.let_go();
    if (actor)
      end();
    caf::anon_send_exit(alarms, caf::exit_reason::user_shutdown);
  }

  void start() {
    actor = system.spawn<pool<http_call, http_answer>>(
        settings, [to = shared] { return std::make_shared<planned_sender>(to); }, alarms);
  }

  void end() {
    caf::scoped_actor other{system}; // answers may be on their way to `self`
    other->send_exit(actor, caf::exit_reason::user_shutdown);
    other->wait_for(actor);
    actor = http_client_actor{};
  }

  /// The answer has yet to be received.
  auto ask(const std::string& body) { return self->request(actor, 30s, http_call{.body = body}); }

  template <class Pending>
  http_answer answer(Pending pending) {
    http_answer out;
    pending.receive([&](http_answer& a) { out = std::move(a); },
                    [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  backend_figures figures() {
    caf::scoped_actor other{system};
    backend_figures out;
    other->request(actor, 20s, backend_query{})
        .receive([&](const backend_figures& f) { out = f; },
                 [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
    return out;
  }

  void go_down() {
    shared->up = false;
    BOOST_TEST(eventually([&] {
      caf::anon_send(actor, probe_tick{});
      return !figures().up;
    }));
  }

  pool_settings settings;
  std::shared_ptr<back_end> shared = std::make_shared<back_end>();
  std::shared_ptr<alarm_book> book = std::make_shared<alarm_book>();
  caf::actor_system_config configuration;
  caf::actor_system system;
  alarms_actor alarms;
  caf::scoped_actor self{system};
  http_client_actor actor;
};

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(pool_keeps)

BOOST_FIXTURE_TEST_CASE(what_comes_while_it_is_down_is_asked_in_order, keeping) {
  shared->up = false;
  start();
  auto a = ask("a"), b = ask("b"), c = ask("c");
  BOOST_TEST(eventually([&] { return !figures().up && figures().waiting == 3; }));
  BOOST_TEST(shared->seen().empty());
  shared->up = true;
  for (auto* each : {&a, &b, &c})
    BOOST_TEST(answer(std::move(*each)).status == 200);
  BOOST_TEST(shared->seen() == (texts{"a", "b", "c"}), boost::test_tools::per_element());
  const auto f = figures();
  BOOST_TEST(f.up);
  BOOST_TEST(f.failed == 0U);
  BOOST_TEST(f.refused == 0U);
  const texts told{"raise resource p", "clear resource p"};
  BOOST_TEST(eventually([&] { return book->entries() == told; }));
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_was_closed_is_no_failure, keeping) {
  start();
  shared->closes = 3;
  BOOST_TEST(answer(ask("a")).status == 200);
  BOOST_TEST(shared->seen().size() == 4U);
  BOOST_TEST(figures().failed == 0U);
  BOOST_TEST(book->entries().empty()); // it is there
}

BOOST_FIXTURE_TEST_CASE(it_is_asked_four_times_and_fails, keeping) {
  start();
  const auto got = answer(ask("closed"));
  BOOST_TEST(got.status == 0);
  BOOST_TEST(got.error == "closed");
  BOOST_TEST(shared->seen().size() == 4U);
  BOOST_TEST(figures().failed == 1U);
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_one_that_is_asked_again, keeping) {
  settings.pauses = {10s, 10s, 10s};
  start();
  auto a = ask("closed"), b = ask("b");
  BOOST_TEST(answer(std::move(b)).status == 200);
  BOOST_TEST(shared->seen() == (texts{"closed", "b"}), boost::test_tools::per_element());
  BOOST_TEST(figures().waiting == 1U);
  end();
  BOOST_TEST(answer(std::move(a)).error == "it was stopped");
}

// It may be at work still: it is not asked again, and those behind it are.
BOOST_FIXTURE_TEST_CASE(one_without_an_answer_in_time_fails, keeping) {
  start();
  auto a = ask("slow"), b = ask("b");
  BOOST_TEST(answer(std::move(a)).error == "silence");
  BOOST_TEST(answer(std::move(b)).status == 200);
  BOOST_TEST(shared->seen() == (texts{"slow", "b"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(nothing_waits_for_ever, keeping) {
  settings.keep = 500ms;
  shared->up = false;
  start();
  auto a = ask("a"), b = ask("b");
  BOOST_TEST(answer(std::move(a)).error == "it was down for too long");
  BOOST_TEST(answer(std::move(b)).error == "it was down for too long");
  BOOST_TEST(figures().failed == 2U);
  BOOST_TEST(shared->seen().empty());
}

BOOST_FIXTURE_TEST_CASE(more_than_it_keeps_is_refused, keeping) {
  settings.most_waiting = 2;
  start();
  go_down();
  auto a = ask("a"), b = ask("b"), c = ask("c");
  BOOST_TEST(answer(std::move(c)).error == "p has too many questions already");
  const auto f = figures();
  BOOST_TEST(f.waiting == 2U);
  BOOST_TEST(f.refused == 1U);
  shared->up = true;
  BOOST_TEST(answer(std::move(a)).status == 200);
  BOOST_TEST(answer(std::move(b)).status == 200);
  BOOST_TEST(shared->seen() == (texts{"a", "b"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(large_ones_are_refused_earlier, keeping) {
  settings.most_bytes = 100;
  start();
  go_down();
  auto a = ask(std::string(60, 'a')), b = ask(std::string(60, 'b'));
  BOOST_TEST(answer(std::move(b)).error == "p has too many questions already");
  BOOST_TEST(figures().waiting == 1U);
  shared->up = true;
  BOOST_TEST(answer(std::move(a)).status == 200);
}

BOOST_FIXTURE_TEST_CASE(the_end_answers_what_is_kept, keeping) {
  shared->up = false;
  start();
  auto a = ask("a"), b = ask("b");
  BOOST_TEST(eventually([&] { return figures().waiting == 2; }));
  end();
  BOOST_TEST(answer(std::move(a)).error == "it was stopped");
  BOOST_TEST(answer(std::move(b)).error == "it was stopped");
}

BOOST_AUTO_TEST_SUITE_END()
