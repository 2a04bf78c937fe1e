// SUBSCRIBE, UNSUBSCRIBE, the options of subscriptions, shared subscriptions.
#include "protocol/fixture.hpp"

#include <map>
#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::subscription_options;

namespace {

// Who of `members` gets the messages that `publisher` sends to `topic`, in order.
std::vector<std::size_t> receivers(std::vector<mqtt_client>& members, mqtt_client& publisher,
                                   const std::string& topic, int messages) {
  std::vector<std::size_t> who;
  for (int i = 0; i < messages; ++i) {
    publisher.publish(topic, "m", qos1);
    bool found = false;
    BOOST_TEST_REQUIRE(eventually([&] {
      for (std::size_t m = 0; m < members.size() && !found; ++m)
        if (!members[m].until_pingresp().empty()) {
          who.push_back(m);
          found = true;
        }
      return found;
    }));
  }
  return who;
}

std::vector<mqtt_client> share(const std::string& filter, std::size_t count) {
  std::vector<mqtt_client> members;
  for (std::size_t i = 0; i < count; ++i) {
    members.push_back(client());
    members.back().subscribe(filter, qos0);
  }
  return members;
}

struct round_robin_broker : suite_broker {
  round_robin_broker()
      : suite_broker(
            "broker.shared_subscription_strategy = round_robin\nzone.external.max_subscriptions = 3\n"
            "node.io_threads = 1\n") {}
};
struct sticky_broker : suite_broker {
  sticky_broker() : suite_broker("broker.shared_subscription_strategy = sticky\n") {}
};
struct hash_broker : suite_broker {
  hash_broker() : suite_broker("broker.shared_subscription_strategy = hash\n") {}
};
struct restricted_broker : suite_broker {
  restricted_broker()
      : suite_broker("mqtt.wildcard_subscription = false\nmqtt.shared_subscription = "
                     "false\nmqtt.max_qos_allowed = 1\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(subscribing, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_6_one_reason_for_each_filter) {
  for (const auto version : all_versions) {
    auto c = client(version);
    mqtt::subscribe s;
    s.packet_id = 7;
    const auto a = unique("a");
    const auto plus = a + "/+", hash = a + "/#";
    s.entries = {{a, {qos0}}, {plus, {qos1}}, {hash, {qos2}}, {"a/#/b", {qos1}}, {"x+", {qos0}}};
    c.send(s);
    const auto answer = c.expect_suback();
    BOOST_TEST(answer.packet_id == 7);
    BOOST_TEST(reasons(answer) == (version == v5 ? "00 01 02 8f 8f" : "00 01 02 80 80"));
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_10_4_reasons_of_unsuback) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, qos1);
  BOOST_TEST(reasons(c.unsubscribe(t)) == "00");
  BOOST_TEST(reasons(c.unsubscribe(t)) == "11");
  auto p = client();
  p.publish(t, "gone", qos1);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_overlapping_subscriptions_give_one_copy) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t + "/#", {qos0}, numbers({{property::subscription_identifier, 11}}));
  c.subscribe(t + "/+", {qos2}, numbers({{property::subscription_identifier, 22}}));
  c.subscribe(t + "/x", {qos1});
  auto p = client();
  p.publish(t + "/x", "m", qos2);
  const auto m = c.expect_message();
  BOOST_TEST(m.level == qos2); // [MQTT-3.3.4-2]
  std::set<std::uint32_t> ids; // [MQTT-3.3.4-4]
  m.properties.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::subscription_identifier)
      ids.insert(e.number);
  });
  BOOST_TEST((ids == std::set<std::uint32_t>{11, 22}));
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_4_3_a_repeated_subscription_replaces_the_first) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, {qos2}, numbers({{property::subscription_identifier, 1}}));
  c.subscribe(t, {qos0}, numbers({{property::subscription_identifier, 2}}));
  auto p = client();
  p.publish(t, "m", qos2);
  const auto m = c.expect_message();
  BOOST_TEST(m.level == qos0);
  BOOST_TEST(m.properties.number(property::subscription_identifier).value() == 2U);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_3_no_local) {
  auto c = client();
  const auto t = unique("t");
  c.subscribe(t, {.level = qos1, .no_local = true});
  c.publish(t, "mine", qos1);
  c.expect_nothing();
  auto p = client();
  p.publish(t, "yours", qos1);
  BOOST_TEST(c.expect_message().payload == "yours");
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_2_1_wildcards_leave_dollar_topics_alone) {
  auto c = client();
  c.subscribe("#", qos0);
  c.subscribe("+/" + unique("x"), qos0);
  c.subscribe("$own/#", qos0);
  auto p = client();
  p.publish("$other/" + unique("x"), "hidden", qos1);
  p.publish("$own/" + unique("x"), "seen", qos1);
  BOOST_TEST(c.expect_message().payload == "seen");
}

BOOST_AUTO_TEST_CASE(a_publish_behind_its_own_subscription_is_delivered) {
  for (const auto version : all_versions) {
    auto c = client(version);
    const auto t = unique(std::to_string(static_cast<int>(version)));
    mqtt::subscribe s;
    s.packet_id = 1;
    s.entries = {{t, {qos0}}};
    c.send_bytes(encoded(s, version) + encoded(mqtt::publish{.topic = t, .payload = "m"}, version));
    c.expect_suback();
    BOOST_TEST(c.expect_message().payload == "m");
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_each_group_gets_one_copy) {
  const auto t = unique("t");
  auto first = share("$share/one/" + t, 3);
  auto second = share("$share/two/" + t, 2);
  auto queue = share("$queue/" + t, 2);
  auto alone = client();
  alone.subscribe(t, qos0);
  auto p = client();
  for (int i = 0; i < 30; ++i)
    p.publish(t, "m", qos1);
  std::map<int, std::size_t> got;
  const auto count = [&](int key, std::vector<mqtt_client>& members) {
    for (auto& m : members)
      got[key] += m.until_pingresp().size();
  };
  BOOST_TEST(eventually([&] {
    count(1, first);
    count(2, second);
    count(3, queue);
    got[4] += alone.until_pingresp().size();
    return got[1] >= 30 && got[2] >= 30 && got[3] >= 30 && got[4] >= 30;
  }));
  for (const auto& [key, n] : got)
    BOOST_TEST(n == 30U);
}

BOOST_AUTO_TEST_CASE(a_queue_is_one_subscription_by_either_of_its_names) {
  const auto t = unique("t");
  auto c = client();
  BOOST_TEST(reasons(c.subscribe("$queue/" + t, qos1)) == "01");
  BOOST_TEST(reasons(c.subscribe("$share/$queue/" + t, qos0)) == "00"); // instead of the first
  auto p = client();
  p.publish(t, "m", qos1);
  BOOST_TEST((c.expect_message().level == qos0));
  BOOST_TEST(reasons(c.unsubscribe("$share/$queue/" + t)) == "00");
  BOOST_TEST(reasons(c.unsubscribe("$queue/" + t)) == "11");
  p.publish(t, "m", qos1);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_8_3_4_no_local_on_a_shared_subscription) {
  auto c = client();
  mqtt::subscribe s;
  s.packet_id = 1;
  s.entries = {{"$share/g/t", {.no_local = true}}};
  c.send(s);
  c.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_malformed_shared_subscriptions) {
  auto c = client();
  for (const char* filter : {"$share/g", "$share//t", "$share/g+/t", "$share/#/t", "$share/g/", "$queue/"})
    BOOST_TEST(reasons(c.subscribe(filter, qos0)) == "8f", filter);
}

BOOST_AUTO_TEST_CASE(a_member_that_leaves_gets_no_more) {
  const auto t = unique("t");
  auto members = share("$share/g/" + t, 2);
  members[0].unsubscribe("$share/g/" + t);
  auto p = client();
  for (int i = 0; i < 10; ++i)
    p.publish(t, "m", qos1);
  for (int i = 0; i < 10; ++i)
    members[1].expect_message();
  members[0].expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_round_robin, *boost::unit_test::fixture<round_robin_broker>())

BOOST_AUTO_TEST_CASE(members_take_turns) {
  const auto t = unique("t");
  auto members = share("$share/g/" + t, 3);
  auto p = client();
  const auto who = receivers(members, p, t, 9);
  for (std::size_t i = 3; i < who.size(); ++i)
    BOOST_TEST(who[i] == who[i - 3]);
  BOOST_TEST(std::set<std::size_t>(who.begin(), who.end()).size() == 3U);
}

BOOST_AUTO_TEST_CASE(more_subscriptions_than_allowed) {
  for (const auto version : {v311, v5}) {
    auto c = client(version);
    for (int i = 0; i < 3; ++i)
      c.subscribe("t/" + std::to_string(i), qos0);
    BOOST_TEST(reasons(c.subscribe("t/3", qos0)) == (version == v5 ? "97" : "80"));
    BOOST_TEST(reasons(c.subscribe("t/1", qos0)) == "00"); // not a new one
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_sticky, *boost::unit_test::fixture<sticky_broker>())

BOOST_AUTO_TEST_CASE(a_publisher_stays_with_its_member) {
  const auto t = unique("t");
  auto members = share("$share/g/" + t, 4);
  auto p = client();
  const auto who = receivers(members, p, t, 8);
  BOOST_TEST(std::set<std::size_t>(who.begin(), who.end()).size() == 1U);
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(who[0])); // it leaves: another takes over
  BOOST_TEST(eventually([&] {
    p.publish(t, "m", qos1);
    return std::any_of(members.begin(), members.end(), [](auto& m) { return !m.until_pingresp().empty(); });
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_hash, *boost::unit_test::fixture<hash_broker>())

BOOST_AUTO_TEST_CASE(the_client_id_decides) {
  const auto t = unique("t");
  auto members = share("$share/g/" + t, 4);
  std::set<std::size_t> chosen;
  for (int i = 0; i < 12; ++i) {
    auto p = client();
    const auto who = receivers(members, p, t, 3);
    BOOST_TEST((who[0] == who[1] && who[1] == who[2]));
    chosen.insert(who[0]);
  }
  BOOST_TEST(chosen.size() > 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(restricted, *boost::unit_test::fixture<restricted_broker>())

BOOST_AUTO_TEST_CASE(what_is_not_available_is_refused) {
  auto c = client();
  BOOST_TEST(reasons(c.subscribe("a", qos2)) == "01"); // granted what is allowed
  c.send(mqtt::publish{.topic = "a", .payload = "m", .packet_id = 1, .level = qos2});
  c.expect_disconnect(reason_code::qos_not_supported);
}

BOOST_AUTO_TEST_CASE(what_connack_has_said_is_not_available) { // MQTT 5.0 sections 3.2.2.3.11 and 3.2.2.3.13
  const std::pair<const char*, reason_code> filters[] = {
      {"a/+", reason_code::wildcard_subscriptions_not_supported},
      {"$share/g/a", reason_code::shared_subscriptions_not_supported},
      {"$queue/a", reason_code::shared_subscriptions_not_supported},
  };
  for (const auto& [filter, reason] : filters) {
    auto c = client();
    c.send(mqtt::subscribe{1, {}, {{"a", {}}, {filter, {}}}});
    c.expect_disconnect(reason);
    auto old = client(v311);
    BOOST_TEST(reasons(old.subscribe(filter, qos0)) == "80", filter);
    old.expect_nothing();
  }
}

BOOST_AUTO_TEST_SUITE_END()
