// What a client sends counts, even when it closes at once.
#include "protocol/fixture.hpp"
#include "support/wire.hpp"

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

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
