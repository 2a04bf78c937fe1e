#include "support/websocket_frames.hpp"
#include "troupe/mqtt/websocket_frame.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::test;

namespace {

/// What a stream of frames came to: its payload, then one letter per control frame, in order: "p:abc" is a
/// ping, "o:" a pong, "c1000" a close, "f1002" a failure.
struct outcome {
  std::string payload;
  std::vector<std::string> events;

  std::string last() const { return events.empty() ? "" : events.back(); }
};

/// Decodes the stream in pieces of `size` bytes, each in memory of its own that the decoder overwrites.
outcome decode(std::string_view stream, std::size_t size = 1 << 20, std::uint64_t max_frame_size = 0) {
  outcome o;
  websocket_decoder decoder{max_frame_size};
  while (!stream.empty()) {
    std::vector<char> piece(stream.begin(), stream.begin() + std::min(size, stream.size()));
    stream.remove_prefix(piece.size());
    std::span<char> rest{piece};
    std::size_t written = 0;
    while (!rest.empty()) {
      const auto r = decoder.decode(rest, piece.data() + written);
      written += r.payload;
      BOOST_TEST(r.consumed > 0U);
      rest = rest.subspan(r.consumed);
      const auto code = std::to_string(static_cast<int>(r.code));
      switch (r.event) {
        case websocket_event::none: break;
        case websocket_event::ping: o.events.push_back("p:" + std::string{r.control}); break;
        case websocket_event::pong: o.events.push_back("o:" + std::string{r.control}); break;
        case websocket_event::close: o.events.push_back("c" + code); break;
        case websocket_event::failure: o.events.push_back("f" + code); break;
      }
      if (r.event == websocket_event::close || r.event == websocket_event::failure) {
        o.payload.append(piece.data(), written);
        return o;
      }
    }
    o.payload.append(piece.data(), written);
  }
  return o;
}

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>('!' + i * 7 % 90);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_decoding)

BOOST_AUTO_TEST_CASE(unmasks_frames_of_every_length_form) {
  for (const std::size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 9, 125, 126, 127, 1000, 65535, 65536, 70001}) {
    const auto text = pattern(size);
    BOOST_TEST((decode(binary_frame(text)).payload == text), "size " << size);
  }
}

BOOST_AUTO_TEST_CASE(the_example_of_the_specification) { // RFC 6455 section 5.7, as a binary frame
  const auto o = decode("\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  BOOST_TEST(o.payload == "Hello");
  BOOST_TEST(o.events.empty());
}

// [MQTT-6.0.0-2]: frames and packets have nothing to do with each other.
BOOST_AUTO_TEST_CASE(gives_one_stream_wherever_it_is_cut) {
  const auto text = pattern(700);
  const std::string_view t = text;
  const std::string stream =
      binary_frame(t.substr(0, 3)) + binary_frame("") + binary_frame(t.substr(3, 200), false) +
      frame(websocket_opcode::ping, "are you there") + continuation_frame(t.substr(203, 130), false) +
      continuation_frame("", false) + frame(websocket_opcode::pong, "") +
      continuation_frame(t.substr(333, 1), true) + binary_frame(t.substr(334));
  for (const std::size_t size : {1, 2, 3, 5, 7, 13, 64, 200, 1000}) {
    const auto o = decode(stream, size);
    BOOST_TEST((o.payload == text), "pieces of " << size);
    BOOST_TEST(o.events == (std::vector<std::string>{"p:are you there", "o:"}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(many_small_frames_become_one_piece) {
  std::string stream;
  const auto text = pattern(5000);
  for (std::size_t i = 0; i < text.size(); i += 5)
    stream +=
        frame(websocket_opcode::binary, std::string_view{text}.substr(i, 5), {.mask = "\x01\x80\xff\x02"});
  websocket_decoder decoder{0};
  const auto r = decoder.decode(stream, stream.data());
  BOOST_TEST(r.payload == text.size());
  BOOST_TEST(r.consumed == stream.size());
  BOOST_TEST((stream.substr(0, r.payload) == text));
}

BOOST_AUTO_TEST_CASE(control_frames_up_to_125_bytes) {
  const auto text = pattern(125);
  BOOST_TEST(decode(frame(websocket_opcode::ping, text), 10).last() == "p:" + text);
  BOOST_TEST(decode(frame(websocket_opcode::pong, text), 10).last() == "o:" + text);
  BOOST_TEST(decode(frame(websocket_opcode::ping, text + "!")).last() == "f1002");
}

BOOST_AUTO_TEST_CASE(closes) {
  BOOST_TEST(decode(frame(websocket_opcode::close, "")).last() == "c1005");
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1011, 1014, 3000, 4999})
    BOOST_TEST(decode(close_frame(static_cast<std::uint16_t>(code), "so long"), 3).last() ==
               "c" + std::to_string(code));
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    BOOST_TEST(decode(close_frame(static_cast<std::uint16_t>(code))).last() == "f1002");
  BOOST_TEST(decode(frame(websocket_opcode::close, "\x03")).last() == "f1002");
  BOOST_TEST(decode(close_frame(1000, "\xC0\xAF")).last() == "f1007");
}

BOOST_AUTO_TEST_CASE(what_stands_before_the_end_counts) {
  const auto o = decode(binary_frame("abc") + binary_frame("def") + close_frame(1000));
  BOOST_TEST(o.payload == "abcdef");
  BOOST_TEST(o.last() == "c1000");
  BOOST_TEST(decode(binary_frame("abc") + frame(websocket_opcode::text, "x")).payload == "abc");
}

BOOST_AUTO_TEST_CASE(refuses_text) { // [MQTT-6.0.0-1]
  BOOST_TEST(decode(frame(websocket_opcode::text, "x")).last() == "f1003");
  BOOST_TEST(decode(frame(websocket_opcode::text, "", {.final = false})).last() == "f1003");
  BOOST_TEST(decode(frame(websocket_opcode::text, "x", {.reserved = 0x40})).last() == "f1002");
}

BOOST_AUTO_TEST_CASE(refuses_frames_that_break_a_rule) {
  BOOST_TEST(decode(frame(websocket_opcode::binary, "x", {.masked = false})).last() == "f1002");
  BOOST_TEST(decode(frame(websocket_opcode::ping, "", {.masked = false})).last() == "f1002");
  for (const int bit : {0x10, 0x20, 0x40})
    BOOST_TEST(
        decode(frame(websocket_opcode::binary, "x", {.reserved = static_cast<std::uint8_t>(bit)})).last() ==
        "f1002");
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    BOOST_TEST(decode(frame(static_cast<websocket_opcode>(opcode), "")).last() == "f1002");
  for (const auto control : {websocket_opcode::ping, websocket_opcode::pong, websocket_opcode::close})
    BOOST_TEST(decode(frame(control, "", {.final = false})).last() == "f1002");
}

BOOST_AUTO_TEST_CASE(refuses_broken_fragments) {
  BOOST_TEST(decode(continuation_frame("x", true)).last() == "f1002");
  BOOST_TEST(decode(binary_frame("a") + continuation_frame("x", true)).last() == "f1002");
  BOOST_TEST(decode(binary_frame("a", false) + binary_frame("x")).last() == "f1002");
  BOOST_TEST(decode(binary_frame("a", false) + continuation_frame("b", true) + continuation_frame("c", true))
                 .last() == "f1002");
}

BOOST_AUTO_TEST_CASE(refuses_lengths_that_are_no_lengths) {
  const std::string mask = "\x01\x02\x03\x04";
  const auto bytes = [](std::initializer_list<int> list) {
    std::string text;
    for (const int b : list)
      text += static_cast<char>(b);
    return text;
  };
  BOOST_TEST(decode(bytes({0x82, 0xFE, 0, 125}) + mask).last() == "f1002");
  BOOST_TEST(decode(bytes({0x82, 0xFE, 0, 126}) + mask).last() == "");
  BOOST_TEST(decode(bytes({0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}) + mask).last() == "f1002");
  BOOST_TEST(decode(bytes({0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0}) + mask).last() == "");
  BOOST_TEST(decode(bytes({0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0}) + mask).last() == "f1002");
  BOOST_TEST(
      decode(bytes({0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255}) + mask + "abc").payload.size() ==
      3U);
}

BOOST_AUTO_TEST_CASE(bounds_frames) {
  BOOST_TEST(decode(binary_frame(pattern(200)), 1000, 200).payload.size() == 200U);
  BOOST_TEST(decode(binary_frame(pattern(201)), 1000, 200).last() == "f1009");
  BOOST_TEST(decode(binary_frame("a", false) + continuation_frame(pattern(201), true), 1000, 200).last() ==
             "f1009");
  BOOST_TEST(decode(frame(websocket_opcode::ping, pattern(125)), 1000, 10).last().size() == 127U);
}

BOOST_AUTO_TEST_SUITE_END()
