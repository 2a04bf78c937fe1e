// Peers that do not read, do not write, or come and go by the thousand.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace troupe::test;

namespace {

// Four clients hand a message round, on both shards in all likelihood, until told to stop: rounds a second.
double rounds_per_second(std::uint16_t port, const std::atomic<bool>& stop) {
  std::vector<std::unique_ptr<mqtt_client>> ring;
  for (int i = 0; i < 4; ++i) {
    ring.push_back(std::make_unique<mqtt_client>(port));
    ring.back()->connect("ring-" + std::to_string(i));
    ring.back()->subscribe("ring/" + std::to_string(i), qos::at_most_once);
  }
  const auto begin = clock::now();
  std::size_t rounds = 0;
  do {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const auto next = (i + 1) % ring.size();
      ring[i]->publish("ring/" + std::to_string(next), "x");
      ring[next]->expect_message(); // in time, or it throws
    }
    ++rounds;
  } while (!stop);
  return static_cast<double>(rounds) / std::chrono::duration<double>(clock::now() - begin).count();
}

// Publishes so many bytes, which a client that reads gets in step: how many others hand round meanwhile, and
// the broker's largest memory in `peak`.
double rounds_beside_flood(const broker_process& broker, std::size_t bytes, std::size_t& peak) {
  constexpr std::size_t of_one_reader = 32 * megabyte; // it keeps what it has had
  std::atomic<bool> stop = false;
  auto rounds = std::async(std::launch::async, [&] { return rounds_per_second(broker.mqtt_port(), stop); });
  const std::string payload(16 * 1024, 'x');
  try {
    auto writer = connected(broker.mqtt_port(), "writer");
    for (std::size_t sent = 0; sent < bytes;) {
      auto reader = connected(broker.mqtt_port(), "reader");
      reader.subscribe("flood/#", qos::at_most_once);
      for (const auto end = sent + of_one_reader; sent < end; sent += 20 * payload.size()) {
        for (int i = 0; i < 20; ++i)
          writer.publish("flood/x", payload);
        for (int i = 0; i < 20; ++i)
          reader.expect_message();
        peak = std::max(peak, broker.rss());
      }
    }
  } catch (...) {
    stop = true; // the future's destructor waits
    throw;
  }
  stop = true;
  return rounds.get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(slow_peers)

// The bounds: the write buffer (1 MB), the queue (1000 messages, 64 MB), the kernel's own buffers beside
// them.
BOOST_AUTO_TEST_CASE(a_subscriber_that_never_reads_costs_a_bounded_amount) {
  broker_process broker{"listener.tcp.external.send_timeout_close = off\n"};
  auto deaf = connected(broker.mqtt_port(), "deaf");
  deaf.subscribe("flood/#", qos::at_most_once);
  auto reader = connected(broker.mqtt_port(), "reader");
  reader.subscribe("flood/#", qos::at_most_once);
  auto writer = connected(broker.mqtt_port(), "writer");
  const std::string payload(16 * 1024, 'x');
  const std::size_t total = (long_run() ? 1024 : 200) * megabyte;
  const auto before = broker.rss();
  std::size_t peak = before;
  std::size_t sent = 0;
  std::size_t received = 0;
  while (sent * payload.size() < total) {
    for (int i = 0; i < 20; ++i, ++sent)
      writer.publish("flood/" + std::to_string(sent), payload);
    for (; received < sent; ++received)
      BOOST_REQUIRE_EQUAL(reader.expect_message().topic, "flood/" + std::to_string(received));
    peak = std::max(peak, broker.rss());
  }
  BOOST_TEST(grew_less(before, peak, 40 * megabyte));
  BOOST_TEST(metric(broker.http_port(), "delivery.dropped.qos0_msg") > 0);
  BOOST_TEST(metric(broker.http_port(), "delivery.dropped") ==
             metric(broker.http_port(), "delivery.dropped.qos0_msg"));
  BOOST_TEST(metric(broker.http_port(), "messages.publish") == static_cast<std::int64_t>(sent));
}

// The flood is the same with it and without it, and so are the processors that the clients share.
BOOST_AUTO_TEST_CASE(a_stopped_subscriber_slows_nobody) {
  const std::string program = "/usr/bin/mosquitto_sub";
  if (!std::filesystem::exists(program))
    return;
  broker_process broker{"listener.tcp.external.send_timeout_close = off\n"};
  std::size_t peak = 0;
  const auto before = rounds_beside_flood(broker, 128 * megabyte, peak);
  BOOST_TEST_REQUIRE(eventually([&] { return stat(broker, "subscriptions.count") == 0; }));
  child_process stopped{{program, "-h", "127.0.0.1", "-p", std::to_string(broker.mqtt_port()), "-i",
                         "stopped", "-t", "flood/#", "-k", "3600"},
                        broker.folder() / "stopped"};
  BOOST_TEST_REQUIRE(eventually([&] { return stat(broker, "subscriptions.count") == 1; }));
  stopped.signal(SIGSTOP);
  const auto unburdened = peak = broker.rss();
  const std::size_t bytes = (long_run() ? 1024 : 256) * megabyte;
  const auto beside = rounds_beside_flood(broker, bytes, peak);
  BOOST_TEST_MESSAGE(before << " rounds a second before, " << beside << " beside it");
  BOOST_TEST(beside * 20 > before);
  BOOST_TEST(grew_less(unburdened, peak, 40 * megabyte));
  BOOST_TEST(metric(broker.http_port(), "delivery.dropped.qos0_msg") > 0);
  BOOST_TEST(metric(broker.http_port(), "delivery.dropped") ==
             metric(broker.http_port(), "delivery.dropped.qos0_msg"));
  BOOST_TEST(eventually([&] { return stat(broker, "connections.count") == 1; }));
  BOOST_TEST(stopped.running());
}

// Its output never drains, but moves on: what it has had is not kept.
BOOST_AUTO_TEST_CASE(a_subscriber_that_is_always_behind_costs_a_bounded_amount) {
  broker_process broker{"listener.tcp.external.sndbuf = 16KB\n"};
  mqtt_client slow{broker.mqtt_port(), protocol_version::v311, 16 * 1024};
  slow.connect("slow");
  slow.subscribe("flood", qos::at_most_once);
  auto writer = connected(broker.mqtt_port(), "writer");
  const std::string payload(10'000, 'x');
  const auto before = broker.rss();
  std::size_t peak = before;
  for (std::size_t received = 0; received < 100 * megabyte; received += payload.size()) {
    for (int i = 0; i < 2; ++i)
      writer.publish("flood", payload);
    slow.expect_message();
    if (received % (16 * payload.size()) == 0)
      peak = std::max(peak, broker.rss());
  }
  BOOST_TEST(grew_less(before, peak, 48 * megabyte));
  BOOST_TEST(metric(broker.http_port(), "delivery.dropped.qos0_msg") > 0); // it was behind
}

// Their PINGREQs wait in the kernel while nobody reads them.
BOOST_AUTO_TEST_CASE(a_pause_of_the_broker_is_not_the_clients_silence) {
  constexpr int count = 200; // more than one look at the sockets finds
  broker_process broker{"node.io_threads = 1\n"};
  std::vector<std::unique_ptr<mqtt_client>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
    clients.back()->connect(connect_options{.client_id = "c" + std::to_string(i), .keep_alive = 2});
  }
  ::kill(broker.pid(), SIGSTOP);
  const auto end = clock::now() + milliseconds{4'200}; // more than 3 s
  while (clock::now() < end) {
    std::this_thread::sleep_for(milliseconds{300}); // the clock of the broker is ready before the socket
    for (auto& c : clients)
      c->send_bytes(std::string_view{"\xc0\0", 2});
  }
  ::kill(broker.pid(), SIGCONT);
  for (auto& c : clients)
    for (int i = 0; i < 14; ++i)
      c->expect<troupe::mqtt::ping>();
  for (const auto ticks = clock::now() + milliseconds{400}; clock::now() < ticks;)
    BOOST_TEST_REQUIRE(stat(broker, "connections.count") == count);
}

BOOST_AUTO_TEST_CASE(a_publisher_that_does_not_read_its_acknowledgements_is_not_read_either) {
  broker_process broker{
      "zone.external.max_write_buffer = 4KB\nlistener.tcp.external.send_timeout_close = off\n"};
  mqtt_client deaf{broker.mqtt_port(), protocol_version::v311, 16 * 1024};
  deaf.connect("deaf");
  const auto before = broker.rss();
  std::string burst;
  for (int i = 0; i < 20'000; ++i)
    burst += hex("32 06 0001 't' 0001 'x'"); // QoS 1
  const auto begin = clock::now();
  std::size_t bytes = 0;
  bool stopped = false;
  while (!stopped && bytes < 128 * megabyte && clock::now() - begin < seconds{20}) {
    try {
      BOOST_TEST_REQUIRE(deaf.socket().send(burst, milliseconds{500}));
      bytes += burst.size();
    } catch (const unexpected&) {
      stopped = true; // the broker has stopped to read
    }
  }
  BOOST_TEST(stopped);
  BOOST_TEST(grew_less(before, broker.rss(), 24 * megabyte));
  auto other = connected(broker.mqtt_port(), "other");
  other.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_connect_that_trickles_in_is_cut) {
  broker_process broker{"zone.external.idle_timeout = 1s\n"};
  mqtt_client slow{broker.mqtt_port()};
  const auto bytes = hex("10 10 0004 'MQTT' 04 02 003C 0004 'loris'");
  const auto begin = clock::now();
  bool cut = false;
  std::string answer;
  for (std::size_t i = 0; i < bytes.size() - 1 && !cut; ++i) {
    slow.send_bytes(bytes.substr(i, 1));
    cut = slow.socket().receive(answer, milliseconds{200}) == tcp_socket::state::closed;
  }
  BOOST_TEST(cut);
  BOOST_TEST((clock::now() - begin < seconds{4}));
  BOOST_TEST(answer.empty());
}

BOOST_AUTO_TEST_CASE(connections_that_come_and_go_leave_nothing_behind) {
  broker_process broker;
  const int connections = long_run() ? 8'000 : 400;
  const auto actors_before = actors(broker);
  const auto fds_before = broker.open_fds();
  std::size_t rss_first = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<mqtt_client>> clients;
    for (int i = 0; i < connections; ++i) {
      clients.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
      clients.back()->connect("churn-" + std::to_string(i));
      clients.back()->subscribe("churn/" + std::to_string(i), qos::at_least_once);
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (i % 3 == 0)
        clients[i]->disconnect();
      else if (i % 3 == 1)
        clients[i]->socket().abort();
    }
    clients.clear();
    BOOST_TEST_REQUIRE(eventually([&] { return actors(broker) == actors_before; }));
    BOOST_TEST_REQUIRE(eventually([&] { return broker.open_fds() <= fds_before + 1; }));
    if (round == 1)
      rss_first = broker.rss();
  }
  BOOST_TEST(grew_less(rss_first, broker.rss(), 2 * megabyte));
  BOOST_TEST(http_get(broker.http_port(), "/api/v4/routes").body.find("churn") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(garbage_on_both_ports_harms_nobody) {
  broker_process broker;
  auto bystander = connected(broker.mqtt_port(), "bystander");
  bystander.subscribe("t", qos::at_least_once);
  std::uint32_t state = 12345;
  for (int i = 0; i < 300; ++i) {
    std::string garbage;
    for (int n = 0; n < 200; ++n)
      garbage.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
    for (const auto port : {broker.mqtt_port(), broker.http_port()}) {
      tcp_socket s{port};
      s.send(i % 2 == 0 ? garbage : hex("10 0C 0004 'MQTT' 04 02 003C 0000") + garbage);
    }
  }
  bystander.publish("t", "alive", qos::at_least_once);
  BOOST_TEST(bystander.expect_message().payload == "alive");
  BOOST_TEST(http_get(broker.http_port(), "/api/v4/brokers").status == 200);
  BOOST_TEST(broker.terminate() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
