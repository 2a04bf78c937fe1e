// A rule that is deleted while its actions wait for a resource: what becomes of what it holds.
#include "rules/resources/web_hook.hpp"
#include "rules/rule.hpp"
#include "support/wait.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_under_way = 256; // requests of a rule

struct server_state {
  std::atomic<bool> answers{false}, well{false};
  std::atomic<std::size_t> asked{0};
};

// Asks nobody. It lets questions wait until a tick, and answers as the test says.
class fake_client final : public http_client_actor::base {
public:
  fake_client(caf::actor_config& c, std::shared_ptr<server_state> state)
      : http_client_actor::base(c), state_(std::move(state)) {}

protected:
  behavior_type make_behavior() override {
    return {[this](const http_call&) -> caf::result<http_answer> {
              ++state_->asked;
              if (state_->answers)
                return answer();
              auto promise = make_response_promise<http_answer>();
              waiting_.push_back(promise);
              return promise;
            },
            [](const backend_query&) { return backend_figures{}; },
            [this](const probe_tick&) {
              for (auto& w : std::exchange(waiting_, {}))
                w.deliver(answer());
            }};
  }

private:
  http_answer answer() const {
    http_answer a;
    a.reached = state_->well;
    a.status = state_->well ? 200 : 0;
    a.error = state_->well ? "" : "it was down for too long";
    return a;
  }

  std::shared_ptr<server_state> state_;
  std::vector<caf::typed_response_promise<http_answer>> waiting_;
};

struct ending_rule {
  static constexpr std::size_t all = 600; // messages, more than may be under way

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<server_state> server = std::make_shared<server_state>();
  http_client_actor client = system.spawn<fake_client>(server);
  std::shared_ptr<node_gauges> gauges = std::make_shared<node_gauges>();
  std::shared_ptr<rule_gauge> waiting = std::make_shared<rule_gauge>();
  std::weak_ptr<const resource> hook;
  mqtt::message_ptr message;
  rule_actor rule;

  explicit ending_rule(const char* sql = "select payload from \"a\"") {
    mqtt::message_parts parts;
    parts.topic = "a";
    parts.payload = "x";
    message = mqtt::message::make(parts);
    auto around = std::make_shared<rule_surroundings>();
    around->node = "node";
    around->gauges = gauges;
    auto r = std::make_shared<const web_hook>(rules::resource_definition{.id = "r", .type = "web_hook"},
                                              client, web_hook::request_form{"POST", "/", "text/plain", {}});
    hook = r;
    auto resources = std::make_shared<resource_map>();
    resources->emplace("r", std::move(r));
    auto d = std::make_shared<rules::definition>();
    d->id = "rule:1";
    d->sql = sql;
    d->actions = {{"data_to_webserver_1", "data_to_webserver", {{"$resource", "r"}}, {}}};
    rule = spawn_rule(system, around, define_rule{d, resources, 1}, waiting);
  }

  ~ending_rule() {
    caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
    if (rule)
      caf::anon_send_exit(rule, caf::exit_reason::user_shutdown);
  }

  // As a shard does, in batches.
  void publish(std::size_t messages = all, std::size_t at_once = 100) {
    for (std::size_t n = 0; n < messages; n += at_once) {
      rule_messages batch;
      batch.generation = 1;
      batch.items.assign(at_once, rule_item{message, nullptr});
      batch.bytes = static_cast<std::int64_t>(at_once * message->footprint());
      waiting->messages += static_cast<std::int64_t>(at_once);
      waiting->bytes += batch.bytes;
      caf::anon_send(rule, std::move(batch));
    }
  }

  // It was deleted, and still waits.
  void remove() {
    caf::anon_send(rule, end_rule{});
    BOOST_TEST(figures().matched == most_under_way);
  }

  void answer(bool well) {
    server->well = well;
    server->answers = true;
    caf::anon_send(client, probe_tick{});
  }

  rule_figures figures() {
    rule_figures out;
    caf::scoped_actor self{system};
    self->request(rule, 10s, rule_figures_query{})
        .receive([&](rule_figures& f) { out = std::move(f); },
                 [&](const caf::error& e) { BOOST_ERROR(system.render(e)); });
    return out;
  }

  // Nothing of what it had is left anywhere.
  void ends() {
    caf::scoped_actor self{system};
    bool down = false;
    self->monitor(rule);
    self->receive([&](const caf::down_msg& m) { down = m.source == rule.address(); },
                  caf::after(10s) >> [] {});
    BOOST_TEST_REQUIRE(down);
    rule = nullptr;
    BOOST_TEST(waiting->messages == 0);
    BOOST_TEST(waiting->bytes == 0);
    BOOST_TEST(eventually([&] { return message->unique(); }));
    BOOST_TEST(eventually([&] { return hook.expired(); }));
  }
};

struct rule_of_many_outputs : ending_rule {
  rule_of_many_outputs() : ending_rule("foreach [1..600] as i from \"a\"") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(end_of_a_rule)

BOOST_FIXTURE_TEST_CASE(it_gives_up_while_its_resource_is_down, ending_rule) {
  publish();
  BOOST_TEST(eventually([&] { return server->asked == most_under_way; }));
  remove();
  answer(false);
  ends();
  BOOST_TEST(server->asked == most_under_way);
  BOOST_TEST(gauges->actions_failure == most_under_way);
  BOOST_TEST(gauges->actions_success == 0U);
  BOOST_TEST(gauges->rules_matched == most_under_way);
  BOOST_TEST(waiting->dropped == all - most_under_way);
}

// One that is only slow gets all of it.
BOOST_FIXTURE_TEST_CASE(it_finishes_while_its_resource_is_up, ending_rule) {
  publish();
  BOOST_TEST(eventually([&] { return server->asked == most_under_way; }));
  remove();
  answer(true);
  ends();
  BOOST_TEST(server->asked == all);
  BOOST_TEST(gauges->actions_success == all);
  BOOST_TEST(gauges->actions_failure == 0U);
  BOOST_TEST(waiting->dropped == 0U);
}

// Of one message, too.
BOOST_FIXTURE_TEST_CASE(it_asks_no_more_than_may_be_under_way, rule_of_many_outputs) {
  publish(1, 1);
  BOOST_TEST(eventually([&] { return server->asked == most_under_way; }));
  BOOST_TEST(figures().matched == 1U);
  BOOST_TEST(server->asked == most_under_way);
  BOOST_TEST(waiting->messages == 1);
  caf::anon_send(rule, end_rule{});
  answer(true);
  ends();
  BOOST_TEST(server->asked == all);
  BOOST_TEST(gauges->actions_success == all);
}

BOOST_AUTO_TEST_SUITE_END()
