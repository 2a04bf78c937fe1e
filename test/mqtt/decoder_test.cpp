#include "mqtt/packet_corpus.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

/// A copy of exactly these bytes on the heap, so that a read past the end is seen by the sanitizer.
std::vector<char> exactly(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

decode_result decode_exactly(std::string_view bytes, const decode_options& options, packet& out,
                             std::string* text = nullptr) {
  const auto copy = exactly(bytes);
  const decode_result r = decode({copy.data(), copy.size()}, options, out);
  if (text != nullptr && r.status == decode_status::complete)
    *text = packet_text::of(out);
  return r;
}

decode_result decode_notation(std::string_view notation, const decode_options& options) {
  packet out;
  return decode_exactly(packet_bytes(notation), options, out);
}

int code(reason_code c) { return static_cast<int>(c); }

} // namespace

BOOST_AUTO_TEST_SUITE(decoder_corpus)

BOOST_AUTO_TEST_CASE(accepts_good_packets) {
  packet out; // one for all: what an earlier packet left must not show
  for (const auto& g : good_packets) {
    BOOST_TEST_CONTEXT(g.name) {
      const std::string bytes = packet_bytes(g.notation);
      std::string text;
      const decode_result r = decode_exactly(bytes, options_for(g.version, g.from), out, &text);
      BOOST_TEST(r.detail == "");
      BOOST_REQUIRE(r.status == decode_status::complete);
      BOOST_TEST(r.size == bytes.size());
      BOOST_TEST(text == g.text);
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_bad_packets) {
  for (const auto& b : bad_packets) {
    BOOST_TEST_CONTEXT(b.name) {
      const decode_result r = decode_notation(b.notation, options_for(b.version, b.from));
      BOOST_TEST((r.status == decode_status::malformed));
      BOOST_TEST(code(r.reason) == code(b.reason));
      BOOST_TEST(std::string_view{r.detail} != "");
    }
  }
}

BOOST_AUTO_TEST_CASE(leaves_following_bytes_alone) {
  for (const auto& g : good_packets) {
    BOOST_TEST_CONTEXT(g.name) {
      const std::string bytes = packet_bytes(g.notation);
      const std::string more = bytes + "\x30\xFF";
      packet out;
      const decode_result r = decode(more, options_for(g.version, g.from), out);
      BOOST_REQUIRE(r.status == decode_status::complete);
      BOOST_TEST(r.size == bytes.size());
      BOOST_TEST(packet_text::of(out) == g.text);
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_good_packets_byte_by_byte) {
  for (const auto& g : good_packets) {
    BOOST_TEST_CONTEXT(g.name) {
      const std::string bytes = packet_bytes(g.notation);
      packet out;
      for (std::size_t n = 0; n < bytes.size(); ++n) {
        const decode_result r =
            decode_exactly(std::string_view{bytes}.substr(0, n), options_for(g.version, g.from), out);
        BOOST_REQUIRE(r.status == decode_status::need_more);
        BOOST_REQUIRE(r.size > n);
        BOOST_REQUIRE(r.size <= bytes.size());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_every_cut_body) {
  // The same packet with a remaining length that says less: refused, or another packet of that very size.
  for (const auto& g : good_packets) {
    BOOST_TEST_CONTEXT(g.name) {
      std::string bytes = packet_bytes(g.notation);
      if (bytes.size() > 129)
        continue;
      for (std::size_t n = bytes.size() - 1; n >= 2; --n) {
        bytes[1] = static_cast<char>(n - 2);
        packet out;
        const decode_result r =
            decode_exactly(std::string_view{bytes}.substr(0, n), options_for(g.version, g.from), out);
        BOOST_REQUIRE(r.status != decode_status::need_more);
        if (r.status == decode_status::complete)
          BOOST_REQUIRE(r.size == n);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(knows_who_sends_each_packet) {
  const std::string types_of_both = "PUBLISH PUBACK PUBREC PUBREL PUBCOMP DISCONNECT AUTH";
  for (const auto& g : good_packets) {
    const std::string type{g.text.substr(0, g.text.find(' '))};
    if (types_of_both.find(type) != types_of_both.npos)
      continue;
    BOOST_TEST_CONTEXT(g.name) {
      const sender other = g.from == sender::client ? sender::server : sender::client;
      const decode_result r = decode_notation(g.notation, options_for(g.version, other));
      BOOST_TEST((r.status == decode_status::malformed));
      BOOST_TEST(code(r.reason) == code(reason_code::protocol_error));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(decoder_framing)

BOOST_AUTO_TEST_CASE(asks_for_what_it_needs) {
  const decode_options options;
  packet out;
  const auto asked = [&](std::string_view notation) {
    const decode_result r = decode_exactly(packet_bytes(notation), options, out);
    BOOST_TEST((r.status == decode_status::need_more));
    return r.size;
  };
  BOOST_TEST(asked("") == 2u);
  BOOST_TEST(asked("30") == 2u);
  BOOST_TEST(asked("30 80") == 3u);
  BOOST_TEST(asked("30 8080") == 4u);
  BOOST_TEST(asked("30 808080") == 5u);
  BOOST_TEST(asked("30 05") == 7u);
  BOOST_TEST(asked("30 05 0001") == 7u);
  BOOST_TEST(asked("30 8001") == 131u);
  BOOST_TEST(asked("30 FF7F") == 16386u);
  BOOST_TEST(asked("30 808001") == 16388u);
}

BOOST_AUTO_TEST_CASE(refuses_a_bad_first_byte_at_once) {
  const decode_options options;
  for (const char* notation : {"00", "20", "36", "38", "41", "60", "F0"}) {
    BOOST_TEST_CONTEXT(notation) {
      BOOST_TEST((decode_notation(notation, options).status == decode_status::malformed));
    }
  }
}

BOOST_AUTO_TEST_CASE(judges_the_flags_of_connect_when_its_version_has_come) {
  for (const char* notation :
       {"18", "18 11", "18 11 0006 'MQIsdp'", "18 11 0006 'MQIsdp' 03", "18 10 0004 'MQTT'"})
    BOOST_TEST_CONTEXT(notation) {
      BOOST_TEST((decode_notation(notation, {}).status == decode_status::need_more));
      BOOST_TEST((connect_version(packet_bytes(notation)) == protocol_version::v31) ==
                 std::string_view{notation}.ends_with("03"));
    }
  for (const char* notation : {"18 10 0004 'MQTT' 04", "11 10 0004 'MQTT' 05", "18 10 0004 'MQTT' 84"})
    BOOST_TEST_CONTEXT(notation) {
      BOOST_TEST(code(decode_notation(notation, {}).reason) == code(reason_code::malformed_packet));
      BOOST_TEST(!connect_version(packet_bytes(notation)));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_bad_length_before_the_body) {
  const decode_options options;
  for (const char* notation : {"30 80808080", "30 FFFFFFFF", "30 8000", "30 808000", "30 80808000"}) {
    BOOST_TEST_CONTEXT(notation) {
      const decode_result r = decode_notation(notation, options);
      BOOST_TEST((r.status == decode_status::malformed));
      BOOST_TEST(code(r.reason) == code(reason_code::malformed_packet));
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_large_packet_from_its_header) { // [MQTT-3.2.2-15], reason 0x95
  decode_options options;
  options.max_packet_size = 10;
  BOOST_TEST((decode_notation("30 08", options).status == decode_status::need_more));
  BOOST_TEST((decode_notation("30 * <abcde> '0'", options).status == decode_status::complete));
  for (const char* notation : {"30 09", "30 8001", "30 FFFFFF7F", "30 * <abcde> '01'"}) {
    BOOST_TEST_CONTEXT(notation) {
      const decode_result r = decode_notation(notation, options);
      BOOST_TEST((r.status == decode_status::malformed));
      BOOST_TEST(code(r.reason) == code(reason_code::packet_too_large));
    }
  }
  options.max_packet_size = 0xFFFFFFFF;
  const decode_result whole = decode_notation("30 FFFFFF7F", options);
  BOOST_TEST((whole.status == decode_status::need_more));
  BOOST_TEST(whole.size == 268'435'460u);
}

BOOST_AUTO_TEST_CASE(decodes_bodies_of_each_length_size) {
  decode_options options;
  options.max_packet_size = 4'000'000;
  for (const std::size_t payload : {124u, 125u, 16380u, 16381u, 2097148u, 2097149u}) {
    packet p;
    std::get<publish>(p).topic = "t";
    const std::string body(payload, 'x');
    std::get<publish>(p).payload = body;
    buffer bytes;
    encode(p, protocol_version::v311, bytes);
    const std::size_t remaining = payload + 3;
    BOOST_TEST(bytes.size() == 1 + varint_size(static_cast<std::uint32_t>(remaining)) + remaining);
    packet out;
    const decode_result r = decode(bytes.view(), options, out);
    BOOST_REQUIRE(r.status == decode_status::complete);
    BOOST_TEST(r.size == bytes.size());
    BOOST_TEST((std::get<publish>(out).payload == body));
  }
}

BOOST_AUTO_TEST_CASE(views_point_into_the_input) {
  const std::string bytes = packet_bytes("32 * <a/b> 0001 'payload'");
  packet out;
  BOOST_REQUIRE(decode(bytes, {}, out).status == decode_status::complete);
  const auto& p = std::get<publish>(out);
  BOOST_TEST(static_cast<const void*>(p.topic.data()) == static_cast<const void*>(bytes.data() + 4));
  BOOST_TEST(static_cast<const void*>(p.payload.data()) == static_cast<const void*>(bytes.data() + 9));
}

BOOST_AUTO_TEST_CASE(keeps_the_capacity_of_vectors) {
  const std::string many = packet_bytes("82 * 0001 <a> 00 <b> 00 <c> 00 <d> 00");
  const std::string one = packet_bytes("82 * 0002 <e> 01");
  packet out;
  BOOST_REQUIRE(decode(many, {}, out).status == decode_status::complete);
  const std::size_t capacity = std::get<subscribe>(out).entries.capacity();
  BOOST_REQUIRE(decode(one, {}, out).status == decode_status::complete);
  BOOST_TEST(std::get<subscribe>(out).entries.size() == 1u);
  BOOST_TEST(std::get<subscribe>(out).entries.capacity() == capacity);
}

BOOST_AUTO_TEST_CASE(takes_a_text_of_the_greatest_length) {
  std::string topic(65535, 'a');
  std::string bytes = packet_bytes("30") + "\x81\x80\x04\xFF\xFF" + topic;
  packet out;
  BOOST_REQUIRE(decode(bytes, {}, out).status == decode_status::complete);
  BOOST_TEST(std::get<publish>(out).topic.size() == 65535u);
  bytes.back() = '#';
  BOOST_TEST(code(decode(bytes, {}, out).reason) == code(reason_code::topic_name_invalid));
}

BOOST_AUTO_TEST_SUITE_END()
