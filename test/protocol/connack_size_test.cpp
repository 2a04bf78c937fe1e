// CONNACK for a client with a small Maximum Packet Size: what it can do without goes first, and what it is
// told stays true [MQTT-3.1.2-24]. Byte by byte: test/mqtt/encoder_test.cpp has what no broker sends.
#include "protocol/raw5.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;

struct small_connack_broker : suite_broker {
  small_connack_broker() : suite_broker("mqtt.response_information = base\n") {}
};

// A client that says that it takes `size` bytes and wants Response Information.
mqtt_client takes(std::string_view size) {
  return dial("10 * <MQTT> 05 02 003C (19 01 27 000000" + std::string{size} + ") <small>");
}

void expect_connack(std::string_view size, std::string_view properties) {
  BOOST_TEST_CONTEXT("of at most " << size) {
    auto c = takes(size);
    c.expect_bytes(packet_bytes("20 * 00 00 (" + std::string{properties} + ")"));
    c.disconnect();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(connack_size, *boost::unit_test::fixture<small_connack_broker>())

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_a_connack_that_just_fits_is_whole) {
  expect_connack("1F", "21 0064 25 01 27 00100000 22 FFFF 28 01 29 01 2A 01 1A <base>"); // 31 bytes
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_what_is_the_default_goes_first) {
  for (const char* size : {"1E", "17"})
    expect_connack(size, "21 0064 27 00100000 22 FFFF 1A <base>"); // 23 bytes
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_then_what_the_client_may_live_without) {
  for (const char* size : {"16", "0D"})
    expect_connack(size, "21 0064 27 00100000"); // 13 bytes
}

// The limits that it must keep to are not left out: it could not know them.
BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_nothing_is_sent_when_the_barest_does_not_fit) {
  for (const char* size : {"0C", "05", "01"}) {
    auto c = takes(size);
    c.expect_closed();
  }
}

BOOST_AUTO_TEST_CASE(MQTT_3_2_2_16_the_assigned_client_id_is_never_left_out) {
  auto c = dial("10 * <MQTT> 05 02 003C (27 00000064) <>");
  BOOST_TEST(c.expect<mqtt::connack>().properties.text(property::assigned_client_identifier).has_value());
  auto smaller = dial("10 * <MQTT> 05 02 003C (27 0000000E) <>"); // the packet fits without the client id
  smaller.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()
