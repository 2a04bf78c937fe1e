#include "actors/mqtt/property_table.hpp"
#include "mqtt/packet_bytes.hpp"
#include "troupe/mqtt/codec.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using troupe::mqtt::test::packet_bytes;

BOOST_AUTO_TEST_SUITE(properties)

BOOST_AUTO_TEST_CASE(writer_picks_the_width) {
  property_writer w;
  w.number(property::payload_format_indicator, 1);
  BOOST_TEST(w.view().raw() == packet_bytes("01 01"));
  w.clear();
  BOOST_TEST(w.empty());
  w.number(property::receive_maximum, 0x0102);
  BOOST_TEST(w.view().raw() == packet_bytes("21 0102"));
  w.clear();
  w.number(property::session_expiry_interval, 0x01020304);
  BOOST_TEST(w.view().raw() == packet_bytes("11 01020304"));
  w.clear();
  w.number(property::subscription_identifier, 321);
  BOOST_TEST(w.view().raw() == packet_bytes("0B C102"));
}

BOOST_AUTO_TEST_CASE(writer_writes_texts) {
  property_writer w;
  w.text(property::reason_string, "no").text(property::correlation_data, "").user_property("k", "v");
  BOOST_TEST(w.view().raw() == packet_bytes("1F <no> 09 <> 26 <k><v>"));
  property_writer copy;
  copy.raw(w.view().raw()).number(property::topic_alias, 7);
  BOOST_TEST(copy.view().raw() == packet_bytes("1F <no> 09 <> 26 <k><v> 23 0007"));
}

BOOST_AUTO_TEST_CASE(writer_leaves_out_another_type) {
  property_writer w;
  w.number(property::reason_string, 1)
      .text(property::receive_maximum, "x")
      .text(property::user_property, "x");
  w.number(static_cast<property>(0x7F), 1);
  BOOST_TEST(w.empty());
}

BOOST_AUTO_TEST_CASE(writer_cuts_long_texts) {
  property_writer w;
  w.text(property::reason_string, std::string(70000, 'x')).number(property::receive_maximum, 9);
  BOOST_TEST(w.view().text(property::reason_string).value().size() == 65535u);
  BOOST_TEST(w.view().number(property::receive_maximum).value() == 9u);
}

BOOST_AUTO_TEST_CASE(view_finds_by_identifier) {
  const std::string block = packet_bytes("26 <a><b> 0B FF7F 0B 05 03 <type> 02 FFFFFFFF 23 0100");
  const property_view view{block};
  BOOST_TEST(view.number(property::subscription_identifier).value() == 16383u);
  BOOST_TEST(view.number(property::message_expiry_interval).value() == 0xFFFFFFFFu);
  BOOST_TEST(view.number(property::topic_alias).value() == 256u);
  BOOST_TEST(view.text(property::content_type).value() == "type");
  BOOST_TEST(!view.text(property::response_topic).has_value());
  BOOST_TEST(!view.number(property::payload_format_indicator).has_value());
  BOOST_TEST(!property_view{}.number(property::topic_alias).has_value());
  BOOST_TEST(property_view{}.empty());
}

BOOST_AUTO_TEST_CASE(view_visits_in_order) {
  const std::string block = packet_bytes("26 <a><b> 0B FF7F 26 <a><c> 01 01");
  std::string seen;
  std::string raw;
  property_view{block}.for_each([&](const property_entry& e) {
    seen += std::to_string(static_cast<int>(e.id)) + ":" + std::to_string(e.number) + ":";
    seen.append(e.text).append("=").append(e.value).append(" ");
    raw.append(e.raw);
  });
  BOOST_TEST(seen == "38:0:a=b 11:16383:= 38:0:a=c 1:1:= ");
  BOOST_TEST(raw == block);
}

BOOST_AUTO_TEST_CASE(bytes_that_nobody_validated_end_the_view) {
  for (const char* notation : {"11 0000", "26 <a>", "7F 00", "0B 80808080 01", "03 0005 'a'", "00"}) {
    const std::string text = packet_bytes(notation);
    const std::vector<char> block(text.begin(), text.end());
    const property_view view{{block.data(), block.size()}};
    int visits = 0;
    view.for_each([&visits](const property_entry&) { ++visits; });
    BOOST_TEST(visits == 1);
    BOOST_TEST(!view.number(property::receive_maximum).has_value());
  }
}

BOOST_AUTO_TEST_CASE(table_holds_the_specification) { // MQTT 5.0 table 2-4
  int known = 0;
  for (unsigned id = 0; id < 256; ++id)
    known += rule_of(static_cast<property>(id)).type != property_type::none;
  BOOST_TEST(known == 27);
  BOOST_TEST(rule_of(property::subscription_identifier).allowed ==
             (packet_bit(packet_type::publish) | packet_bit(packet_type::subscribe)));
  BOOST_TEST(rule_of(property::subscription_identifier).repeats == packet_bit(packet_type::publish));
  const auto user = rule_of(property::user_property);
  BOOST_TEST(user.allowed == user.repeats);
  for (const packet_type without : {packet_type::pingreq, packet_type::pingresp})
    BOOST_TEST((user.allowed & packet_bit(without)) == 0);
  BOOST_TEST((user.allowed & in_will) != 0);
}

BOOST_AUTO_TEST_CASE(each_property_where_it_is_allowed) {
  // Every property, alone in every packet that may have properties: accepted where the table of the
  // specification says so. The packets are PUBLISH and PUBACK of both sides, and UNSUBACK.
  const std::string allowed_in_publish = "\x01\x02\x03\x08\x09\x23\x26";
  const std::string allowed_in_acks = "\x1F\x26";
  for (unsigned id = 0; id < 0x80; ++id) {
    std::string entry(1, static_cast<char>(id));
    switch (rule_of(static_cast<property>(id)).type) {
      case property_type::byte: entry += packet_bytes("01"); break;
      case property_type::u16: entry += packet_bytes("0001"); break;
      case property_type::u32: entry += packet_bytes("00000001"); break;
      case property_type::varint: entry += packet_bytes("01"); break;
      case property_type::text:
      case property_type::binary: entry += packet_bytes("<t>"); break;
      case property_type::pair: entry += packet_bytes("<a><b>"); break;
      case property_type::none: break;
    }
    const auto accepts = [&](const std::string& head, bool from_client) {
      std::string body = head + static_cast<char>(entry.size()) + entry;
      if ((head[0] & 0xF0) == 0xB0)
        body += '\0';
      body.insert(1, 1, static_cast<char>(body.size() - 1));
      decode_options options;
      options.version = protocol_version::v5;
      options.from_client = from_client;
      packet out;
      return decode(body, options, out).status == decode_status::complete;
    };
    const auto among = [id](const std::string& ids) { return ids.find(static_cast<char>(id)) != ids.npos; };
    BOOST_TEST_CONTEXT("property " << id) {
      BOOST_TEST(accepts(packet_bytes("30 <t>"), true) == among(allowed_in_publish));
      BOOST_TEST(accepts(packet_bytes("30 <t>"), false) == among(allowed_in_publish + "\x0B"));
      BOOST_TEST(accepts(packet_bytes("40 0001 00"), true) == among(allowed_in_acks));
      BOOST_TEST(accepts(packet_bytes("62 0001 00"), false) == among(allowed_in_acks));
      BOOST_TEST(accepts(packet_bytes("B0 0001"), false) == among(allowed_in_acks));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
