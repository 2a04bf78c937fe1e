// The extremes that the protocol allows: identifiers, sizes, levels, characters, numbers of filters.
#include "protocol/fixture.hpp"

#include <cstdlib>

namespace {

using namespace troupe;
using namespace troupe::test;

struct roomy_broker : suite_broker {
  roomy_broker()
      : suite_broker("mqtt.max_packet_size = 16MB\nzone.external.max_inflight = 0\n"
                     "zone.external.max_awaiting_rel = 0\nzone.external.max_mqueue_len = 0\n") {}
};

struct largest_broker : suite_broker {
  largest_broker() : suite_broker("mqtt.max_packet_size = 256MB\nretainer.max_payload_size = 1MB\n") {}
};

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    text += part;
  return text;
}

// UTF-8 that no text of MQTT may have (section 1.5.4), and what it may have.
constexpr std::string_view bad_texts[] = {
    {"a\0b", 3},        // U+0000
    "\xED\xA0\x80",     // U+D800, a surrogate
    "\xED\xBF\xBF",     // U+DFFF
    "\xC0\x80",         // overlong
    "\xF4\x90\x80\x80", // over U+10FFFF
    "\xFF",
    "\xC3",
};
constexpr std::string_view good_texts[] = {
    "\xEF\xBF\xBE", // U+FFFE, a non-character
    "\xEF\xBF\xBF", // U+FFFF
    "\xEF\xB7\x90", // U+FDD0
    "\xEF\xBB\xBF", // U+FEFF is a character, not a mark [MQTT-1.5.4-3]
    "\x01",
    "\x7F",             // control characters
    "\xF0\x9F\x98\x80", // beyond the basic plane
};

} // namespace

BOOST_AUTO_TEST_SUITE(extremes, *boost::unit_test::fixture<roomy_broker>())

// [MQTT-2.2.1-4]
BOOST_AUTO_TEST_CASE(all_identifiers_in_flight) {
  constexpr int all = 65'535;
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client();
  std::string burst;
  for (int i = 0; i < all + 2; ++i) {
    const auto payload = std::to_string(i);
    burst += encoded(mqtt::publish{topic, payload, {}, std::uint16_t(i % all + 1), qos1, false, false}, v5);
    if (burst.size() > 60'000 || i == all + 1) {
      p.send_bytes(burst);
      burst.clear();
      p.until_pingresp(); // takes the acknowledgements
    }
  }
  std::vector<bool> used(all + 1);
  for (int i = 0; i < all; ++i) {
    const auto m = s.expect<mqtt::publish>();
    BOOST_TEST_REQUIRE(m.payload == std::to_string(i));
    BOOST_TEST_REQUIRE((m.packet_id != 0 && !used[m.packet_id]));
    used[m.packet_id] = true;
  }
  s.expect_nothing(); // no identifier is left
  s.send_ack(packet_type::puback, 40'000);
  const auto m = s.expect<mqtt::publish>();
  BOOST_TEST(m.packet_id == 40'000);
  BOOST_TEST(m.payload == std::to_string(all));
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(all_identifiers_of_qos_2_wait_for_pubrel) {
  auto p = client(v311);
  std::string burst;
  for (int id = 1; id <= 65'535; ++id) {
    burst += encoded(mqtt::publish{"t", "x", {}, std::uint16_t(id), qos2, false, false}, v311);
    if (burst.size() > 60'000 || id == 65'535) {
      p.send_bytes(burst);
      burst.clear();
      for (const auto& answer : p.until_pingresp())
        BOOST_TEST_REQUIRE((std::get<mqtt::ack>(answer).type == packet_type::pubrec));
    }
  }
  p.send_ack(packet_type::pubrel, 1);
  p.expect_ack(packet_type::pubcomp, 1);
  p.send_ack(packet_type::pubrel, 65'535);
  p.expect_ack(packet_type::pubcomp, 65'535);
}

BOOST_AUTO_TEST_CASE(a_packet_of_16_MB) {
  const auto topic = unique("t");
  auto s = client();
  s.subscribe(topic, qos1);
  auto p = client(v311);
  const std::string payload(16 * 1024 * 1024 - 1 - 4 - 2 - topic.size() - 2, 'x');
  BOOST_TEST((p.publish(topic, payload, qos1) == reason_code::success));
  BOOST_TEST((s.expect_message().payload == payload));
  p.send(mqtt::publish{topic, payload + 'x', {}, 1, qos1, false, false});
  p.expect_closed(); // one byte more
  s.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_size_that_is_only_promised_costs_nothing) {
  std::vector<mqtt_client> clients;
  const auto before = suite_broker::get().rss();
  for (int i = 0; i < 20; ++i) {
    clients.push_back(client());
    clients.back().send_bytes(hex("30 80 80 80 07 0001 'a' 00")); // 14 MB
    auto probe = client();
    probe.expect_nothing();
  }
  BOOST_TEST(suite_broker::get().rss() < before + 32 * 1024 * 1024);
}

// [MQTT-4.7.3-3]
BOOST_AUTO_TEST_CASE(topics_of_65535_bytes) {
  auto s = client();
  auto p = client();
  for (const auto& topic :
       {std::string(65'535, 't'), repeated("12345678901234567890/", 3'121).substr(0, 65'535)}) {
    BOOST_TEST(reasons(s.subscribe(topic, qos1)) == "01");
    p.publish(topic, "long", qos1);
    const auto m = s.expect_message();
    BOOST_TEST((m.topic == topic));
    BOOST_TEST(m.payload == "long");
    p.publish(std::string_view{topic}.substr(1), "another", qos1);
    s.expect_nothing();
    BOOST_TEST(reasons(s.unsubscribe(topic)) == "00");
  }
}

BOOST_AUTO_TEST_CASE(topics_of_many_levels) {
  for (const std::size_t levels : {128u, 129u, 1'000u, 65'536u}) {
    auto s = client();
    auto p = client();
    const auto topic = std::string(levels - 1, '/'); // all levels are empty
    const auto all_plus =
        repeated("+/", std::min<std::size_t>(levels, 32'768) - 1) + (levels > 32'768 ? "#" : "+");
    const mqtt::subscription_options options{qos1, false, false, 2};
    BOOST_TEST(reasons(s.subscribe(topic, options)) == "01");
    BOOST_TEST(reasons(s.subscribe(all_plus, options)) == "01");
    BOOST_TEST(reasons(s.subscribe("/#", options)) == "01");
    p.publish(topic, std::to_string(levels), qos1, true);
    BOOST_TEST((s.expect_message().topic == topic));
    s.expect_nothing(); // one copy for the three of them
    s.unsubscribe(all_plus);
    BOOST_TEST(reasons(s.subscribe("+/#", qos0)) == "00"); // finds the retained one
    BOOST_TEST(s.expect_message().payload == std::to_string(levels));
    p.publish(topic, "", qos1, true);
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_filters_in_one_packet) {
  for (const auto version : {v311, v5}) {
    auto s = client(version);
    auto p = client();
    const auto base = unique("f");
    std::vector<std::string> filters;
    for (int i = 0; i < 1'000; ++i)
      filters.push_back(base + "/" + std::to_string(i) + (i % 3 == 0 ? "/+" : "") +
                        (i % 10 == 9 ? "/#/bad" : ""));
    mqtt::subscribe packet{.packet_id = 1, .properties = {}, .entries = {}};
    mqtt::unsubscribe opposite{.packet_id = 2, .properties = {}, .filters = {}};
    for (const auto& f : filters) {
      packet.entries.push_back({f, {qos1, false, false, 0}});
      opposite.filters.push_back(f);
    }
    s.send(packet);
    const auto granted = s.expect_suback().reasons;
    BOOST_TEST_REQUIRE(granted.size() == 1'000u);
    for (std::size_t i = 0; i < granted.size(); ++i)
      BOOST_TEST_REQUIRE(is_error(granted[i]) == (i % 10 == 9));
    p.publish(base + "/998", "last", qos1);
    BOOST_TEST(s.expect_message().payload == "last");
    s.send(opposite);
    const auto removed = s.expect_suback(packet_type::unsuback).reasons;
    if (version == v5) {
      BOOST_TEST_REQUIRE(removed.size() == 1'000u);
      for (std::size_t i = 0; i < removed.size(); ++i)
        BOOST_TEST_REQUIRE(
            (removed[i] == (i % 10 == 9 ? reason_code::no_subscription_existed : reason_code::success)));
    }
    BOOST_TEST((p.publish(base + "/998", "nobody", qos1) == reason_code::no_matching_subscribers));
  }
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_that_the_client_does_not_accept) {
  connect_options small{};
  small.properties.number(property::maximum_packet_size, 100);
  auto c = client(std::move(small));
  mqtt::subscribe packet{.packet_id = 1, .properties = {}, .entries = {}};
  packet.entries.assign(200, {"a", {}});
  c.send(packet);
  c.expect_disconnect(reason_code::packet_too_large); // [MQTT-3.1.2-24]
  mqtt_client smaller{port(), v5};
  connect_options tiny{.client_id = "tiny"};
  tiny.properties.number(property::maximum_packet_size, 4); // the barest one is 5 bytes
  BOOST_CHECK_THROW(smaller.connect(tiny), unexpected);     // not even a CONNACK
}

// [MQTT-1.5.4-1]
BOOST_AUTO_TEST_CASE(texts_that_are_no_UTF8) {
  for (const auto text : bad_texts)
    BOOST_TEST_CONTEXT(to_hex(text)) {
      for (const auto version : {v311, v5}) {
        auto topic = client(version);
        topic.send(mqtt::publish{text, "p", {}, 0, qos0, false, false});
        topic.expect_disconnect(reason_code::malformed_packet);
        auto filter = client(version);
        filter.send(mqtt::subscribe{1, {}, {{text, {}}}});
        filter.expect_disconnect(reason_code::malformed_packet);
        auto other_filter = client(version);
        other_filter.send(mqtt::unsubscribe{1, {}, {text}});
        other_filter.expect_disconnect(reason_code::malformed_packet);
        mqtt_client id{port(), version};
        id.send(mqtt::connect{.version = version, .clean_start = true, .client_id = text});
        mqtt_client will{port(), version};
        will.send(mqtt::connect{.version = version,
                                .clean_start = true,
                                .client_id = "w",
                                .will = mqtt::will{text, "p", {}, qos0, false}});
        mqtt_client name{port(), version};
        name.send(mqtt::connect{.version = version, .clean_start = true, .client_id = "n", .username = text});
        for (auto* c : {&id, &will, &name}) {
          if (version == v5)
            BOOST_TEST(c->expect<mqtt::connack>().reason == reason_code::malformed_packet);
          c->expect_closed();
        }
      }
      auto user = client();
      property_writer p;
      p.user_property("name", text);
      user.send(mqtt::publish{"t", "p", p.view(), 0, qos0, false, false});
      user.expect_disconnect(reason_code::malformed_packet);
    }
}

// [MQTT-1.5.4-3]
BOOST_AUTO_TEST_CASE(texts_that_are_UTF8) {
  for (const auto version : all_versions)
    for (const auto text : good_texts)
      BOOST_TEST_CONTEXT(to_hex(text)) {
        auto c = client(connect_options{.client_id = unique(text), .username = std::string{text}}, version);
        const auto topic = unique(text);
        c.subscribe(topic, qos0);
        c.publish(topic, "fine");
        BOOST_TEST(c.expect_message().topic == topic);
      }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(extremes_of_size)

// Takes a gigabyte of memory: only with TROUPE_LONG in the environment.
BOOST_AUTO_TEST_CASE(a_packet_of_256_MB) {
  if (std::getenv("TROUPE_LONG") == nullptr)
    return;
  largest_broker broker;
  auto s = client();
  s.subscribe("t", qos0);
  auto p = client(v311);
  const auto publish_largest = [&] {
    const std::string part(1024 * 1024 - 1, 'x');
    p.send_bytes(hex("30 FF FF FF 7F 0001 't'"));
    for (std::size_t left = mqtt::max_varint - 3; left > 0;) {
      const auto n = std::min(left, part.size());
      p.send_bytes(std::string_view{part}.substr(0, n));
      left -= n;
    }
  };
  // For 5.0 it has a byte more, its properties' length: one too many.
  publish_largest();
  p.expect_nothing();
  s.expect_nothing();
  auto old = client(v311);
  old.subscribe("t", qos0);
  publish_largest();
  const auto m = old.expect<mqtt::publish>(seconds{60});
  BOOST_TEST(m.payload.size() == mqtt::max_varint - 3);
  BOOST_TEST((m.payload.find_first_not_of('x') == std::string_view::npos));
}

BOOST_AUTO_TEST_SUITE_END()
