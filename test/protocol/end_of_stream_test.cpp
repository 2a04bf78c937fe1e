// What a client sends counts, even when it closes at once.
#include "protocol/fixture.hpp"
#include "support/wire.hpp"

#include <vector>

namespace troupe::test {

namespace {

// CONNECT, PUBLISH and DISCONNECT in `size` bytes.
std::string brief_life(std::string_view client_id, std::string_view topic, std::size_t size) {
  const auto all = [&](std::string_view payload) {
    return wire::connect(v311, client_id) + wire::publish(topic, payload) + wire::disconnect();
  };
  auto bytes = all(std::string(size - all("").size(), 'x'));
  return bytes.size() == size ? bytes : all(std::string(size - all("").size() - 1, 'x')); // a longer length
}

} // namespace

BOOST_AUTO_TEST_SUITE(end_of_stream, *boost::unit_test::fixture<default_broker>())

// The sizes of the broker's own read buffers, where the end shows with the last bytes: the rest of them waits
// then for the session.
BOOST_AUTO_TEST_CASE(a_client_that_closes_at_once_is_heard) {
  auto other = client();
  other.subscribe("brief", qos0);
  for (const std::size_t size : {119, 120, 121, 2048})
    for (int i = 0; i < 4; ++i) { // of both I/O threads
      mqtt_client c{port()};
      c.send_bytes(brief_life("brief-" + std::to_string(i), "brief", size));
      c.socket().shut_down_sending();
      BOOST_TEST(other.expect_message().topic == "brief", size << " bytes");
    }
}

// The kernel tells of both at once, and only once.
BOOST_AUTO_TEST_CASE(an_end_without_disconnect_right_behind_bytes_is_seen) {
  constexpr int clients = 200;
  auto other = client();
  other.subscribe("last/#", qos0);
  std::vector<mqtt_client> crowd;
  for (int i = 0; i < clients; ++i) {
    connect_options c{.client_id = "last-" + std::to_string(i), .keep_alive = 0};
    c.will = mqtt::will{"last/will", "gone", {}, qos0, false};
    crowd.push_back(client(c, v311));
  }
  for (auto& c : crowd) {
    c.send_bytes(wire::publish("last/words", "x"));
    c.socket().shut_down_sending();
  }
  int words = 0, wills = 0;
  for (int i = 0; i < 2 * clients; ++i)
    ++(other.expect_message().topic == "last/will" ? wills : words);
  BOOST_TEST(words == clients);
  BOOST_TEST(wills == clients);
}

// Who has just sent, and sends the last bytes right behind that.
BOOST_AUTO_TEST_CASE(an_end_without_disconnect_of_a_brisk_client_is_seen) {
  auto other = client();
  other.subscribe("brisk/#", qos0);
  for (int i = 0; i < 20; ++i) {
    connect_options o{.client_id = "brisk-" + std::to_string(i), .keep_alive = 0};
    o.will = mqtt::will{"brisk/will", "gone", {}, qos0, false};
    auto c = client(o, v311);
    for (int words = 0; words < 3; ++words)
      c.publish("brisk/words", "x", qos1);
    c.send_bytes(wire::publish("brisk/words", "last"));
    c.socket().shut_down_sending();
    for (int words = 0; words < 4; ++words)
      BOOST_TEST(other.expect_message().topic == "brisk/words");
    BOOST_TEST(other.expect_message().topic == "brisk/will");
  }
}

// More than the broker reads at once, after which the client is silent.
BOOST_AUTO_TEST_CASE(what_a_read_has_left_is_read_too) {
  auto c = client({.client_id = "much", .keep_alive = 0}, v311);
  std::string bytes;
  for (int i = 0; i < 20'000; ++i)
    bytes += wire::publish("nobody", std::string(200, 'x'));
  for (int i = 0; i < 4; ++i) {
    c.send_bytes(bytes);
    c.publish("nobody", "acknowledged", qos1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
