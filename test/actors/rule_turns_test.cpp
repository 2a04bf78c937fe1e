// How long a rule keeps the thread that it runs on, and what it outlives.
#include "actors/fake_node.hpp"
#include "rules/rule.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_hold.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::test;

namespace {

struct one_thread : caf::actor_system_config {
  one_thread() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{1});
  }
};

define_rule definition(const std::string& sql, std::vector<rules::action_definition> actions = {}) {
  auto d = std::make_shared<rules::definition>();
  d->id = "rule:1";
  d->sql = sql;
  d->actions = std::move(actions);
  return {d, std::make_shared<resource_map>(), 1};
}

// A rule that goes through long lists, on the only thread.
struct busy_rule {
  static constexpr std::size_t all = 200; // messages, of which each takes a part of a millisecond

  const temporary_folder folder; // outlives the rule
  one_thread config;
  caf::actor_system system{config};
  std::shared_ptr<node_gauges> gauges = std::make_shared<node_gauges>();
  std::shared_ptr<rule_gauge> waiting = std::make_shared<rule_gauge>();
  mqtt::message_ptr message;
  rule_actor rule;

  explicit busy_rule(
      define_rule first = definition(R"(foreach payload.l as x incase x + 1 > x * 2 + 1 from "a")")) {
    std::string list = "[0";
    for (int i = 1; i < 5'000; ++i)
      list += ",0";
    const auto payload = R"({"l":)" + list + "]}";
    mqtt::message_parts parts;
    parts.topic = "a";
    parts.payload = payload;
    message = mqtt::message::make(parts);
    auto around = std::make_shared<rule_surroundings>();
    around->node = "node";
    around->gauges = gauges;
    around->folder = folder.path().string();
    rule = spawn_rule(system, around, std::move(first), waiting);
  }

  ~busy_rule() { caf::anon_send_exit(rule, caf::exit_reason::user_shutdown); }

  rule_messages batch_of(std::size_t n) const {
    rule_messages batch;
    batch.generation = 1;
    batch.items.assign(n, rule_item{message, nullptr});
    batch.bytes = static_cast<std::int64_t>(n * message->footprint());
    return batch;
  }

  // As a shard does.
  void publish(std::size_t messages, std::size_t at_once) {
    for (std::size_t n = 0; n < messages; n += at_once) {
      auto batch = batch_of(at_once);
      waiting->messages += static_cast<std::int64_t>(at_once);
      waiting->bytes += batch.bytes;
      caf::anon_send(rule, std::move(batch));
    }
  }

  // What it had counted of what was published when the next in the queue had its turn.
  std::uint64_t count_of_a_turn(const std::atomic<std::uint64_t>& count, std::size_t messages,
                                std::size_t at_once) {
    std::promise<void> gate;
    const auto seen = std::make_shared<std::promise<std::uint64_t>>();
    system.spawn([&gate](caf::event_based_actor*) { gate.get_future().wait(); });
    publish(messages, at_once);
    system.spawn([&count, seen](caf::event_based_actor*) { seen->set_value(count); });
    gate.set_value();
    return seen->get_future().get();
  }

  bool done() {
    return eventually([&] { return waiting->messages == 0; }) && gauges->rules_matched == all &&
           waiting->bytes == 0 && waiting->dropped == 0;
  }
};

// Of one message it makes many lines in a file.
struct rule_of_many_outputs : busy_rule {
  static constexpr std::size_t outputs = 10'000;

  rule_of_many_outputs()
      : busy_rule(definition(R"(foreach [1..10000] as x from "a")",
                             {{"a_1", "save_to_file", {{"file", "f"}, {"payload_tmpl", "${x}"}}, {}}})) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(turns_of_a_rule)

BOOST_FIXTURE_TEST_CASE(others_go_on_while_it_is_busy_with_a_batch, busy_rule) {
  const auto matched = count_of_a_turn(gauges->rules_matched, all, all);
  BOOST_TEST(matched > 0U);
  BOOST_TEST(matched < all / 2);
  BOOST_TEST(done());
}

BOOST_FIXTURE_TEST_CASE(others_go_on_while_many_batches_wait_for_it, busy_rule) {
  const auto matched = count_of_a_turn(gauges->rules_matched, all, 1);
  BOOST_TEST(matched > 0U);
  BOOST_TEST(matched < all / 2);
  BOOST_TEST(done());
}

BOOST_FIXTURE_TEST_CASE(others_go_on_between_the_outputs_of_a_message, rule_of_many_outputs) {
  BOOST_TEST(count_of_a_turn(gauges->actions_success, 1, 1) < outputs / 2);
  BOOST_TEST(waiting->messages == 1);
  BOOST_TEST(eventually([&] { return waiting->messages == 0; }));
  BOOST_TEST(gauges->actions_success == outputs);
  BOOST_TEST(gauges->rules_matched == 1U);
}

// That definition was never checked.
BOOST_FIXTURE_TEST_CASE(it_outlives_what_fails, busy_rule) {
  caf::anon_send(rule, definition("no sql"));
  publish(all, all);
  BOOST_TEST(done());
  BOOST_TEST(ask_actor<rule_figures>(system, rule, rule_figures_query{}).matched == all);
}

BOOST_FIXTURE_TEST_CASE(what_is_held_waits_no_longer_when_that_ends, busy_rule) {
  waiting->messages = 7;
  waiting->bytes = 10'000'000;
  const auto batch = batch_of(3);
  {
    rule_hold first{waiting, batch};
    const rule_hold second{std::move(first)};
    BOOST_TEST(waiting->messages == 7);
  }
  BOOST_TEST(waiting->messages == 4);
  BOOST_TEST(waiting->bytes == 10'000'000 - batch.bytes);
}

BOOST_AUTO_TEST_SUITE_END()
