// The queue of a session: order, priorities, bounds.
#include "troupe/mqtt/message_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;

namespace {

using pushed = message_queue::push_result;

struct queue_fixture {
  queue_limits limits;
  message_queue queue;

  static delivery make(const std::string& topic, const std::string& payload, qos level = qos::at_least_once) {
    message_parts parts;
    parts.topic = topic;
    parts.payload = payload;
    delivery d;
    d.message = message::make(parts);
    d.level = level;
    return d;
  }

  pushed push(const std::string& payload, const std::string& topic = "t", qos level = qos::at_least_once) {
    return queue.push(make(topic, payload, level), limits);
  }

  // All that waits, in the order of leaving.
  std::string rest() {
    std::string text;
    while (!queue.empty()) {
      const auto next = std::string{queue.front().message->payload()};
      const auto d = queue.pop();
      BOOST_TEST(d.message->payload() == next);
      text += (text.empty() ? "" : " ") + next;
    }
    return text;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(queue_rules)

BOOST_FIXTURE_TEST_CASE(first_in_first_out, queue_fixture) {
  BOOST_TEST(queue.empty());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST((push(std::to_string(i)) == pushed::queued));
    all += (i == 0 ? "" : " ") + std::to_string(i);
  }
  BOOST_TEST(queue.size() == 100U);
  BOOST_TEST(rest() == all);
  BOOST_TEST(queue.size() == 0U);
  BOOST_TEST(queue.bytes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(in_order_while_it_grows_and_goes_round, queue_fixture) {
  int in = 0;
  int out = 0;
  for (const int grow : {5, 6, 9, 20, 1})
    for (int i = 0; i < grow; ++i) {
      push(std::to_string(in++));
      push(std::to_string(in++));
      BOOST_TEST(queue.pop().message->payload() == std::to_string(out++));
    }
  while (!queue.empty())
    BOOST_TEST(queue.pop().message->payload() == std::to_string(out++));
  BOOST_TEST(out == in);
}

BOOST_FIXTURE_TEST_CASE(the_oldest_goes_when_it_is_full, queue_fixture) {
  limits.max_length = 3;
  for (const char* text : {"a", "b", "c"})
    BOOST_TEST((push(text) == pushed::queued));
  BOOST_TEST((push("d") == pushed::dropped_oldest));
  BOOST_TEST((push("e") == pushed::dropped_oldest));
  BOOST_TEST(queue.dropped() == 2U);
  BOOST_TEST(rest() == "c d e");
  BOOST_TEST(queue.dropped() == 2U);
}

BOOST_FIXTURE_TEST_CASE(zero_is_no_limit, queue_fixture) {
  limits.max_length = 0;
  limits.max_bytes = 0;
  for (int i = 0; i < 5000; ++i)
    BOOST_REQUIRE((push("x") == pushed::queued));
  BOOST_TEST(queue.size() == 5000U);
}

BOOST_FIXTURE_TEST_CASE(several_go_for_a_large_one, queue_fixture) {
  push("a");
  const auto one = queue.bytes();
  BOOST_TEST(one == sizeof(delivery) + sizeof(message) + 2 + 1 + 1);
  limits.max_bytes = 4 * one;
  for (const char* text : {"b", "c", "d"})
    BOOST_TEST((push(text) == pushed::queued));
  BOOST_TEST(queue.bytes() == 4 * one);
  const std::string large(2 * one + 1, 'L'); // costs exactly three of them
  BOOST_TEST((push(large) == pushed::dropped_oldest));
  BOOST_TEST(queue.dropped() == 3U);
  BOOST_TEST(rest() == "d " + large);
  BOOST_TEST(queue.bytes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_over_the_bound_alone_is_kept_alone, queue_fixture) {
  limits.max_bytes = 1;
  push("a");
  push("b");
  BOOST_TEST(queue.dropped() == 1U);
  BOOST_TEST(rest() == "b");
}

BOOST_FIXTURE_TEST_CASE(qos_0_is_stored_only_if_wanted, queue_fixture) {
  BOOST_TEST((push("a", "t", qos::at_most_once) == pushed::queued));
  push("b");
  BOOST_TEST(queue.qos0_size() == 1U);
  limits.store_qos0 = false;
  BOOST_TEST((push("c", "t", qos::at_most_once) == pushed::dropped_qos0));
  BOOST_TEST(queue.dropped() == 1U);
  BOOST_TEST(rest() == "a b");
  BOOST_TEST(queue.qos0_size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_dropped_qos_0_is_no_longer_counted, queue_fixture) {
  limits.max_length = 1;
  push("a", "t", qos::at_most_once);
  push("b");
  BOOST_TEST(queue.size() == 1U);
  BOOST_TEST(queue.qos0_size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(higher_priorities_leave_first, queue_fixture) {
  limits.priorities = {{"low", 1}, {"high", 255}};
  for (const bool highest : {false, true}) {
    limits.default_highest = highest;
    push("l1", "low");
    push("x1", "other");
    push("h1", "high");
    push("x2", "another");
    push("l2", "low");
    push("h2", "high");
    BOOST_TEST(rest() == (highest ? "x1 x2 h1 h2 l1 l2" : "h1 h2 l1 l2 x1 x2"));
  }
}

BOOST_FIXTURE_TEST_CASE(priorities_are_of_exact_topics, queue_fixture) {
  limits.priorities = {{"a/b", 9}};
  limits.default_highest = false;
  push("1", "a");
  push("2", "a/b/c");
  push("3", "a/b");
  BOOST_TEST(rest() == "3 1 2");
}

BOOST_FIXTURE_TEST_CASE(each_priority_has_the_length, queue_fixture) {
  limits.priorities = {{"low", 1}, {"high", 2}};
  limits.max_length = 2;
  for (const char* text : {"1", "2", "3"}) {
    push(std::string{"l"} + text, "low");
    push(std::string{"h"} + text, "high");
  }
  BOOST_TEST(queue.size() == 4U);
  BOOST_TEST(queue.dropped() == 2U);
  BOOST_TEST(rest() == "h2 h3 l2 l3");
}

BOOST_FIXTURE_TEST_CASE(what_is_in_front_can_be_changed, queue_fixture) {
  push("a");
  queue.front().subscription_id = 4;
  BOOST_TEST(queue.pop().subscription_id == 4U);
}

BOOST_FIXTURE_TEST_CASE(the_bytes_are_taken_from_the_lowest, queue_fixture) {
  limits.priorities = {{"h", 2}, {"l", 1}};
  limits.default_highest = false;
  push("1");
  push("2");
  push("l", "l");
  limits.max_bytes = queue.bytes();
  for (const char* text : {"a", "b", "c"})
    BOOST_TEST((push(text, "h") == pushed::dropped_oldest));
  BOOST_TEST((push("3") == pushed::queued)); // the lowest has nothing of its own to give: one more than fit
  BOOST_TEST((push("4") == pushed::dropped_oldest));
  BOOST_TEST(rest() == "a b c 4");
  BOOST_TEST(queue.bytes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(some_are_taken_out, queue_fixture) {
  limits.priorities = {{"high", 2}};
  limits.default_highest = false;
  for (const char* text : {"1", "2", "3", "4"})
    push(text, "t", std::string{text} == "3" ? qos::at_most_once : qos::at_least_once);
  push("h", "high");
  std::string seen;
  queue.remove_if([&](const delivery& d) {
    seen += d.message->payload();
    return d.message->payload() == "h" || d.message->payload() == "3" || d.message->payload() == "1";
  });
  BOOST_TEST(seen == "h1234");
  BOOST_TEST(queue.size() == 2U);
  BOOST_TEST(queue.qos0_size() == 0U);
  BOOST_TEST(queue.dropped() == 0U);
  push("5");
  BOOST_TEST(rest() == "2 4 5");
  queue.remove_if([](const delivery&) { return true; });
  push("6");
  queue.remove_if([](const delivery&) { return true; });
  BOOST_TEST(queue.empty());
  BOOST_TEST(queue.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
