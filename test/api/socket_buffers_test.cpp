// listener.tcp.<name>.recbuf and .sndbuf: the sizes of the kernel's buffers, as a peer notices them.
#include "api/three_clients.hpp"
#include "support/tcp_window.hpp"

using namespace troupe::test;

namespace {

const std::uint16_t small_port = free_port();
constexpr int reader_buffer = 4096; // bytes: what a reader that does not read takes

struct small_buffers : served_broker {
  small_buffers()
      : served_broker("listener.tcp.small = 127.0.0.1:" + std::to_string(small_port) +
                      "\nlistener.tcp.small.recbuf = 8KB\nlistener.tcp.small.sndbuf = 8KB\n") {}

  static mqtt_client connected(std::uint16_t port, const char* id, int receive_buffer = 0) {
    mqtt_client c{port, protocol_version::v311, receive_buffer};
    c.connect(id);
    return c;
  }

  std::int64_t sent_to(const char* id) {
    return number(get(std::string{"/clients/"} + id).data().at(0).as_object(), "send_oct");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(socket_buffers)

BOOST_FIXTURE_TEST_CASE(recbuf_bounds_the_window, small_buffers) {
  auto usual = connected(static_cast<std::uint16_t>(mqtt_port()), "usual");
  auto small = connected(small_port, "small");
  BOOST_TEST(tcp_window(small.socket().descriptor()) <= 16 * 1024u); // the kernel doubles what is asked for
  BOOST_TEST(tcp_window(usual.socket().descriptor()) > 16 * 1024u);
}

BOOST_FIXTURE_TEST_CASE(sndbuf_bounds_what_the_kernel_takes, small_buffers) {
  constexpr std::int64_t both_buffers = 64 * 1024;
  auto usual = connected(static_cast<std::uint16_t>(mqtt_port()), "usual", reader_buffer);
  auto small = connected(small_port, "small", reader_buffer);
  for (auto* c : {&usual, &small})
    c->subscribe("bulk");
  auto publisher = connected(static_cast<std::uint16_t>(mqtt_port()), "publisher");
  const std::string payload(10'000, 'x');
  BOOST_TEST(eventually([&] {
    publisher.publish("bulk", payload, troupe::mqtt::qos::at_least_once);
    return sent_to("usual") > 4 * both_buffers;
  }));
  BOOST_TEST(sent_to("small") > 0);
  BOOST_TEST(sent_to("small") < both_buffers);
}

BOOST_AUTO_TEST_SUITE_END()
