// Who reaches the port of the links between nodes and is no node.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <memory>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace troupe::test;

namespace {

struct linked_broker {
  const std::uint16_t port = free_port();
  broker_process broker{"cluster.listen = 127.0.0.1:" + std::to_string(port) +
                        "\nnode.dist_net_ticktime = 1s\n"};

  // What it says first: CAF's handshake of a server.
  std::string greeting(tcp_socket& s) {
    std::string out;
    s.receive(out);
    return out;
  }

  bool closes(tcp_socket& s) {
    std::string bytes;
    return eventually([&] { return s.receive(bytes, milliseconds{100}) == tcp_socket::state::closed; });
  }

  bool serves() {
    auto c = connected(broker.mqtt_port(), "c");
    c.subscribe("t", qos::at_least_once);
    c.publish("t", "alive", qos::at_least_once);
    return c.expect_message().payload == "alive";
  }
};

// A header of CAF's protocol BASP: a payload of this size follows a message of this kind.
std::string basp_header(char operation, std::uint32_t payload) {
  std::string out(32, '\0');
  out[0] = operation;
  for (int i = 0; i < 4; ++i)
    out[static_cast<std::size_t>(4 + i)] = static_cast<char>(payload >> (8 * (3 - i)));
  return out;
}

// Takes connections and never says a word.
class mute_listener {
public:
  explicit mute_listener(std::uint16_t port)
      : listens_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(listens_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE_EQUAL(::bind(listens_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    BOOST_REQUIRE_EQUAL(::listen(listens_, 64), 0);
  }
  mute_listener(const mute_listener&) = delete;
  mute_listener& operator=(const mute_listener&) = delete;
  ~mute_listener() {
    stop_listening();
    for (const int taken : taken_)
      ::close(taken);
  }

  /// How many there were so far.
  std::size_t take() {
    for (int fd; (fd = ::accept4(listens_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      taken_.push_back(fd);
    return taken_.size();
  }

  /// The connections stay, as those of a machine that has lost its power.
  void stop_listening() {
    if (listens_ < 0)
      return;
    take();
    ::close(std::exchange(listens_, -1));
  }

private:
  int listens_;
  std::vector<int> taken_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_peers)

BOOST_FIXTURE_TEST_CASE(garbage_ends_a_connection, linked_broker) {
  std::mt19937 random{1};
  const auto descriptors = broker.open_fds();
  const auto before = broker.rss();
  for (int i = 0; i < 300; ++i) {
    tcp_socket s{port};
    std::string bytes(100 + random() % 5000, '\0');
    for (char& c : bytes)
      c = static_cast<char>(random());
    s.send(bytes);
    if (i % 3 == 0)
      s.shut_down_sending();
    BOOST_TEST(closes(s));
  }
  BOOST_TEST(serves());
  BOOST_TEST(eventually([&] { return broker.open_fds() <= descriptors + 1; }));
  BOOST_TEST(grew_less(before, broker.rss(), 32 * megabyte), broker.rss());
}

// CAF makes room for what a header announces before it looks at anything else.
BOOST_FIXTURE_TEST_CASE(gigabytes_that_are_only_announced, linked_broker) {
  const auto before = broker.rss();
  std::vector<std::unique_ptr<tcp_socket>> all;
  for (char operation = 0; operation < 8; ++operation)
    for (const std::uint32_t size : {0xFFFFFFFFU, 0x7FFFFFFFU, 0x10000000U}) {
      all.push_back(std::make_unique<tcp_socket>(port));
      greeting(*all.back());
      all.back()->send(basp_header(operation, size) + std::string(100, 'x'));
    }
  for (auto& s : all)
    BOOST_TEST(closes(*s));
  BOOST_TEST(serves());
  BOOST_TEST(grew_less(before, broker.rss(), 64 * megabyte), broker.rss());
}

// The oldest of them make room for a node.
BOOST_FIXTURE_TEST_CASE(hundreds_that_say_nothing, linked_broker) {
  const auto descriptors = broker.open_fds();
  std::vector<std::unique_ptr<tcp_socket>> all;
  for (int i = 0; i < 400; ++i)
    all.push_back(std::make_unique<tcp_socket>(port));
  broker_process node{"node.name = other@127.0.0.1\nlog.level = info\ncluster.discovery = static\n"
                      "cluster.static.seeds = emqx@127.0.0.1:" +
                      std::to_string(port) + "\n"};
  BOOST_TEST(
      eventually([&] { return node.log().find("the link to emqx@127.0.0.1 stands") != std::string::npos; }));
  BOOST_TEST(serves());
  BOOST_TEST(eventually([&] { return broker.open_fds() <= descriptors + 130; })); // of 128 connections
  all.clear();
  BOOST_TEST(eventually([&] { return broker.open_fds() <= descriptors + 4; }));
  BOOST_TEST(serves());
}

// CAF's own handshake with such a node must come to an end, or no later one could begin.
BOOST_AUTO_TEST_CASE(a_node_that_takes_connections_and_says_nothing) {
  const auto port = free_port();
  mute_listener mute{port};
  broker_process node{"node.name = other@127.0.0.1\nlog.level = info\ncluster.discovery = static\n"
                      "cluster.static.seeds = emqx@127.0.0.1:" +
                      std::to_string(port) + "\n"};
  const auto logs = [&](const char* text) { return node.log().find(text) != std::string::npos; };
  BOOST_TEST(eventually([&] { return mute.take() > 0 && logs("no node of a cluster answers"); }));
  const auto tried = mute.take();
  const auto descriptors = node.open_fds();
  BOOST_TEST(eventually([&] { return mute.take() >= tried + 4; }, seconds{30})); // two per try
  BOOST_TEST(node.open_fds() <= descriptors + 2);
  mute.stop_listening();
  broker_process back{"cluster.listen = 127.0.0.1:" + std::to_string(port) + "\n"};
  BOOST_TEST(eventually([&] { return logs("the link to emqx@127.0.0.1 stands"); }, seconds{30}));
}

BOOST_AUTO_TEST_CASE(without_a_cluster_nobody_listens) {
  const auto port = free_port();
  broker_process broker{"rpc.tcp_server_port = " + std::to_string(port) + "\n"};
  BOOST_TEST(!can_connect(port));
}

BOOST_AUTO_TEST_SUITE_END()
