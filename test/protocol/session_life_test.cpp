// Sessions, wills, keep alive, expiry, aliases, limits of the client.
#include "protocol/fixture.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

mqtt::will will_of(std::string_view topic, std::string_view payload, mqtt::property_view properties = {}) {
  mqtt::will w;
  w.topic = topic;
  w.payload = payload;
  w.properties = properties;
  w.level = qos1;
  return w;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_life, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_3_session_present) {
  for (const auto version : {v311, v5}) {
    const auto id = unique(std::to_string(static_cast<int>(version)));
    mqtt_client first{port(), version};
    BOOST_TEST(!first.connect(persistent(id, version)).session_present);
    first.subscribe(id, qos1);
    first.disconnect();
    auto p = client();
    p.publish(id, "while away", qos1);
    mqtt_client second{port(), version};
    BOOST_TEST(second.connect(persistent(id, version)).session_present);
    BOOST_TEST(second.expect_message().payload == "while away");
    second.disconnect();
    mqtt_client clean{port(), version}; // [MQTT-3.1.2-4]
    BOOST_TEST(!clean.connect(id).session_present);
    p.publish(id, "for nobody", qos1);
    clean.expect_nothing();
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_6_a_clean_session_is_not_resumed) {
  const auto id = unique("c");
  auto first = client(connect_options{.client_id = id}, v311);
  first.subscribe(id, qos1);
  mqtt_client second{port(), v311};
  BOOST_TEST(!second.connect(persistent(id, v311)).session_present);
  first.expect_closed();
  auto p = client();
  p.publish(id, "m", qos1);
  second.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_4_3_takeover) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  first.subscribe(id, qos1);
  mqtt_client second{port(), v5};
  BOOST_TEST(second.connect(persistent(id)).session_present);
  first.expect_disconnect(reason_code::session_taken_over);
  auto p = client();
  p.publish(id, "m", qos1);
  BOOST_TEST(second.expect_message().payload == "m");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_23_session_expiry) {
  const auto id = unique("c");
  connect_options o = persistent(id);
  o.properties = numbers({{property::session_expiry_interval, 1}});
  {
    auto first = client(o);
    first.disconnect();
  }
  BOOST_TEST(eventually([&] {
    const auto rows = http_get(suite_broker::get().http_port(), "/api/v4/clients").body;
    return rows.find(id) == std::string::npos;
  }));
  mqtt_client again{port(), v5};
  BOOST_TEST(!again.connect(persistent(id)).session_present);
}

BOOST_AUTO_TEST_CASE(expiry_on_disconnect) {
  const auto id = unique("c");
  auto first = client(persistent(id));
  first.disconnect(reason_code::success, numbers({{property::session_expiry_interval, 0}}));
  mqtt_client again{port(), v5};
  BOOST_TEST(!again.connect(persistent(id)).session_present);
  auto never = client();
  const auto later = numbers({{property::session_expiry_interval, 10}});
  never.send(mqtt::disconnect{reason_code::success, later.view()});
  never.expect_disconnect(reason_code::protocol_error);
}

// What else the session waits for must not put its end off.
BOOST_AUTO_TEST_CASE(MQTT_3_1_2_23_session_expiry_with_a_message_that_was_not_released) {
  const auto sessions = [] {
    return number_in(http_get(suite_broker::get().http_port(), "/api/v4/stats").body, "sessions.count");
  };
  const auto before = sessions();
  auto c = client(persistent(unique("c")));
  c.send(mqtt::publish{"t", "not released", {}, 1, qos2, false, false});
  c.expect_ack(packet_type::pubrec, 1);
  BOOST_TEST(sessions() == before + 1);
  c.disconnect(reason_code::success, numbers({{property::session_expiry_interval, 1}}));
  BOOST_TEST(eventually([&] { return sessions() <= before; }));
}

// A SUBSCRIBE whose connection is taken over before the answer: the new one must not get it, nor wait for it.
BOOST_AUTO_TEST_CASE(answers_go_to_the_connection_that_asked) {
  for (int i = 0; i < 40; ++i) {
    const auto id = unique(std::to_string(i));
    auto first = client(persistent(id));
    mqtt_client second{port(), v5};
    first.send(mqtt::subscribe{7, {}, {{id, {.level = qos1}}}});
    BOOST_TEST_REQUIRE(second.connect(persistent(id)).session_present);
    second.expect_nothing();
    BOOST_TEST_REQUIRE((second.publish("elsewhere", "m", qos1) == reason_code::no_matching_subscribers));
    second.disconnect(reason_code::success, numbers({{property::session_expiry_interval, 0}}));
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_22_keep_alive) {
  auto heir = client();
  const auto t = unique("will");
  heir.subscribe(t, qos1);
  auto silent = client(connect_options{.keep_alive = 1, .will = will_of(t, "silent")});
  const auto begin = troupe::test::clock::now();
  silent.expect_disconnect(reason_code::keep_alive_timeout);
  BOOST_TEST((troupe::test::clock::now() - begin >= milliseconds{1'400}));
  BOOST_TEST((troupe::test::clock::now() - begin < seconds{4}));
  BOOST_TEST(heir.expect_message().payload == "silent");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_8_will_when_the_connection_breaks) {
  for (const auto version : all_versions) {
    auto heir = client();
    const auto t = unique(std::to_string(static_cast<int>(version)));
    heir.subscribe(t, qos1);
    auto breaks = client(connect_options{.will = will_of(t, "broke")}, version);
    breaks.socket().abort();
    BOOST_TEST(heir.expect_message().payload == "broke");
    auto leaves = client(connect_options{.will = will_of(t, "left")}, version);
    leaves.disconnect();
    auto wrong = client(connect_options{.will = will_of(t, "wrong")}, version);
    wrong.send_bytes(hex("00 00"));
    BOOST_TEST(heir.expect_message().payload == "wrong"); // and none of who left [MQTT-3.14.4-3]
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_14_4_disconnect_with_will) {
  auto heir = client();
  const auto t = unique("t");
  heir.subscribe(t, qos1);
  auto c = client(connect_options{.will = will_of(t, "on purpose")});
  c.disconnect(reason_code::disconnect_with_will);
  BOOST_TEST(heir.expect_message().payload == "on purpose");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_3_9_will_delay) {
  auto heir = client();
  const auto t = unique("t");
  heir.subscribe(t, qos1);
  const auto delay = numbers({{property::will_delay_interval, 1}});
  connect_options o = persistent(unique("c"));
  o.will = will_of(t, "delayed", delay.view());
  {
    auto c = client(o);
    c.socket().abort();
  }
  heir.expect_nothing();
  BOOST_TEST(heir.expect_message().payload == "delayed");
  {
    auto c = client(o);
    c.socket().abort();
  }
  mqtt_client back{port(), v5}; // in time: no will
  auto resumed = persistent(o.client_id);
  back.connect(resumed);
  back.publish(t, "back", qos1);
  BOOST_TEST(heir.expect_message().payload == "back");
  std::string nothing;
  BOOST_TEST((heir.socket().receive(nothing, milliseconds{1'600}) == tcp_socket::state::nothing));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_6_message_expiry_counts_down) {
  const auto id = unique("c");
  {
    auto c = client(persistent(id));
    c.subscribe(id, qos1);
  }
  auto p = client();
  p.publish(id, "short", qos1, false, numbers({{property::message_expiry_interval, 1}}));
  p.publish(id, "long", qos1, false, numbers({{property::message_expiry_interval, 100}}));
  const auto begin = troupe::test::clock::now();
  BOOST_TEST(eventually([&] { return troupe::test::clock::now() - begin > milliseconds{1'200}; }));
  mqtt_client back{port(), v5};
  back.connect(persistent(id));
  const auto m = back.expect_message(); // [MQTT-3.3.2-5]
  BOOST_TEST(m.payload == "long");
  BOOST_TEST(m.properties.number(property::message_expiry_interval).value() < 100U);
  BOOST_TEST(m.properties.number(property::message_expiry_interval).value() >= 90U);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_7_topic_aliases_of_the_client) {
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t + "/#", qos0);
  auto p = client();
  const auto alias = numbers({{property::topic_alias, 3}});
  const auto send = [&](std::string_view topic, std::string_view payload) {
    p.send(mqtt::publish{.topic = topic, .payload = payload, .properties = alias.view()});
  };
  const std::string a = t + "/a", b = t + "/b";
  send(a, "1");
  send("", "2");
  send(b, "3"); // means another topic now
  send("", "4");
  for (const char* wanted : {"/a 1 0", "/a 2 0", "/b 3 0", "/b 4 0"})
    BOOST_TEST(brief(s.expect_message()) == t + wanted);
  auto unknown = client();
  unknown.send(mqtt::publish{.payload = "x", .properties = alias.view()});
  unknown.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_26_topic_aliases_to_the_client) {
  connect_options o;
  o.properties = numbers({{property::topic_alias_maximum, 1}});
  auto s = client(o);
  const auto t = unique("topic");
  s.subscribe(t + "/#", qos0);
  auto p = client();
  for (const char* name : {"/a", "/a", "/b", "/a"})
    p.publish(t + name, "m", qos1);
  const auto first = s.expect_message();
  BOOST_TEST(first.topic == t + "/a");
  BOOST_TEST(first.properties.number(property::topic_alias).value() == 1U);
  const auto second = s.expect_message();
  BOOST_TEST(second.topic == "");
  BOOST_TEST(second.properties.number(property::topic_alias).value() == 1U);
  BOOST_TEST(s.expect_message().topic == t + "/b"); // no alias is left [MQTT-3.1.2-26]
  BOOST_TEST(s.expect_message().topic == "");
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_maximum_packet_size_of_the_client) {
  connect_options o;
  o.properties = numbers({{property::maximum_packet_size, 100}});
  auto small = client(o);
  auto any = client();
  const auto t = unique("t");
  small.subscribe(t, qos1);
  any.subscribe(t, qos1);
  auto p = client();
  const auto before = metric(suite_broker::get().http_port(), "delivery.dropped.too_large");
  p.publish(t, std::string(200, 'x'), qos1);
  p.publish(t, "fits", qos1);
  BOOST_TEST(small.expect_message().payload == "fits");
  BOOST_TEST(any.expect_message().payload.size() == 200U);
  BOOST_TEST(any.expect_message().payload == "fits");
  BOOST_TEST(metric(suite_broker::get().http_port(), "delivery.dropped.too_large") == before + 1);
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_9_receive_maximum_of_the_client) {
  connect_options o;
  o.properties = numbers({{property::receive_maximum, 2}});
  auto s = client(o);
  const auto t = unique("t");
  s.subscribe(t, qos1);
  auto p = client();
  for (int i = 0; i < 5; ++i)
    p.publish(t, std::to_string(i), qos1);
  const auto a = s.expect<mqtt::publish>();
  const auto b = s.expect<mqtt::publish>();
  s.expect_nothing();
  s.send_ack(packet_type::puback, a.packet_id);
  BOOST_TEST(s.expect<mqtt::publish>().payload == "2");
  s.expect_nothing();
  s.send_ack(packet_type::puback, b.packet_id);
  BOOST_TEST(s.expect<mqtt::publish>().payload == "3");
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_4_7_receive_maximum_of_the_broker) {
  auto c = client();
  for (std::uint16_t id = 1; id <= 101; ++id)
    c.send(mqtt::publish{.topic = "t", .payload = "m", .packet_id = id, .level = qos2});
  for (std::uint16_t id = 1; id <= 100; ++id)
    c.expect_ack(packet_type::pubrec, id);
  c.expect_disconnect(reason_code::receive_maximum_exceeded);
}

BOOST_AUTO_TEST_CASE(the_session_of_one_that_sent_too_much_expires) {
  const auto sessions = [] {
    return number_in(http_get(suite_broker::get().http_port(), "/api/v4/stats").body, "sessions.count");
  };
  const auto before = sessions();
  connect_options o{.client_id = unique("c"), .clean = false};
  o.properties = numbers({{property::session_expiry_interval, 1}});
  const auto topic = unique("will");
  auto s = client();
  s.subscribe(topic, qos1);
  o.will = will_of(topic, "gone");
  auto c = client(o);
  for (std::uint16_t id = 1; id <= 101; ++id)
    c.send(mqtt::publish{.topic = "t", .payload = "m", .packet_id = id, .level = qos2});
  BOOST_TEST(s.expect_message().payload == "gone");
  s.disconnect();
  BOOST_TEST(eventually([&] { return sessions() <= before; }));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_17_user_properties_are_forwarded_in_order) {
  auto s = client();
  const auto t = unique("t");
  s.subscribe(t, qos1);
  property_writer w;
  w.user_property("b", "1")
      .text(property::content_type, "text")
      .user_property("a", "2")
      .user_property("b", "3");
  w.text(property::response_topic, "answers").text(property::correlation_data, "c");
  auto p = client();
  p.publish(t, "m", qos1, false, w);
  const auto m = s.expect_message();
  std::string pairs;
  m.properties.for_each([&](const mqtt::property_entry& e) {
    if (e.id == property::user_property)
      pairs += std::string{e.text} + std::string{e.value};
  });
  BOOST_TEST(pairs == "b1a2b3");
  BOOST_TEST(m.properties.text(property::content_type).value() == "text");
  BOOST_TEST(m.properties.text(property::response_topic).value() == "answers");
  BOOST_TEST(m.properties.text(property::correlation_data).value() == "c");
}

BOOST_AUTO_TEST_CASE(properties_of_the_will) {
  auto heir = client();
  const auto t = unique("t");
  heir.subscribe(t, qos1);
  auto options = persistent(unique("c"));
  property_writer w;
  w.user_property("b", "1").user_property("a", "2").text(property::content_type, "text");
  w.number(property::payload_format_indicator, 1).number(property::message_expiry_interval, 60);
  w.text(property::response_topic, "answers").text(property::correlation_data, "c");
  w.number(property::will_delay_interval, 0);
  options.will = will_of(t, "gone", w.view());
  client(std::move(options)).socket().abort();
  const auto m = heir.expect_message();
  BOOST_TEST(m.payload == "gone");
  BOOST_TEST(m.properties.number(property::payload_format_indicator).value_or(0) == 1u);
  BOOST_TEST(m.properties.number(property::message_expiry_interval).value_or(0) >= 58u);
  BOOST_TEST(!m.properties.number(property::will_delay_interval).has_value());
  std::string texts;
  m.properties.for_each([&](const mqtt::property_entry& e) { texts.append(e.text).append(e.value) += ' '; });
  BOOST_TEST(texts.find("b1 a2 ") != std::string::npos, texts);
  for (const char* text : {"text ", "answers ", "c "})
    BOOST_TEST(texts.find(text) != std::string::npos, texts);
}

BOOST_AUTO_TEST_SUITE_END()
