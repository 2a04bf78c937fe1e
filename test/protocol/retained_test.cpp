// Retained messages: section 3.3.1.3.
#include "protocol/fixture.hpp"
#include "protocol/raw5.hpp"
#include "protocol/v3_fixture.hpp"

#include <map>

namespace {

using namespace troupe;
using namespace troupe::test;

struct small_retainer_broker : suite_broker {
  small_retainer_broker()
      : suite_broker("retainer.max_retained_messages = 3\nretainer.max_payload_size = 10\n"
                     "retainer.expiry_interval = 2s\n") {}
};

/// The payload of the retained message of a topic, asked for by a new client, or "-".
std::string retained(const std::string& topic) {
  auto c = client();
  c.subscribe(topic, qos2);
  const auto packets = c.until_pingresp();
  if (packets.empty())
    return "-";
  const auto& m = std::get<mqtt::publish>(packets.at(0));
  BOOST_TEST(m.retain);
  BOOST_TEST(m.topic == topic);
  return std::string{m.payload};
}

bool becomes(const std::string& topic, const std::string& wanted) {
  return eventually([&] { return retained(topic) == wanted; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(retained_messages, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_5_the_last_one_is_kept) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    auto p = client(version);
    for (const auto level : all_qos)
      p.publish(topic, "payload " + std::to_string(static_cast<int>(level)), level, true);
    BOOST_TEST(becomes(topic, "payload 2"));
    auto s = client(version);
    s.subscribe(topic, qos1);
    BOOST_TEST(brief(s.expect_message()) == topic + " payload 2 1 retain");
    s.expect_nothing();
  }
}

// In one write: the levels take different ways through the broker.
BOOST_AUTO_TEST_CASE(MQTT_3_3_1_5_the_last_one_is_kept_whatever_came_before) {
  for (const auto version : {v31, v311})
    for (const unsigned level : {0U, 1U})
      for (const std::string payload : {"last", ""}) {
        const auto topic = unique("t");
        auto live = client();
        live.subscribe(topic, qos2);
        auto p = joined(version);
        p.send_bytes(wire::with(wire::publish(topic, "first", 2, 1), wire::retain) +
                     wire::with(wire::publish(topic, payload, level, 2), wire::retain));
        BOOST_TEST(live.expect_message().payload == "first");
        BOOST_TEST(live.expect_message().payload == payload);
        BOOST_TEST(becomes(topic, payload.empty() ? "-" : payload));
      }
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_6_an_empty_payload_removes_it) {
  const auto topic = unique("t");
  auto p = client();
  auto live = client();
  live.subscribe(topic, qos0);
  p.publish(topic, "x", qos1, true);
  BOOST_TEST(live.expect_message().payload == "x");
  BOOST_TEST(becomes(topic, "x"));
  p.publish(topic, "", qos1, true);
  BOOST_TEST(brief(live.expect_message()) == topic + "  0"); // still routed
  BOOST_TEST(becomes(topic, "-"));                           // [MQTT-3.3.1-7]
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_8_other_messages_leave_it_alone) {
  const auto topic = unique("t");
  auto p = client();
  p.publish(topic, "kept", qos1, true);
  BOOST_TEST(becomes(topic, "kept"));
  p.publish(topic, "passing", qos1, false);
  p.publish(topic, "", qos1, false);
  BOOST_TEST(retained(topic) == "kept");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_9_handling_0_sends_at_every_subscribe) {
  const auto topic = unique("t");
  auto c = client();
  c.publish(topic, "x", qos1, true);
  BOOST_TEST(becomes(topic, "x"));
  for (int i = 0; i < 3; ++i) {
    c.subscribe(topic, qos0);
    BOOST_TEST(c.expect_message().payload == "x"); // [MQTT-3.8.4-4]
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_10_handling_1_sends_for_a_new_subscription) {
  const auto topic = unique("t");
  auto c = client();
  c.publish(topic, "x", qos1, true);
  BOOST_TEST(becomes(topic, "x"));
  const mqtt::subscription_options once{.retain_handling = 1};
  c.subscribe(topic, once);
  BOOST_TEST(c.expect_message().payload == "x");
  c.subscribe(topic, once);
  c.expect_nothing();
  c.unsubscribe(topic);
  c.subscribe(topic, once);
  BOOST_TEST(c.expect_message().payload == "x");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_10_handling_1_and_a_resumed_session) {
  const auto topic = unique("t");
  const auto id = unique("c");
  auto p = client();
  p.publish(topic, "x", qos1, true);
  BOOST_TEST(becomes(topic, "x"));
  const mqtt::subscription_options once{.retain_handling = 1};
  auto c = client(persistent(id));
  c.subscribe(topic, once);
  BOOST_TEST(c.expect_message().payload == "x");
  c.disconnect();
  auto again = client(persistent(id));
  again.subscribe(topic, once);
  again.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_11_handling_2_never_sends) {
  const auto topic = unique("t");
  auto c = client();
  c.publish(topic, "x", qos1, true);
  BOOST_TEST(becomes(topic, "x"));
  c.subscribe(topic, mqtt::subscription_options{.retain_handling = 2});
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_12_retain_as_published_0) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    auto s = client(version);
    s.subscribe(topic, qos0);
    auto p = client();
    p.publish(topic, "live", qos0, true);
    BOOST_TEST(brief(s.expect_message()) == topic + " live 0");
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_1_13_retain_as_published_1) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, mqtt::subscription_options{.retain_as_published = true});
  auto p = client();
  p.publish(topic, "live", qos0, true);
  BOOST_TEST(brief(s.expect_message()) == topic + " live 0 retain");
  p.publish(topic, "plain");
  BOOST_TEST(brief(s.expect_message()) == topic + " plain 0");
}

BOOST_AUTO_TEST_CASE(bridges_of_3_1_1_see_the_retain_flag) {
  const auto topic = unique("t");
  auto s = client(connect_options{.bridge = true}, v311);
  s.subscribe(topic, qos0);
  auto p = client();
  p.publish(topic, "live", qos0, true);
  BOOST_TEST(brief(s.expect_message()) == topic + " live 0 retain");
}

BOOST_AUTO_TEST_CASE(wildcards_find_all_that_match) {
  const auto base = unique("w");
  auto p = client();
  for (const char* name : {"/a", "/b", "/a/b", "/a/b/c", ""})
    p.publish(base + name, std::string{"at "} + name, qos1, true);
  BOOST_TEST(becomes(base, "at "));
  const std::map<std::string, std::size_t> expected{
      {"/#", 5}, {"/+", 2}, {"/+/b", 1}, {"/a/#", 3}, {"/a/+/+", 1}};
  for (const auto& [filter, count] : expected) {
    auto s = client();
    s.subscribe(base + filter, qos0);
    BOOST_TEST_CONTEXT(base + filter) {
      for (std::size_t i = 0; i < count; ++i)
        s.expect_message();
      s.expect_nothing();
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_2_1_retained_dollar_topics_need_explicit_filters) {
  const std::string topic = "$retained-test/x";
  auto p = client();
  p.publish(topic, "hidden", qos1, true);
  BOOST_TEST(becomes(topic, "hidden"));
  for (const char* filter : {"#", "+/x", "+/#"}) {
    auto s = client();
    s.subscribe(filter, qos0);
    for (const auto& packet : s.until_pingresp())
      BOOST_TEST(!std::get<mqtt::publish>(packet).topic.starts_with('$'));
  }
  p.publish(topic, "", qos1, true);
}

BOOST_AUTO_TEST_CASE(many_retained_messages) {
  const auto base = unique("many");
  auto p = client();
  for (int i = 0; i < 3000; ++i)
    p.publish(base + '/' + std::to_string(i), std::to_string(i), qos0, true);
  BOOST_TEST(becomes(base + "/2999", "2999"));
  auto s = client();
  s.subscribe(base + "/#", qos0);
  std::map<std::string, int> seen;
  for (int i = 0; i < 3000; ++i)
    ++seen[std::string{s.expect_message().payload}];
  BOOST_TEST(seen.size() == 3000u);
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered_behind_them) {
  const auto topic = unique("t");
  client().publish(topic, "x", qos1, true);
  BOOST_TEST(becomes(topic, "x"));
  for (int i = 0; i < 40; ++i) { // on both shards
    auto c = client();
    c.send(mqtt::subscribe{1, {}, {{topic + "/none", {qos1}}, {topic, {qos1}}}});
    BOOST_TEST(c.until_pingresp().size() == 2u); // SUBACK and the message
  }
}

BOOST_AUTO_TEST_CASE(properties_are_kept) {
  const auto topic = unique("t");
  auto p = client();
  property_writer w;
  w.number(property::payload_format_indicator, 1).text(property::content_type, "text/plain");
  w.text(property::response_topic, "answer/here")
      .text(property::correlation_data, std::string_view{"\0\1", 2});
  w.user_property("b", "2").user_property("a", "1");
  p.publish(topic, "x", qos1, true, w);
  BOOST_TEST(becomes(topic, "x"));
  auto s = client();
  s.subscribe(topic, qos0);
  const auto m = s.expect_message();
  BOOST_TEST(m.properties.number(property::payload_format_indicator).value_or(9) == 1u);
  BOOST_TEST(m.properties.text(property::content_type).value_or("") == "text/plain");
  BOOST_TEST(m.properties.text(property::response_topic).value_or("") == "answer/here");
  BOOST_TEST((m.properties.text(property::correlation_data) == std::string_view{"\0\1", 2}));
  std::string user;
  m.properties.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::user_property)
      user.append(e.text).append("=").append(e.value).append(" ");
  });
  BOOST_TEST(user == "b=2 a=1 ");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_5_an_expired_one_is_not_sent) {
  const auto topic = unique("t");
  auto p = client();
  p.publish(topic, "short", qos1, true, numbers({{property::message_expiry_interval, 1}}));
  BOOST_TEST(becomes(topic, "short"));
  BOOST_TEST(becomes(topic, "-"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retainer_limits, *boost::unit_test::fixture<small_retainer_broker>())

BOOST_AUTO_TEST_CASE(number_of_messages) {
  auto p = client();
  for (const char* topic : {"n/1", "n/2", "n/3", "n/4"})
    p.publish(topic, topic, qos1, true);
  p.publish("n/1", "changed", qos1, true);
  BOOST_TEST(becomes("n/1", "changed"));
  BOOST_TEST(retained("n/3") == "n/3");
  BOOST_TEST(retained("n/4") == "-");
  // they expire, and then there is room again
  BOOST_TEST(becomes("n/1", "-"));
  const bool room = eventually([&] {
    p.publish("n/5", "fits", qos1, true);
    return retained("n/5") == "fits";
  });
  BOOST_TEST(room);
}

BOOST_AUTO_TEST_CASE(size_of_a_payload) {
  auto s = client();
  s.subscribe("size", qos0);
  auto p = client();
  BOOST_TEST(eventually([&] {
    p.publish("size", "0123456789", qos1, true);
    s.expect_message();
    return retained("size") == "0123456789";
  }));
  p.publish("size", "0123456789a", qos1, true);
  BOOST_TEST(s.expect_message().payload == "0123456789a"); // routed, not kept
  BOOST_TEST(retained("size") != "0123456789a");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// Sessions and their subscriptions live on two threads.
struct two_shards : suite_broker {
  two_shards() : suite_broker("node.io_threads = 2\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(retained_races, *boost::unit_test::fixture<two_shards>())

BOOST_AUTO_TEST_CASE(who_subscribes_while_a_message_is_retained_gets_it) {
  constexpr int pairs = 8;
  constexpr int rounds = 150;
  std::string long_turn; // what the broker reads together with the message keeps it from doing anything else
  for (int i = 0; i < 300; ++i)
    long_turn += packet_bytes("30 * <nobody/reads/this> () 'x'");
  for (int pair = 0; pair < pairs; ++pair) {
    auto s = client();
    auto p = client(); // each on any of the threads
    for (int round = 0; round < rounds; ++round) {
      const auto t = unique(std::to_string(pair) + "/" + std::to_string(round));
      p.publish(t, "old", qos1, true);
      s.send_bytes(packet_bytes("82 * 0001 () <" + t + "> 00"));
      p.send_bytes(packet_bytes("33 * <" + t + "> 0001 () 'new'") + long_turn);
      p.expect_ack(packet_type::puback, 1);
      for (bool came = false; !came;) {
        const auto packet = s.next();
        const auto* m = std::get_if<mqtt::publish>(&packet);
        came = m != nullptr && m->topic == t && m->payload == "new";
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_older_retained_message_does_not_follow_a_newer_one) {
  constexpr int pairs = 12;
  constexpr int rounds = 25;
  std::string long_turns; // keep the thread of the retained messages from answering at once
  for (int i = 0; i < 16'000; ++i)
    long_turns += packet_bytes("30 * <nobody/reads/this> () 'x'");
  for (int pair = 0; pair < pairs; ++pair) {
    auto s = client();
    auto p = client(); // each on any of the threads
    auto busy = client();
    for (int round = 0; round < rounds; ++round) {
      const auto t = unique(std::to_string(pair) + "/" + std::to_string(round));
      p.publish(t, "old", qos1, true);
      busy.send_bytes(long_turns);
      s.subscribe(t, qos0);
      p.publish(t, "new", qos1, true);
      while (s.expect_message().payload != "new") {
      }
      for (const auto& packet : s.until_pingresp()) // what was retained comes before it
        if (const auto* m = std::get_if<mqtt::publish>(&packet))
          BOOST_TEST(m->payload == "new");
    }
  }
}

// What was not on its way when the subscription ended is not for one that comes later and wants none.
BOOST_AUTO_TEST_CASE(unsubscribing_ends_what_is_retained) {
  constexpr int all = 1'500;
  const auto base = unique("many");
  auto p = client();
  for (int i = 0; i < all; ++i)
    p.publish(base + "/" + std::to_string(i), "x", qos1, true);
  auto s = client(with({{property::receive_maximum, 1}}));
  s.subscribe(base + "/#", qos1);
  s.unsubscribe(base + "/#");
  const mqtt::subscription_options wants_none{.level = qos1, .retain_handling = 2};
  s.subscribe(base + "/#", wants_none);
  std::size_t count = 0;
  for (auto came = s.until_pingresp(); !came.empty(); came = s.until_pingresp())
    for (const auto& packet : came) {
      s.send_ack(packet_type::puback, std::get<mqtt::publish>(packet).packet_id);
      ++count;
    }
  BOOST_TEST(count < all);
  for (int i = 0; i < all; ++i)
    p.publish(base + "/" + std::to_string(i), "", qos0, true);
}

BOOST_AUTO_TEST_CASE(a_subscription_that_wants_none_gets_none_of_one_before_it) {
  const auto t = unique("t");
  client().publish(t, "x", qos1, true);
  auto s = client();
  s.send_bytes(packet_bytes("82 * 0001 () <" + t + "> 00") + packet_bytes("A2 * 0002 () <" + t + ">") +
               packet_bytes("82 * 0003 () <" + t + "> 20")); // retain handling 2
  s.expect_suback();
  s.expect_suback(packet_type::unsuback);
  s.expect_suback();
  s.expect_nothing();
}

// However many others end with it while its answer waits.
BOOST_AUTO_TEST_CASE(one_of_many_filters_that_end_before_their_answer) {
  const auto ends = unique("ends"), stays = unique("stays");
  client().publish(ends, "x", qos1, true);
  client().publish(stays, "y", qos1, true);
  std::vector<std::string> names;
  mqtt::subscribe many{1, {}, {}};
  mqtt::unsubscribe all{4, {}, {ends}};
  for (int i = 0; i < 1'100; ++i)
    names.push_back("e/" + std::to_string(i));
  for (const auto& name : names) {
    many.entries.push_back({name, {}});
    all.filters.push_back(name);
  }
  auto s = client();
  s.send(many);
  s.expect_suback();
  s.send_bytes(encoded(mqtt::subscribe{2, {}, {{ends, {}}}}, v5) +
               encoded(mqtt::subscribe{3, {}, {{stays, {}}}}, v5) + encoded(all, v5));
  s.expect_suback();
  s.expect_suback();
  std::size_t ended = 0;
  std::string got;
  const auto take = [&](const packet& p) {
    if (const auto* m = std::get_if<mqtt::publish>(&p))
      got += m->payload;
    else if (const auto* answer = std::get_if<mqtt::suback>(&p))
      ended += answer->reasons.size();
  };
  while (ended == 0)
    take(s.next());
  for (const auto& p : s.until_pingresp())
    take(p);
  BOOST_TEST(ended == 1'101U);
  BOOST_TEST(got == "y");
}

BOOST_AUTO_TEST_SUITE_END()
