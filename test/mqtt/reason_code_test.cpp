#include "actors/mqtt/decoder_parts.hpp"
#include "troupe/mqtt/reason_code.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(reason_codes)

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST(to_string(reason_code::success) == "success");
  BOOST_TEST(to_string(reason_code::packet_too_large) == "packet_too_large");
  BOOST_TEST(to_string(reason_code::wildcard_subscriptions_not_supported) ==
             "wildcard_subscriptions_not_supported");
  BOOST_TEST(to_string(static_cast<reason_code>(0x03)) == "unknown");
  BOOST_TEST(to_string(static_cast<reason_code>(0xFF)) == "unknown");
  std::set<std::string_view> all;
  int known = 0;
  for (int c = 0; c < 256; ++c)
    if (const auto name = to_string(static_cast<reason_code>(c)); name != "unknown") {
      all.insert(name);
      ++known;
    }
  BOOST_TEST(known == 43);
  BOOST_TEST(all.size() == 43u);
}

BOOST_AUTO_TEST_CASE(return_codes_of_3x) { // MQTT 3.1.1 table 3.1
  BOOST_TEST(to_connack_v3(reason_code::success) == 0);
  BOOST_TEST(to_connack_v3(reason_code::unsupported_protocol_version) == 1);
  BOOST_TEST(to_connack_v3(reason_code::client_identifier_not_valid) == 2);
  BOOST_TEST(to_connack_v3(reason_code::bad_user_name_or_password) == 4);
  for (const reason_code c :
       {reason_code::not_authorized, reason_code::banned, reason_code::bad_authentication_method})
    BOOST_TEST(to_connack_v3(c) == 5);
  for (const reason_code c :
       {reason_code::server_unavailable, reason_code::server_busy, reason_code::unspecified_error,
        reason_code::malformed_packet, reason_code::quota_exceeded})
    BOOST_TEST(to_connack_v3(c) == 3);
}

BOOST_AUTO_TEST_CASE(reasons_of_each_packet) { // MQTT 5.0 table 2-6
  const auto allowed = [](packet_type type, bool from_client) {
    std::string out;
    for (int c = 0; c < 256; ++c)
      if (is_reason_of(type, static_cast<reason_code>(c), from_client)) {
        constexpr char digits[] = "0123456789ABCDEF";
        out += {digits[c >> 4], digits[c & 15], ' '};
      }
    return out;
  };
  using enum packet_type;
  BOOST_TEST(allowed(connack, false) == "00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F ");
  for (const bool from_client : {false, true}) {
    BOOST_TEST(allowed(puback, from_client) == "00 10 80 83 87 90 91 97 99 ");
    BOOST_TEST(allowed(pubrec, from_client) == "00 10 80 83 87 90 91 97 99 ");
    BOOST_TEST(allowed(pubrel, from_client) == "00 92 ");
    BOOST_TEST(allowed(pubcomp, from_client) == "00 92 ");
  }
  BOOST_TEST(allowed(suback, false) == "00 01 02 80 83 87 8F 91 97 9E A1 A2 ");
  BOOST_TEST(allowed(unsuback, false) == "00 11 80 83 87 8F 91 ");
  BOOST_TEST(allowed(disconnect, true) == "00 04 80 81 82 83 90 93 94 95 96 97 98 99 ");
  BOOST_TEST(allowed(disconnect, false) ==
             "00 80 81 82 83 87 89 8B 8C 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D "
             "9E 9F A0 A1 A2 ");
  BOOST_TEST(allowed(auth, true) == "18 19 ");
  BOOST_TEST(allowed(auth, false) == "00 18 ");
  for (const packet_type type : {connect, publish, subscribe, unsubscribe, pingreq, pingresp})
    BOOST_TEST(allowed(type, true) == "");
}

BOOST_AUTO_TEST_SUITE_END()
