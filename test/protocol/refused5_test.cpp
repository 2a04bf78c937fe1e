// What is refused, and what fits into an AUTH: MQTT 5.0 sections 3.15.2 and 4.3.3.
#include "protocol/raw5.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

struct strict_broker : suite_broker {
  strict_broker() : suite_broker("mqtt.strict_mode = true\n") {}
};

struct scram_broker : suite_broker {
  scram_broker()
      : suite_broker("auth.scram.user.1.username = alice\nauth.scram.user.1.password = wonderland\n") {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(refused5, *boost::unit_test::fixture<strict_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_3_3_9_an_identifier_that_was_refused_is_free) {
  const auto t = unique("t");
  auto s = client();
  s.subscribe(t, qos2);
  auto p = client();
  const auto utf8 = numbers({{property::payload_format_indicator, 1}});
  p.send(mqtt::publish{t, "\xff", utf8.view(), 7, qos2, false, false}); // not what it says
  BOOST_TEST(p.expect_ack(packet_type::pubrec, 7).reason == reason_code::payload_format_invalid);
  for (const char* payload : {"one", "two"}) { // without a PUBREL before
    p.send(mqtt::publish{t, payload, utf8.view(), 7, qos2, false, false});
    BOOST_TEST(p.expect_ack(packet_type::pubrec, 7).reason == reason_code::success);
    BOOST_TEST(brief(s.expect_message()) == t + ' ' + payload + " 2");
    p.send_ack(packet_type::pubrel, 7);
    BOOST_TEST(p.expect_ack(packet_type::pubcomp, 7).reason == reason_code::success);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(auth_size5, *boost::unit_test::fixture<scram_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_15_2_2_auth_fits_the_maximum_packet_size) {
  auto c = dial("10 * <MQTT> 05 02 003C (15 <SCRAM-SHA-256> 16 <n,,n=alice,r=abcdef> 27 00000096) <>");
  const auto challenge = c.expect<mqtt::auth>();
  BOOST_TEST(encoded(challenge, v5).size() <= 150U);
  BOOST_TEST(!challenge.properties.text(property::reason_string).has_value());
  BOOST_TEST(user_properties(challenge.properties) == ""); // [MQTT-3.15.2-3]
}

BOOST_AUTO_TEST_SUITE_END()
