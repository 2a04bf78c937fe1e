#include "mqtt/packet_corpus.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

constexpr auto v31 = protocol_version::v31;
constexpr auto v4 = protocol_version::v311;
constexpr auto v5 = protocol_version::v5;

std::string hex(std::string_view bytes) { return to_hex(bytes, upper_hex); }

std::string encoded(const packet& p, protocol_version version) {
  buffer out;
  encode(p, version, out);
  return hex(out.view());
}

std::string notation(std::string_view text) { return hex(packet_bytes(text)); }

packet decoded(std::string_view bytes, const decode_options& options) {
  packet p;
  BOOST_REQUIRE(decode(bytes, options, p).status == decode_status::complete);
  return p;
}

} // namespace

BOOST_AUTO_TEST_SUITE(encoder)

BOOST_AUTO_TEST_CASE(writes_what_was_read) {
  for (const auto& g : good_packets) {
    BOOST_TEST_CONTEXT(g.name) {
      const std::string bytes = packet_bytes(g.notation);
      const decode_options options = options_for(g.version, g.from);
      const packet p = decoded(bytes, options);
      buffer out;
      encode(p, g.version, out);
      if (g.canonical)
        BOOST_TEST(hex(out.view()) == hex(bytes));
      else
        BOOST_TEST(hex(out.view()) != hex(bytes));
      BOOST_TEST(packet_text::of(decoded(out.view(), options)) == g.text);
    }
  }
}

BOOST_AUTO_TEST_CASE(appends) {
  buffer out;
  out.append("ab");
  encode(packet{ping{packet_type::pingresp}}, v4, out);
  encode_ack(packet_type::puback, 258, reason_code::success, v4, out);
  BOOST_TEST(hex(out.view()) == "6162D00040020102");
}

BOOST_AUTO_TEST_CASE(ack_forms) {
  const auto bytes = [](packet_type type, reason_code reason, protocol_version version) {
    buffer out;
    encode_ack(type, 10, reason, version, out);
    return hex(out.view());
  };
  using enum packet_type;
  BOOST_TEST(bytes(puback, reason_code::success, v4) == "4002000A");
  BOOST_TEST(bytes(puback, reason_code::not_authorized, v4) == "4002000A");
  BOOST_TEST(bytes(pubrel, reason_code::success, v31) == "6202000A");
  BOOST_TEST(bytes(pubrec, reason_code::success, v5) == "5002000A");
  BOOST_TEST(bytes(pubrec, reason_code::no_matching_subscribers, v5) == "5003000A10");
  BOOST_TEST(bytes(pubrel, reason_code::packet_identifier_not_found, v5) == "6203000A92");
  BOOST_TEST(bytes(pubcomp, reason_code::success, v5) == "7002000A");
}

BOOST_AUTO_TEST_CASE(ack_packet_and_encode_ack_agree) {
  for (const packet_type type :
       {packet_type::puback, packet_type::pubrec, packet_type::pubrel, packet_type::pubcomp})
    for (const protocol_version version : {v31, v4, v5})
      for (const reason_code reason : {reason_code::success, reason_code::packet_identifier_not_found}) {
        buffer out;
        encode_ack(type, 7, reason, version, out);
        BOOST_TEST(encoded(ack{type, 7, reason, {}}, version) == hex(out.view()));
      }
}

BOOST_AUTO_TEST_CASE(leaves_out_what_3x_lacks) {
  property_writer w;
  w.text(property::reason_string, "why").user_property("a", "b");
  BOOST_TEST(encoded(ack{packet_type::puback, 1, reason_code::quota_exceeded, w.view()}, v4) == "40020001");
  BOOST_TEST(encoded(disconnect{reason_code::server_busy, w.view()}, v4) == "E000");
  BOOST_TEST(encoded(auth{reason_code::continue_authentication, w.view()}, v4) == "");
  BOOST_TEST(encoded(connack{true, reason_code::success, w.view()}, v4) == "20020100");
  BOOST_TEST(encoded(connack{true, reason_code::success, w.view()}, v31) == "20020000");
  publish p;
  p.topic = "t";
  p.payload = "x";
  p.properties = w.view();
  BOOST_TEST(encoded(p, v4) == notation("30 * <t> 'x'"));
  subscribe s{1, w.view(), {{"a", {qos::exactly_once, true, true, 2}}}};
  BOOST_TEST(encoded(s, v4) == notation("82 * 0001 <a> 02"));
  BOOST_TEST(encoded(s, v5) == notation("82 * 0001 (1F <why> 26 <a><b>) <a> 2E"));
  BOOST_TEST(encoded(unsubscribe{1, w.view(), {"a"}}, v31) == notation("A2 * 0001 <a>"));
}

BOOST_AUTO_TEST_CASE(suback_of_3x_has_one_failure) {
  const std::vector<reason_code> reasons{reason_code::granted_qos1, reason_code::not_authorized,
                                         reason_code::topic_filter_invalid};
  BOOST_TEST(encoded(suback{packet_type::suback, 1, {}, reasons}, v4) == "90050001018080");
  BOOST_TEST(encoded(suback{packet_type::suback, 1, {}, reasons}, v5) == "9006000100"
                                                                         "01878F");
  BOOST_TEST(encoded(suback{packet_type::unsuback, 1, {}, reasons}, v4) == "B0020001");
}

BOOST_AUTO_TEST_CASE(connack_return_codes) {
  const auto refusal = [](reason_code reason) { return encoded(connack{false, reason, {}}, v4); };
  BOOST_TEST(refusal(reason_code::unsupported_protocol_version) == "20020001");
  BOOST_TEST(refusal(reason_code::server_busy) == "20020003");
  BOOST_TEST(refusal(reason_code::banned) == "20020005");
  BOOST_TEST(encoded(connack{false, reason_code::banned, {}}, v5) == "2003008A00");
}

BOOST_AUTO_TEST_CASE(connect_of_3x_has_no_password_alone) {
  connect c;
  c.client_id = "a";
  c.password = "p";
  BOOST_TEST(encoded(c, v4) == notation("10 * <MQTT> 04 00 0000 <a>"));
  c.version = v5;
  BOOST_TEST(encoded(c, v4) == notation("10 * <MQTT> 05 40 0000 () <a> <p>"));
  c.bridge = true; // 5.0 has no such bit
  BOOST_TEST(encoded(c, v5) == notation("10 * <MQTT> 05 40 0000 () <a> <p>"));
}

BOOST_AUTO_TEST_CASE(cuts_a_text_that_is_too_long) {
  const std::string topic(70000, 't');
  publish p;
  p.topic = topic;
  p.payload = "end";
  buffer out;
  encode(p, v4, out);
  const packet back = decoded(out.view(), {});
  BOOST_TEST(std::get<publish>(back).topic.size() == 65535u);
  BOOST_TEST(std::get<publish>(back).payload == "end");
}

// [MQTT-3.1.2-24], [MQTT-3.2.2-19], [MQTT-3.14.2-3]: what is not needed goes first, then the packet.
BOOST_AUTO_TEST_CASE(packets_within_a_size) {
  property_writer properties;
  properties.text(property::reason_string, "why").user_property("a", "b");
  properties.text(property::server_reference, "there");
  const disconnect farewell{reason_code::use_another_server, properties.view()};
  const auto within = [&](std::uint32_t size) {
    buffer out;
    out.append("before");
    const bool fits = encode_within(size, farewell, v5, out);
    BOOST_TEST(out.view().starts_with("before"));
    BOOST_TEST(fits == (out.size() > 6));
    return hex(out.view().substr(6));
  };
  const auto whole = notation("E0 * 9C (1F <why> 26 <a> <b> 1C <there>)");
  const auto shorter = notation("E0 * 9C (1C <there>)");
  const auto bytes = [](const std::string& digits) { return static_cast<std::uint32_t>(digits.size() / 2); };
  BOOST_TEST(within(0xFFFFFFFF) == whole);
  BOOST_TEST(within(bytes(whole)) == whole);
  BOOST_TEST(within(bytes(whole) - 1) == shorter);
  BOOST_TEST(within(bytes(shorter)) == shorter);
  BOOST_TEST(within(bytes(shorter) - 1) == "E0019C");
  BOOST_TEST(within(3) == "E0019C");
  BOOST_TEST(within(2) == "");
}

// What is left out in the end is only what the client may live without and not be told anything untrue.
BOOST_AUTO_TEST_CASE(a_connack_within_a_size) {
  const auto within = [](const std::string& properties, std::uint32_t size) {
    const auto block = packet_bytes(properties);
    buffer out;
    encode_within(size, connack{false, reason_code::success, property_view{block}}, v5, out);
    return hex(out.view());
  };
  const std::string defaults = "25 01 28 01 29 01 2A 01 21 FFFF 22 0000 ";
  const std::string offers = "1A <base> 1C <there> 22 0005 ";
  const std::string needed =
      "11 00000009 12 <id> 13 0007 15 <method> 16 <data> 21 0064 24 01 25 00 27 00000400 "
      "28 00 29 00 2A 00";
  const std::string words = " 1F <why> 26 <a> <b>";
  const auto all = defaults + offers + needed + words;
  const auto packet_of = [](const std::string& properties) {
    return notation("20 * 00 00 (" + properties + ")");
  };
  const auto size_of = [&](const std::string& properties) {
    return static_cast<std::uint32_t>(packet_of(properties).size() / 2);
  };
  BOOST_TEST(within(all, size_of(all)) == packet_of(all));
  BOOST_TEST(within(all, size_of(all) - 1) == packet_of(defaults + offers + needed));
  BOOST_TEST(within(all, size_of(defaults + offers + needed) - 1) == packet_of(offers + needed));
  BOOST_TEST(within(all, size_of(offers + needed) - 1) == packet_of(needed));
  BOOST_TEST(within(all, size_of(needed) - 1) == "");
}

BOOST_AUTO_TEST_CASE(varints) { // MQTT 5.0 table 1-1
  const auto bytes = [](std::uint32_t n) {
    char digits[4];
    char* end = write_varint(digits, n);
    const std::string_view text(digits, static_cast<std::size_t>(end - digits));
    BOOST_TEST(text.size() == varint_size(n));
    return hex(text);
  };
  BOOST_TEST(bytes(0) == "00");
  BOOST_TEST(bytes(127) == "7F");
  BOOST_TEST(bytes(128) == "8001");
  BOOST_TEST(bytes(16383) == "FF7F");
  BOOST_TEST(bytes(16384) == "808001");
  BOOST_TEST(bytes(2097151) == "FFFF7F");
  BOOST_TEST(bytes(2097152) == "80808001");
  BOOST_TEST(bytes(max_varint) == "FFFFFF7F");
}

BOOST_AUTO_TEST_SUITE_END()
