// CONNECT and CONNACK of MQTT 3.1.1 and 3.1: sections 3.1, 3.2 and 3.14 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

namespace {

/// The broker closes behind `bytes` without an answer.
void expect_no_answer(std::string_view bytes) {
  mqtt_client c{port(), v311};
  c.send_bytes(bytes);
  BOOST_CHECK_NO_THROW(c.expect_closed());
}

/// The broker answers `bytes` with CONNACK and this return code, and closes.
void expect_return_code(std::string_view bytes, unsigned code) {
  mqtt_client c{port(), v311};
  exchange(c, bytes, wire::connack(false, code));
  BOOST_CHECK_NO_THROW(c.expect_closed());
}

struct short_ids_broker : suite_broker {
  short_ids_broker() : suite_broker("mqtt.max_clientid_len = 23\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(v3_connect, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_1_4_1_connect_against_its_form) {
  const auto will = will_fields("t", "w");
  const struct {
    const char* what;
    unsigned flags;
    std::string fields;
  } wrong[] = {
      {"reserved flag [MQTT-3.1.2-3]", 0x03, ""},
      {"will flag, no will [MQTT-3.1.2-9]", 0x06, ""},
      {"will flag, no will message [MQTT-3.1.2-9]", 0x06, wire::text("t")},
      {"will without its flag [MQTT-3.1.2-11]", 0x02, will},
      {"will QoS without will flag [MQTT-3.1.2-13]", 0x0A, ""},
      {"will QoS 3 [MQTT-3.1.2-14]", 0x1E, will},
      {"will retain without will flag [MQTT-3.1.2-15]", 0x22, ""},
      {"user name without its flag [MQTT-3.1.2-18]", 0x02, wire::text("u")},
      {"user name flag, no user name [MQTT-3.1.2-19]", 0x82, ""},
      {"password without its flag [MQTT-3.1.2-20]", 0x82, wire::text("u") + wire::text("p")},
      {"password flag, no password [MQTT-3.1.2-21]", 0xC2, wire::text("u")},
      {"password flag, no user name flag [MQTT-3.1.2-22]", 0x42, wire::text("p")},
      {"will topic with a wildcard", 0x06, will_fields("t/#", "w")},
      {"empty will topic", 0x06, will_fields("", "w")},
      {"a field that is longer than the packet", 0x82, hex("0005 'u'")},
      {"a byte behind the last field", 0x82, wire::text("u") + "x"},
  };
  for (const auto& w : wrong)
    BOOST_TEST_CONTEXT(w.what) { expect_no_answer(wire::connect(v311, "c", w.flags, w.fields)); }
  // [MQTT-3.1.3-3]: no client identifier, not even an empty one
  expect_no_answer(hex("10 0A 0004 'MQTT' 04 02 003C"));
  expect_no_answer(hex("10 0B 0004 'MQTT' 04 02 003C 00"));
  expect_no_answer(hex("10 07 0004 'MQTT' 04"));
  expect_no_answer(hex("10 00"));
  for (unsigned flags = 1; flags < 16; ++flags)
    expect_no_answer(wire::with(wire::connect(v311, "c"), flags)); // [MQTT-2.2.2-2]
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_2_return_code_1_for_an_unknown_level) {
  for (const char* name_and_level : {"0004 'MQTT' 00", "0004 'MQTT' 03", "0004 'MQTT' 06", "0004 'MQTT' 7F",
                                     "0006 'MQIsdp' 02", "0006 'MQIsdp' 04"})
    BOOST_TEST_CONTEXT(name_and_level) {
      expect_return_code(wire::packet(0x10, hex(name_and_level + std::string{"02 003C 0001 'c'"})), 1);
    }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_3_5_ids_of_1_to_23_letters_and_digits) {
  const std::string all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (const auto version : v3_versions) {
    for (std::size_t length = 1; length <= 23; ++length)
      expect_quiet(*std::make_unique<mqtt_client>(joined(version, all.substr(3 * length % 40, length))));
    for (std::size_t i = 0; i + 21 <= all.size(); i += 20)
      joined(version, all.substr(i, 22));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_4_4_accepted_with_return_code_0) {
  for (const auto version : v3_versions) {
    const auto fields = will_fields("t", "w") + wire::text("user") + wire::text(std::string("\0\xff", 2));
    for (const unsigned will : {0x04U, 0x0CU, 0x14U, 0x24U, 0x2CU, 0x34U}) // [MQTT-3.1.3-1]: all in order
      joined(version, unique("c"), wire::clean | wire::username | wire::password | will, fields)
          .send_bytes(wire::disconnect());
    joined(version, unique("c"), wire::clean | wire::username, wire::text(""));
    joined(version, unique("c"), 0);
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_4_2_the_older_connection_ends) {
  for (const auto old : v3_versions)
    for (const auto version : v3_versions) {
      const auto id = unique("c");
      auto first = joined(old, id);
      auto second = joined(version, id);
      BOOST_CHECK_NO_THROW(first.expect_closed());
      expect_quiet(second);
    }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_4_5_nothing_behind_a_refused_connect_is_processed) {
  const auto topic = unique("t");
  auto watcher = joined(v311);
  exchange(watcher, wire::subscribe(1, {{topic, 0}}), wire::suback(1, {0}));
  expect_return_code(wire::connect(v311, "", 0) + wire::publish(topic, "no", 1, 1) + wire::pingreq(), 2);
  expect_no_answer(wire::connect(v311, "c", 0x03) + wire::publish(topic, "no", 1, 1) + wire::pingreq());
  expect_only_fence(watcher, topic);
}

BOOST_AUTO_TEST_CASE(MQTT311_3_2_0_1_connack_comes_first) {
  for (const auto version : v3_versions) {
    const auto id = unique("c");
    auto first = joined(version, id, 0);
    exchange(first, wire::subscribe(1, {{id, 1}}), wire::suback(1, {1}));
    first.send_bytes(wire::disconnect());
    first.expect_closed();
    auto p = joined(v311);
    for (std::size_t i = 1; i <= 3; ++i)
      exchange(p, wire::publish(id, "stored", 1, i), wire::puback(i));
    // all at once: what waits for the session, what CONNECT is followed by
    mqtt_client second{port(), version};
    second.send_bytes(wire::connect(version, id, 0) + wire::subscribe(9, {{id + "/2", 0}}) + wire::pingreq());
    second.expect_bytes(wire::connack(version == v311, 0));
    std::size_t messages = 0;
    for (bool pinged = false; !pinged || messages < 3;) {
      const auto packet = second.next();
      messages += std::holds_alternative<troupe::mqtt::publish>(packet) ? 1 : 0;
      pinged = pinged || std::holds_alternative<troupe::mqtt::ping>(packet);
    }
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_2_2_1_session_present) {
  const auto id = unique("c");
  joined(v311, id, 0).send_bytes(wire::disconnect());            // [MQTT-3.2.2-3]
  joined(v311, id, 0, {}, true).send_bytes(wire::disconnect());  // [MQTT-3.2.2-2]
  joined(v311, id, wire::clean).send_bytes(wire::disconnect());  // [MQTT-3.2.2-1]
  joined(v311, id, 0, {}, false).send_bytes(wire::disconnect()); // the clean one took it away
}

BOOST_AUTO_TEST_CASE(MQTT311_3_1_2_24_silence) {
  std::vector<mqtt_client> silent;
  const auto begin = clock::now();
  for (const auto version : v3_versions) {
    silent.emplace_back(port(), version);
    exchange(silent.back(), wire::connect(version, unique("c"), wire::clean, {}, 1), wire::connack(false, 0));
  }
  for (auto& c : silent) {
    BOOST_CHECK_NO_THROW(c.expect_closed(seconds{5}));
    BOOST_TEST((clock::now() - begin >= milliseconds{1'450}));
    BOOST_TEST((clock::now() - begin < seconds{3}));
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_3_14_1_1_disconnect_with_reserved_bits) {
  for (unsigned flags = 1; flags < 16; ++flags)
    expect_end_after(v311, wire::with(wire::disconnect(), flags) + wire::pingreq());
  // and such a DISCONNECT is not one: the will is published
  const auto topic = unique("t");
  auto heir = joined(v311);
  exchange(heir, wire::subscribe(1, {{topic, 0}}), wire::suback(1, {0}));
  auto c = joined(v311, unique("c"), wire::clean | wire::will, will_fields(topic, "wrong goodbye"));
  c.send_bytes(wire::with(wire::disconnect(), 1));
  heir.expect_bytes(wire::publish(topic, "wrong goodbye"));
}

BOOST_AUTO_TEST_CASE(MQTT311_3_12_4_1_what_came_before_a_disconnect_is_answered) {
  for (const auto version : v3_versions) {
    auto c = joined(version);
    c.send_bytes(wire::pingreq() + wire::disconnect());
    c.expect_bytes(wire::pingresp());
    c.expect_closed();
    c = joined(version);
    c.send_bytes(wire::publish("nobody", "x", 1, 7) + wire::disconnect());
    c.expect_bytes(wire::puback(7));
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(MQTT311_7_0_0_2_an_exchange_without_any_extension) {
  auto c = joined(v311, "plain", wire::clean);
  exchange(c, hex("82 0A 000A 0005 'a/b/c' 02"), hex("90 03 000A 02"));
  c.send_bytes(hex("34 0B 0005 'a/b/c' 0001 'hi'"));
  std::string got;
  for (const auto& packet : {c.next(), c.next()})
    got += std::holds_alternative<troupe::mqtt::publish>(packet) ? "message " : "ack ";
  BOOST_TEST((got == "message ack " || got == "ack message "));
  exchange(c, hex("50 02 0001"), hex("62 02 0001"));
  exchange(c, hex("70 02 0001 62 02 0001"), hex("70 02 0001"));
  exchange(c, hex("A2 09 000B 0005 'a/b/c'"), hex("B0 02 000B"));
  exchange(c, hex("C0 00"), hex("D0 00"));
  c.send_bytes(hex("E0 00"));
  c.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(v3_short_client_ids, *boost::unit_test::fixture<short_ids_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_3_1_3_9_return_code_2_for_a_rejected_id) {
  for (const auto version : v3_versions) {
    expect_return_code(wire::connect(version, std::string(24, 'c')), 2);
    joined(version, std::string(23, 'c'));
  }
  expect_return_code(wire::connect(v311, "", 0), 2); // [MQTT-3.1.3-8]
}

BOOST_AUTO_TEST_SUITE_END()
