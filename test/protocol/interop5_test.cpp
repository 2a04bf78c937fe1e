// What interoperability suites try: whole conversations of MQTT 5.0 clients.
#include "protocol/raw5.hpp"

#include <map>
#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

mqtt::will a_will(std::string_view topic, std::string_view payload, mqtt::property_view properties = {}) {
  return {topic, payload, properties, qos1, false};
}

} // namespace

BOOST_AUTO_TEST_SUITE(interop5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(retained_messages_of_each_qos_through_a_wildcard) {
  const auto t = unique("t");
  auto p = client();
  for (const auto level : all_qos)
    p.publish(t + "/" + std::to_string(static_cast<int>(level)) + "/x", "kept", level, true);
  for (const auto granted : all_qos) {
    auto s = client();
    s.subscribe(t + "/+/#", granted);
    std::map<std::string, qos> got;
    for (int i = 0; i < 3; ++i) {
      const auto m = s.expect_message();
      BOOST_TEST(m.retain);
      got[std::string{m.topic}] = m.level;
    }
    for (const auto level : all_qos)
      BOOST_TEST(got.at(t + "/" + std::to_string(static_cast<int>(level)) + "/x") ==
                 std::min(level, granted));
    s.expect_nothing();
  }
  for (const auto level : all_qos) // and each is removed again
    p.publish(t + "/" + std::to_string(static_cast<int>(level)) + "/x", "", level, true);
  auto s = client();
  s.subscribe(t + "/#", qos2);
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(no_local_leaves_out_ones_own_retained_message) {
  const auto t = unique("t");
  auto c = client();
  c.publish(t + "/mine", "x", qos1, true);
  auto other = client();
  other.publish(t + "/other", "y", qos1, true);
  c.subscribe(t + "/+", {.level = qos1, .no_local = true}); // [MQTT-3.8.3-3] knows no exception
  BOOST_TEST(brief(c.expect_message()) == t + "/other y 1 retain");
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(request_and_response) {
  const auto t = unique("service"), answers = unique("answers");
  auto responder = client();
  responder.subscribe(t, qos1);
  auto requester = client();
  requester.subscribe(answers, qos1);
  property_writer request;
  request.text(property::response_topic, answers)
      .text(property::correlation_data, std::string_view{"\0\1\xfe", 3});
  requester.publish(t, "2 + 2", qos1, false, request);
  const auto m = responder.expect_message();
  property_writer answer;
  answer.text(property::correlation_data, m.properties.text(property::correlation_data).value());
  responder.publish(m.properties.text(property::response_topic).value(), "4", qos1, false, answer);
  const auto got = requester.expect_message();
  BOOST_TEST(got.payload == "4");
  BOOST_TEST((got.properties.text(property::correlation_data) == std::string_view{"\0\1\xfe", 3}));
}

BOOST_AUTO_TEST_CASE(takeover_and_the_will_of_the_old_connection) {
  // with a delay: a resumed session keeps it back, Clean Start ends the session and publishes it
  const auto t = unique("will");
  auto heir = client();
  heir.subscribe(t, qos1);
  const auto delay = numbers({{property::will_delay_interval, 600}});
  for (const bool clean : {false, true}) {
    const auto id = unique("c");
    auto o = persistent(id);
    o.will = a_will(t, clean ? "clean" : "resumed", delay.view());
    auto first = client(o);
    auto again = persistent(id);
    again.clean = clean;
    auto second = client(again);
    first.expect_disconnect(reason_code::session_taken_over);
    if (clean)
      BOOST_TEST(heir.expect_message().payload == "clean");
    second.disconnect();
    expect_fence(heir, heir, t);
  }
}

BOOST_AUTO_TEST_CASE(clients_that_vanish_in_the_middle_of_qos_2) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos2);
  const auto id = unique("p");
  for (int i = 0; i < 20; ++i) { // at each step of the handshake
    auto p = client(persistent(id));
    p.send(mqtt::publish{t, std::to_string(i), {}, 1, qos2, false, false});
    p.expect_ack(packet_type::pubrec, 1);
    if (i % 2 == 0)
      p.socket().abort();
    auto again = client(persistent(id));
    again.send(mqtt::publish{t, std::to_string(i), {}, 1, qos2, true, false});
    again.expect_ack(packet_type::pubrec, 1);
    again.send_ack(packet_type::pubrel, 1);
    BOOST_TEST(again.expect_ack(packet_type::pubcomp, 1).reason == reason_code::success);
    again.send_ack(packet_type::pubrel, 1); // as after a lost PUBCOMP
    BOOST_TEST(again.expect_ack(packet_type::pubcomp, 1).reason == reason_code::packet_identifier_not_found);
  }
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(s.expect_message().payload == std::to_string(i)); // each once
  expect_fence(s, s, t);
}

BOOST_AUTO_TEST_CASE(subscriptions_that_come_and_go_while_the_client_is_away) {
  const auto id = unique("c");
  auto p = client();
  for (int i = 0; i < 4; ++i) {
    auto c = client(persistent(id));
    c.subscribe(id, qos1);
    c.disconnect();
    p.publish(id, "kept", qos1);
    auto back = client(persistent(id));
    BOOST_TEST(back.expect_message().payload == "kept");
    back.unsubscribe(id);
    back.disconnect();
    BOOST_TEST(p.publish(id, "lost", qos1) == reason_code::no_matching_subscribers);
  }
}

BOOST_AUTO_TEST_CASE(message_expiry_of_a_will_of_a_session_that_waits) {
  const auto t = unique("will"), id = unique("heir");
  auto heir = client(persistent(id));
  heir.subscribe(t, qos1);
  heir.disconnect();
  const auto expiry = numbers({{property::message_expiry_interval, 1}});
  connect_options o;
  o.will = a_will(t, "short", expiry.view());
  client(o).socket().abort();
  auto p = client();
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'300}; }));
  p.publish(t, "after", qos1);
  auto back = client(persistent(id));
  BOOST_TEST(back.expect_message().payload == "after");
}

BOOST_AUTO_TEST_CASE(many_connections_for_one_client_id) {
  const auto id = unique("c");
  std::vector<mqtt_client> clients;
  for (int i = 0; i < 20; ++i)
    clients.push_back(client(persistent(id)));
  for (std::size_t i = 0; i + 1 < clients.size(); ++i)
    clients[i].expect_disconnect(reason_code::session_taken_over);
  clients.back().expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_client_of_each_version_in_one_session) {
  const auto id = unique("c");
  auto p = client();
  auto first = client(persistent(id, v311), v311);
  first.subscribe(id, qos1);
  first.disconnect();
  property_writer w;
  w.user_property("a", "1");
  p.publish(id, "x", qos1, false, w);
  auto second = client(persistent(id)); // goes on with 5.0
  const auto m = second.expect_message();
  BOOST_TEST(brief(m) == id + " x 1");
  BOOST_TEST(user_properties(m.properties) == "a=1 ");
  second.disconnect();
  p.publish(id, "y", qos1, false, w);
  auto third = client(persistent(id, v31), v31);
  BOOST_TEST(brief(third.expect_message()) == id + " y 1");
}

BOOST_AUTO_TEST_SUITE_END()
