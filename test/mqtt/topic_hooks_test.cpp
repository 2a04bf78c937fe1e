// Mount points, delayed topics, and the order of all features that change a topic.
#include "troupe/mqtt/delayed_queue.hpp"
#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

namespace {

constexpr time_ms now = 1'700'000'000'123;

// "topic in <ms>", or "-".
std::string delayed(std::string_view topic) {
  const auto d = parse_delayed(topic, now);
  return d ? std::string{d->topic} + " in " + std::to_string(d->due - now) : "-";
}

std::string shown(const topic_hooks& hooks, std::uint32_t active, std::string_view topic) {
  std::string scratch;
  const auto v = hooks.on_publish(active, topic, now, scratch);
  const char* names[] = {"pass", "rename", "delay", "drop"};
  return names[static_cast<int>(v.what)] + (" " + std::string{v.topic});
}

message_ptr message_of(std::string_view payload) {
  message_parts parts;
  parts.topic = "t";
  parts.payload = payload;
  return message::make(parts);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mount_points)

BOOST_AUTO_TEST_CASE(placeholders) {
  BOOST_TEST(expand_placeholders("a/%c/%u/%c/", "id", "user").value() == "a/id/user/id/");
  BOOST_TEST(expand_placeholders("a/%u/%x%", "id", "").value() == "a/%u/%x%");
  BOOST_TEST(expand_placeholders("%c", "%u", "user").value() == "%u"); // what is inserted is not read again
  BOOST_TEST(!expand_placeholders("a/%c/", "+", "user"));
  BOOST_TEST(!expand_placeholders("a/%u/", "id", "x/#"));
  BOOST_TEST(expand_placeholders("a/%u/", "+", "user").has_value()); // not inserted
}

BOOST_AUTO_TEST_CASE(they_go_behind_the_prefixes) {
  BOOST_TEST(mount_subscription("m/", "a/+") == "m/a/+");
  BOOST_TEST(mount_subscription("m/", "$share/g/a/#") == "$share/g/m/a/#");
  BOOST_TEST(mount_subscription("m/", "$queue/a") == "$queue/m/a");
  BOOST_TEST(mount_subscription("m/", "$exclusive/a") == "$exclusive/m/a");
  BOOST_TEST(mount_subscription("m/", "$share/g") == "m/$share/g");
  BOOST_TEST(mount_name("m/", "a", true) == "m/a");
  BOOST_TEST(mount_name("m/", "$delayed/5/a", true) == "$delayed/5/m/a");
  BOOST_TEST(mount_name("m/", "$delayed/5/a", false) == "m/$delayed/5/a");
  BOOST_TEST(mounted_bytes("m/", "m/a") == 2U);
  BOOST_TEST(mounted_bytes("m/", "other/a") == 0U);
  BOOST_TEST(mounted_bytes("m/", "m/") == 0U); // [MQTT-4.7.3-1] no topic is empty
  BOOST_TEST(mounted_bytes("m/", "m") == 0U);
}

BOOST_AUTO_TEST_CASE(prefixes) {
  BOOST_TEST(subscription_prefix("$share/g/a") == "$share/g/");
  BOOST_TEST(subscription_prefix("$share/g") == "");
  BOOST_TEST(subscription_prefix("a/$share/g/") == "");
  const auto exclusive = parse_subscription("$exclusive/a/+");
  BOOST_TEST_REQUIRE(exclusive.has_value());
  BOOST_TEST(exclusive->exclusive());
  BOOST_TEST(!exclusive->shared());
  BOOST_TEST(exclusive->filter == "a/+");
  for (const char* wrong :
       {"$exclusive/", "$exclusive/$share/g/a", "$share/g/$exclusive/a", "$exclusive/$queue/a"})
    BOOST_TEST(!parse_subscription(wrong), wrong);
  BOOST_TEST(parse_subscription("$share/$exclusive/a")->shared()); // a group that is only called so
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(delayed_messages)

BOOST_AUTO_TEST_CASE(topics) {
  BOOST_TEST(delayed("$delayed/5/a/b") == "a/b in 5000");
  BOOST_TEST(delayed("$delayed/0/a") == "a in 1000"); // at least a second
  BOOST_TEST(delayed("$delayed/4294966/a") == "a in 4294966000");
  BOOST_TEST(delayed("$delayed/1700000060/a") == "a in 59877"); // seconds since the epoch
  BOOST_TEST(delayed("$delayed/5000000/a") == "a in 1000");     // such a time that is over
  BOOST_TEST(delayed("$delayed/1704294967/a") == "a in 4294966877");
  BOOST_TEST(delayed("$delayed/1704294968/a") == "-"); // too far
  BOOST_TEST(delayed("$delayed/5/$delayed/6/a") == "$delayed/6/a in 5000");
  for (const char* wrong :
       {"$delayed/", "$delayed/5", "$delayed/5/", "$delayed//a", "$delayed/x/a", "$delayed/5x/a",
        "$delayed/-5/a", "$delayed/+5/a", "$delayed/ 5/a", "$delayed/99999999999999999999/a", "a"})
    BOOST_TEST(delayed(wrong) == "-", wrong);
}

BOOST_AUTO_TEST_CASE(soonest_first_and_in_order) {
  delayed_queue q{{0, 0}};
  for (const auto& [text, due] : std::initializer_list<std::pair<const char*, time_ms>>{
           {"c", 30}, {"a", 10}, {"d", 30}, {"b", 20}, {"e", 30}})
    BOOST_TEST(q.push(message_of(text), due));
  std::string order;
  while (!q.empty()) {
    order += std::to_string(q.next_due()) + " ";
    order += q.pop().message->payload();
    order += " ";
  }
  BOOST_TEST(order == "10 a 20 b 30 c 30 d 30 e ");
  BOOST_TEST(q.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_waited_before_a_restart) {
  delayed_queue q{{1, 0}};
  q.restore({30, 7, message_of("c")});
  q.restore({30, 6, message_of("b")});
  q.restore({10, 8, message_of("a")});
  BOOST_TEST(!q.push(message_of("no"), 30)); // those above were promised
  std::string order;
  while (!q.empty())
    order += q.pop().message->payload();
  BOOST_TEST(order == "abc");
  BOOST_TEST(q.bytes() == 0U);
  BOOST_TEST(q.push(message_of("d"), 30));
  BOOST_TEST(q.last_order() == 9U); // behind all others
}

BOOST_AUTO_TEST_CASE(keys_are_in_the_order_of_the_messages) {
  std::string before;
  for (const auto& [due, order] :
       std::initializer_list<std::pair<time_ms, std::uint64_t>>{{0, 0},
                                                                {1, 0},
                                                                {1, 255},
                                                                {1, 256},
                                                                {255, 3},
                                                                {256, 2},
                                                                {1'700'000'000'000, 1},
                                                                {1'700'000'000'000, ~0ULL}}) {
    const auto key = delayed_key(due, order);
    BOOST_TEST((before < key));
    before = key;
    const auto again = parse_delayed_key(key);
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST(again->due == due);
    BOOST_TEST(again->order == order);
  }
  BOOST_TEST(!parse_delayed_key(""));
  BOOST_TEST(!parse_delayed_key(std::string(15, '\0')));
  BOOST_TEST(!parse_delayed_key(std::string(17, '\0')));
  BOOST_TEST(!parse_delayed_key(std::string(16, '\xFF')));
}

BOOST_AUTO_TEST_CASE(bounds_refuse_the_new) {
  delayed_queue few{{2, 0}};
  BOOST_TEST(few.push(message_of("1"), 1));
  BOOST_TEST(few.push(message_of("2"), 1));
  BOOST_TEST(!few.push(message_of("3"), 0));
  BOOST_TEST(few.pop().message->payload() == "1");
  BOOST_TEST(few.push(message_of("4"), 1));
  delayed_queue small{{0, 10'000}};
  BOOST_TEST(!small.push(message_of(std::string(10'000, 'x')), 1));
  BOOST_TEST(small.push(message_of(std::string(5'000, 'x')), 1));
  BOOST_TEST(!small.push(message_of(std::string(5'000, 'x')), 1));
  BOOST_TEST(small.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(publish_hooks)

BOOST_AUTO_TEST_CASE(rewriting_comes_before_delaying) {
  topic_hooks hooks;
  hooks.publish_rules.add({"later/#", "^later/(.+)$", "$delayed/10/$1"});
  hooks.publish_rules.add({"$delayed/#", "^.delayed/1/(.+)$", "now/$1"});
  BOOST_TEST(shown(hooks, hook_rewrite | hook_delayed, "later/a") == "delay a");
  BOOST_TEST(shown(hooks, hook_rewrite | hook_delayed, "$delayed/1/a") == "rename now/a");
  BOOST_TEST(shown(hooks, hook_rewrite | hook_delayed, "$delayed/2/a") == "delay a");
  BOOST_TEST(shown(hooks, hook_rewrite | hook_delayed, "$delayed/x/a").starts_with("drop"));
  BOOST_TEST(shown(hooks, hook_rewrite, "$delayed/2/a") == "pass $delayed/2/a");
  BOOST_TEST(shown(hooks, hook_rewrite, "later/a") == "rename $delayed/10/a");
  BOOST_TEST(shown(hooks, hook_delayed, "later/a") == "pass later/a");
  BOOST_TEST(shown(hooks, hook_topic_metrics, "$delayed/2/a") == "pass $delayed/2/a");
}

BOOST_AUTO_TEST_CASE(subscriptions_are_rewritten_then_mounted) {
  topic_hooks hooks;
  hooks.subscribe_rules.add({"a/#", "^a/(.+)$", "b/$1"});
  hooks.subscribe_rules.add({"m/#", "^m/(.+)$", "wrong/$1"});
  const std::string mount = "m/";
  BOOST_TEST(hooks.on_subscribe(hook_rewrite, &mount, "a/1").value() == "m/b/1");
  BOOST_TEST(hooks.on_subscribe(hook_rewrite, &mount, "$share/g/a/1").value() == "$share/g/m/b/1");
  BOOST_TEST(hooks.on_subscribe(hook_rewrite, nullptr, "a/1").value() == "b/1");
  BOOST_TEST(hooks.on_subscribe(0, &mount, "a/1").value() == "m/a/1");
  BOOST_TEST(!hooks.on_subscribe(hook_rewrite, nullptr, "c"));
  BOOST_TEST(!hooks.on_subscribe(0, nullptr, "a/1"));
}

BOOST_AUTO_TEST_SUITE_END()
