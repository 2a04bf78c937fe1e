// WebSocket clients that do not read.
#include "support/broker.hpp"
#include "support/websocket_client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe::test;

namespace {

constexpr std::size_t megabyte = 1024 * 1024;

// A sanitizer keeps freed memory, so it cannot tell.
bool grew_less([[maybe_unused]] std::size_t before, [[maybe_unused]] std::size_t now,
               [[maybe_unused]] std::size_t bound) {
#ifdef TROUPE_SANITIZED
  return true;
#else
  return now < before + bound;
#endif
}

struct websocket_broker {
  std::uint16_t port = free_port();
  broker_process broker{"listener.ws.external = 127.0.0.1:" + std::to_string(port)};

  /// A connected client with a small kernel buffer.
  websocket_client deaf() {
    websocket_client c{port, 16 * 1024};
    c.upgrade();
    c.connect("deaf");
    return c;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_peers)

// The bounds are those of a TCP connection: the write buffer (1 MB) and the queue (1000 messages).
BOOST_AUTO_TEST_CASE(a_subscriber_that_never_reads_costs_a_bounded_amount) {
  websocket_broker w;
  auto deaf = w.deaf();
  deaf.send(encoded(troupe::mqtt::subscribe{1, {}, {{"flood", {}}}}, protocol_version::v311));
  deaf.expect<troupe::mqtt::suback>();
  auto writer = connected(w.broker.mqtt_port(), "writer");
  const std::string payload(16 * 1024, 'x');
  const auto before = w.broker.rss();
  auto peak = before;
  for (std::size_t sent = 0; sent < 100 * megabyte; sent += 20 * payload.size()) {
    for (int i = 0; i < 20; ++i)
      writer.publish("flood", payload);
    writer.expect_nothing();
    peak = std::max(peak, w.broker.rss());
  }
  BOOST_TEST(grew_less(before, peak, 40 * megabyte));
  // what it reads at last are whole frames and packets
  for (int i = 0; i < 200; ++i)
    BOOST_REQUIRE((deaf.expect<troupe::mqtt::publish>().payload == payload));
}

// Of the pongs that are due only the last is kept.
BOOST_AUTO_TEST_CASE(pings_without_end_cost_nothing) {
  websocket_broker w;
  auto deaf = w.deaf();
  std::string burst;
  for (int i = 0; i < 10'000; ++i)
    burst += frame(websocket_opcode::ping, std::string(125, 'p'));
  const auto before = w.broker.rss();
  for (std::size_t sent = 0; sent < 64 * megabyte; sent += burst.size())
    for (std::string_view rest = burst; !rest.empty();) {
      BOOST_TEST_REQUIRE(deaf.socket().send_some(rest, milliseconds{500}));
      // A kernel whose receive buffer is full may drop the segments that tell that the broker reads on.
      for (int i = 0; i < 100 && !rest.empty(); ++i)
        deaf.next_frame();
    }
  deaf.send_bytes(frame(websocket_opcode::ping, "the last"));
  auto other = connected(w.broker.mqtt_port(), "other");
  other.expect_nothing();
  BOOST_TEST(grew_less(before, w.broker.rss(), 8 * megabyte));
  std::string payload;
  while (payload != "the last")
    payload = deaf.next_frame().payload;
}

BOOST_AUTO_TEST_SUITE_END()
