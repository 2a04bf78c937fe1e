// Automatic and exclusive subscriptions, bridges, queue priorities.
#include "protocol/fixture.hpp"

#include <map>
#include <vector>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct subscribing_broker : suite_broker {
  subscribing_broker()
      : suite_broker(
            "module.subscription.1.topic = inbox/%c\nmodule.subscription.1.qos = 2\n"
            "module.subscription.2.topic = user/%u/#\nmodule.subscription.2.qos = 0\n"
            "module.subscription.2.nl = 1\nmodule.subscription.2.rap = 1\nmodule.subscription.2.rh = 2\n") {}
};

struct exclusive_broker : suite_broker {
  exclusive_broker() : suite_broker("zone.external.exclusive_subscription = true\nnode.io_threads = 3\n") {}
};

struct priority_broker : suite_broker {
  priority_broker()
      : suite_broker("zone.external.mqueue_priorities = alarm=10,news=5\n"
                     "zone.external.mqueue_default_priority = lowest\nzone.external.max_mqueue_len = 2\n") {}
};

std::string api(std::string_view path) {
  return http_get(suite_broker::get().http_port(), "/api/v4" + std::string{path}).body;
}

} // namespace

BOOST_AUTO_TEST_SUITE(automatic_subscriptions, *boost::unit_test::fixture<subscribing_broker>())

BOOST_AUTO_TEST_CASE(every_client_has_them) {
  for (const auto version : all_versions) {
    const auto id = "auto-" + std::to_string(static_cast<int>(version));
    auto c = client(connect_options{.client_id = id, .username = "me"}, version);
    c.publish("inbox/" + id, "right behind the CONNECT", qos2);
    BOOST_TEST(brief(c.expect_message()) == "inbox/" + id + " right behind the CONNECT 2");
    auto p = client(version);
    p.publish("user/me/x", "m", qos1, true);
    BOOST_TEST(brief(c.expect_message()) == "user/me/x m 0 retain");
    c.publish("user/me/x", "mine", qos1);
    c.expect_nothing(); // no-local
    const auto rows = api("/subscriptions/" + id);
    BOOST_TEST(rows.find("\"inbox/" + id + '"') != std::string::npos, rows);
    BOOST_TEST(rows.find("\"user/me/#\"") != std::string::npos, rows);
    BOOST_TEST(reasons(c.unsubscribe("inbox/" + id)) == (version == v5 ? "00" : ""));
    p.publish("inbox/" + id, "m", qos1);
    c.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(they_survive_with_the_session) {
  const auto id = unique("c");
  mqtt_client first{port(), v5};
  first.connect(persistent(id));
  first.expect_nothing();
  first.disconnect();
  auto p = client();
  p.publish("inbox/" + id, "while away", qos1);
  mqtt_client second{port(), v5};
  BOOST_TEST(second.connect(persistent(id)).session_present);
  BOOST_TEST(second.expect_message().payload == "while away");
}

BOOST_AUTO_TEST_CASE(a_name_with_a_wildcard_gets_no_more) {
  auto c = client(connect_options{.client_id = "+", .username = "#"});
  auto p = client();
  p.publish("inbox/other", "m", qos1);
  p.publish("user/x", "m", qos1);
  c.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exclusive_subscriptions, *boost::unit_test::fixture<exclusive_broker>())

BOOST_AUTO_TEST_CASE(one_holder_at_a_time) {
  const auto t = unique("t");
  auto first = client();
  BOOST_TEST(reasons(first.subscribe("$exclusive/" + t, qos1)) == "01");
  BOOST_TEST(reasons(first.subscribe("$exclusive/" + t, qos2)) == "02"); // again: its own
  for (const auto version : {v311, v5})
    for (int i = 0; i < 4; ++i) { // on several shards
      auto other = client(version);
      mqtt::subscribe s;
      s.packet_id = 9;
      const auto a = t + "/a", wanted = "$exclusive/" + t;
      s.entries = {{a, {qos0}}, {wanted, {qos1}}, {t, {qos1}}};
      other.send(s);
      BOOST_TEST(reasons(other.expect_suback()) == (version == v5 ? "00 97 01" : "00 80 01"));
      BOOST_TEST(reasons(other.unsubscribe(wanted)) == (version == v5 ? "11" : ""));
    }
  auto p = client();
  p.publish(t, "m", qos2);
  BOOST_TEST(brief(first.expect_message()) == t + " m 2");
  first.expect_nothing();
}

BOOST_AUTO_TEST_CASE(it_is_free_after_unsubscribe_and_session_end) {
  const auto wanted = "$exclusive/" + unique("t");
  auto first = client();
  first.subscribe(wanted, qos1);
  first.unsubscribe(wanted);
  auto second = client();
  BOOST_TEST(reasons(second.subscribe(wanted, qos1)) == "01");
  drop(std::move(second));
  BOOST_TEST(eventually([&] { return reasons(first.subscribe(wanted, qos1)) == "01"; }));
}

BOOST_AUTO_TEST_CASE(it_stays_with_a_session_that_is_away) {
  const auto id = unique("c");
  const auto wanted = "$exclusive/" + id;
  auto first = client(persistent(id));
  first.subscribe(wanted, qos1);
  first.disconnect();
  auto second = client();
  BOOST_TEST(reasons(second.subscribe(wanted, qos1)) == "97");
  second.publish(id, "m", qos1);
  mqtt_client back{port(), v5};
  back.connect(persistent(id));
  BOOST_TEST(back.expect_message().payload == "m");
  auto anew = client(connect_options{.client_id = id}); // a clean start ends the old session
  BOOST_TEST(eventually([&] { return reasons(second.subscribe(wanted, qos1)) == "01"; }));
}

BOOST_AUTO_TEST_CASE(each_filter_of_a_large_packet_has_its_own_answer) {
  constexpr std::size_t all = 3'000;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all; ++i)
    names.push_back("$exclusive/large/" + std::to_string(i));
  mqtt::subscribe some{1, {}, {}}, every{2, {}, {}};
  mqtt::unsubscribe leave{3, {}, {}};
  for (std::size_t i = 0; i < all; ++i) {
    if (i % 3 == 0)
      some.entries.push_back({names[i], {qos1}});
    every.entries.push_back({names[i], {qos1}});
    leave.filters.push_back(names[i]);
  }
  every.entries.push_back({names[0], {qos2}}); // again, and refused again
  every.entries.push_back({names[1], {qos2}});
  leave.filters.push_back(names[1]);
  auto first = client();
  first.send(some);
  for (const auto reason : first.expect_suback().reasons)
    BOOST_REQUIRE(reason == mqtt::reason_code::granted_qos1);
  auto other = client();
  other.send(every);
  const auto got = other.expect_suback().reasons;
  BOOST_REQUIRE_EQUAL(got.size(), all + 2);
  for (std::size_t i = 0; i < all; ++i)
    BOOST_REQUIRE(got[i] ==
                  (i % 3 == 0 ? mqtt::reason_code::quota_exceeded : mqtt::reason_code::granted_qos1));
  BOOST_TEST(got[all] == mqtt::reason_code::quota_exceeded);
  BOOST_TEST(got[all + 1] == mqtt::reason_code::granted_qos2);
  other.send(leave);
  const auto left = other.expect_suback(packet_type::unsuback).reasons;
  BOOST_REQUIRE_EQUAL(left.size(), all + 1);
  for (std::size_t i = 0; i < all; ++i)
    BOOST_REQUIRE(left[i] ==
                  (i % 3 == 0 ? mqtt::reason_code::no_subscription_existed : mqtt::reason_code::success));
  BOOST_TEST(left[all] == mqtt::reason_code::no_subscription_existed);
}

// However far the route table is when the next packet comes.
BOOST_AUTO_TEST_CASE(what_somebody_else_holds_cannot_be_left) {
  const auto t = unique("t"), wanted = "$exclusive/" + t;
  const auto ask = [&](std::uint16_t id) { return encoded(mqtt::subscribe{id, {}, {{wanted, {qos1}}}}, v5); };
  const auto leave = [&](std::uint16_t id) {
    return encoded(mqtt::unsubscribe{id, {}, {wanted, wanted}}, v5);
  };
  const auto answers = [](mqtt_client& c, std::size_t count) { // in the order of the packets
    std::map<std::uint16_t, std::string> by_packet;
    while (by_packet.size() < count) {
      const auto answer = c.expect<mqtt::suback>();
      by_packet[answer.packet_id] = reasons(answer);
    }
    std::string all;
    for (const auto& [unused, text] : by_packet)
      all += text + ", ";
    return all;
  };
  auto first = client();
  first.publish(t, "kept", qos1, true);
  first.subscribe(wanted, {.level = qos1, .retain_handling = 2});
  for (int i = 0; i < 4; ++i) { // on several shards
    auto other = client();
    other.send_bytes(ask(1) + leave(2) + ask(3) + ask(4) + leave(5));
    BOOST_TEST(answers(other, 5) == "97, 11 11, 97, 97, 11 11, ");
    other.expect_nothing(); // no retained message either
  }
  first.unsubscribe(wanted);
  auto other = client();
  other.send_bytes(ask(1) + leave(2));
  BOOST_TEST(answers(other, 2) == "01, 00 11, ");
  other.until_pingresp(); // the retained message has come or not: it may be on its way before the second
                          // packet
  other.send_bytes(ask(3));
  BOOST_TEST(answers(other, 1) == "01, ");
  BOOST_TEST(brief(other.expect_message()) == t + " kept 1 retain");
  BOOST_TEST(reasons(first.subscribe(wanted, qos1)) == "97");
}

BOOST_AUTO_TEST_CASE(it_gets_retained_messages_and_counts_as_plain) {
  const auto t = unique("t");
  auto p = client();
  p.publish(t, "kept", qos1, true);
  const auto before = number_in(api("/stats"), "subscriptions.shared.count");
  auto c = client();
  c.subscribe("$exclusive/" + t, qos1);
  BOOST_TEST(brief(c.expect_message()) == t + " kept 1 retain");
  BOOST_TEST(number_in(api("/stats"), "subscriptions.shared.count") == before);
}

BOOST_AUTO_TEST_CASE(the_api_is_refused_too) {
  const auto t = unique("t");
  auto first = client();
  first.subscribe("$exclusive/" + t, qos1);
  const auto id = unique("other");
  auto other = client(connect_options{.client_id = id});
  const auto http = suite_broker::get().http_port();
  const auto ask = [&](const std::string& topic) {
    return number_in(http_request(http, "POST", "/api/v4/mqtt/subscribe",
                                  R"({"topic":")" + topic + R"(","qos":1,"clientid":")" + id + "\"}")
                         .body,
                     "code");
  };
  BOOST_TEST(ask("$exclusive/" + t) == 102);
  BOOST_TEST(ask("$exclusive/" + t + "/free") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bridges, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(exclusive_subscriptions_are_off) {
  auto c = client();
  BOOST_TEST(reasons(c.subscribe("$exclusive/t", qos1)) == "8f");
}

BOOST_AUTO_TEST_CASE(delayed_topics_are_ordinary) {
  auto c = client();
  const auto t = "$delayed/1/" + unique("t");
  c.subscribe(t, qos1);
  c.publish(t, "m", qos1);
  BOOST_TEST(c.expect_message().topic == t);
}

BOOST_AUTO_TEST_CASE(a_bridge_keeps_the_retain_flag_and_gets_nothing_back) {
  for (const auto version : {v31, v311}) {
    const auto t = unique("t");
    auto bridge = client(connect_options{.bridge = true}, version);
    bridge.subscribe(t, qos1);
    auto plain = client(version);
    plain.subscribe(t, qos1);
    bridge.publish(t, "from the bridge", qos1);
    BOOST_TEST(brief(plain.expect_message()) == t + " from the bridge 1");
    plain.publish(t, "to the bridge", qos1, true);
    BOOST_TEST(brief(bridge.expect_message()) == t + " to the bridge 1 retain");
    BOOST_TEST(brief(plain.expect_message()) == t + " to the bridge 1");
    bridge.expect_nothing();
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(queue_priorities, *boost::unit_test::fixture<priority_broker>())

BOOST_AUTO_TEST_CASE(higher_ones_first_each_with_its_bound) {
  const auto id = unique("c");
  auto c = client(persistent(id));
  c.subscribe("#", qos1);
  c.disconnect();
  auto p = client();
  for (const char* text : {"1", "2", "3"})
    for (const char* topic : {"other", "news", "alarm"})
      p.publish(topic, text, qos1);
  mqtt_client back{port(), v5};
  back.connect(persistent(id));
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const auto m = back.expect_message();
    order.append(m.topic).append(m.payload).append(" ");
  }
  BOOST_TEST(order == "alarm2 alarm3 news2 news3 other2 other3 ");
  back.expect_nothing();
}

BOOST_AUTO_TEST_SUITE_END()
