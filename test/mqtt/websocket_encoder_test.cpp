#include "support/websocket_frames.hpp"
#include "troupe/mqtt/websocket_frame.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

std::string server_frame(websocket_opcode opcode, std::string_view payload) {
  return troupe::test::frame(opcode, payload, {.masked = false});
}

/// A socket that takes `room` bytes, then no more until it gets room again.
struct wire {
  websocket_encoder encoder;
  std::string sent;
  std::size_t room = 1 << 30;

  std::size_t take(std::string_view bytes) {
    const std::size_t n = std::min(room, bytes.size());
    sent.append(bytes.substr(0, n));
    room -= n;
    return n;
  }

  /// Sends the stream as far as there is room and returns what is left of it.
  std::string_view send(std::string_view stream) {
    for (;;) {
      const auto step = encoder.next(stream.size());
      if (step.prefix.empty() && step.payload == 0)
        return stream;
      const std::size_t prefix = take(step.prefix);
      const std::size_t payload = prefix == step.prefix.size() ? take(stream.substr(0, step.payload)) : 0;
      encoder.sent(prefix + payload);
      stream.remove_prefix(payload);
      if (room == 0)
        return stream;
    }
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_encoding)

BOOST_AUTO_TEST_CASE(writes_heads_in_their_shortest_form) {
  const auto head = [](std::uint64_t size) {
    buffer out;
    write_websocket_head(websocket_opcode::binary, size, out);
    return std::string{out.view()};
  };
  using namespace std::string_literals;
  BOOST_TEST(head(0) == "\x82\x00"s);
  BOOST_TEST(head(125) == "\x82\x7D"s);
  BOOST_TEST(head(126) == "\x82\x7E\x00\x7E"s);
  BOOST_TEST(head(65535) == "\x82\x7E\xFF\xFF"s);
  BOOST_TEST(head(65536) == "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
  BOOST_TEST(head(0x0102030405060708) == "\x82\x7F\x01\x02\x03\x04\x05\x06\x07\x08"s);
}

BOOST_AUTO_TEST_CASE(one_frame_for_all_that_is_sent_at_once) {
  wire w;
  BOOST_TEST(w.send("abc").empty());
  BOOST_TEST(w.send("defg").empty());
  BOOST_TEST(w.sent ==
             server_frame(websocket_opcode::binary, "abc") + server_frame(websocket_opcode::binary, "defg"));
}

// However little the socket takes, the frames stay whole and what comes later gets a frame of its own.
BOOST_AUTO_TEST_CASE(goes_on_where_the_socket_stopped) {
  const std::string first(300, 'x');
  const auto expected =
      server_frame(websocket_opcode::binary, first) + server_frame(websocket_opcode::binary, "later");
  for (std::size_t step = 1; step < 20; ++step) {
    wire w;
    w.room = step;
    std::string stream = first;
    stream = w.send(stream);
    stream += "later";
    while (!stream.empty()) {
      w.room = step;
      stream = w.send(stream);
    }
    BOOST_TEST(w.sent == expected);
  }
}

BOOST_AUTO_TEST_CASE(control_frames_wait_for_the_end_of_a_frame) {
  wire w;
  w.room = 4;
  const std::string stream = "abcdef";
  const auto rest = w.send(stream);
  BOOST_TEST(rest == "cdef");
  w.encoder.pong("old");
  w.encoder.pong("new"); // replaces it
  BOOST_TEST(w.encoder.waiting());
  BOOST_TEST(w.encoder.next(0).prefix.empty());
  w.room = 100;
  w.send(rest);
  BOOST_TEST(w.sent ==
             server_frame(websocket_opcode::binary, "abcdef") + server_frame(websocket_opcode::pong, "new"));
  BOOST_TEST(!w.encoder.waiting());
}

BOOST_AUTO_TEST_CASE(a_pong_that_is_being_sent_is_not_replaced) {
  wire w;
  w.encoder.pong("first");
  w.room = 3;
  w.send("");
  w.encoder.pong("second");
  w.room = 100;
  w.send("");
  BOOST_TEST(w.sent ==
             server_frame(websocket_opcode::pong, "first") + server_frame(websocket_opcode::pong, "second"));
}

BOOST_AUTO_TEST_CASE(the_answer_to_the_request_goes_first) {
  wire w;
  w.encoder.preface("HTTP/1.1 101\r\n\r\n");
  BOOST_TEST(w.encoder.waiting());
  w.send("abc");
  BOOST_TEST(w.sent == "HTTP/1.1 101\r\n\r\n" + server_frame(websocket_opcode::binary, "abc"));
}

BOOST_AUTO_TEST_CASE(nothing_follows_a_close) {
  wire w;
  w.encoder.pong("p");
  w.encoder.close(websocket_code::protocol_error);
  w.encoder.close(websocket_code::normal);
  w.encoder.pong("too late");
  BOOST_TEST(w.encoder.closed());
  BOOST_TEST(w.send("too late as well") == "too late as well");
  BOOST_TEST(w.sent ==
             server_frame(websocket_opcode::pong, "p") + server_frame(websocket_opcode::close, "\x03\xEA"));
}

BOOST_AUTO_TEST_CASE(a_close_without_a_code_is_answered_without_one) {
  wire w;
  w.encoder.close(websocket_code::no_status);
  w.send("");
  BOOST_TEST(w.sent == server_frame(websocket_opcode::close, ""));
}

BOOST_AUTO_TEST_CASE(keeps_little_memory) {
  wire w;
  for (int i = 0; i < 1000; ++i)
    w.encoder.pong(std::string(125, 'x'));
  BOOST_TEST(w.encoder.footprint() <= 256U);
  w.send("abc");
  BOOST_TEST(w.encoder.footprint() <= 64U);
}

BOOST_AUTO_TEST_SUITE_END()
