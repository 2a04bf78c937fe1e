// Clients that want to cost the broker more than they pay for.
#include "faults/bounds.hpp"
#include "support/mqtt_client.hpp"
#include "support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

using namespace troupe::test;

namespace {

bool serves(const broker_process& broker) {
  try {
    return http_get(broker.http_port(), "/api/v4/brokers").status == 200;
  } catch (const unexpected&) {
    return false;
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(attackers)

// Thousands that vanish in the middle of everything: before the CONNACK, with a subscription on its way, with
// half of a packet sent.
BOOST_AUTO_TEST_CASE(clients_that_are_killed_by_the_thousand) {
  broker_process broker{"zone.external.idle_timeout = 2s\n"};
  const auto actors_before = actors(broker);
  const auto descriptors_before = broker.open_fds();
  const int clients = long_run() ? 20'000 : 1'500;
  const std::string subscribe = hex("82 06 0001 0001 '#' 01");
  const std::string publish = hex("32 06 0001 't' 0001 'x'");
  for (int i = 0; i < clients; ++i) {
    troupe::mqtt::connect c;
    const auto id = "killed-" + std::to_string(i % 700); // some take over from others
    c.client_id = id;
    c.clean_start = i % 2 == 0;
    if (i % 2 == 0)
      c.will = troupe::mqtt::will{"will", "gone", {}, qos::at_least_once, false};
    std::string bytes = encoded(c, protocol_version::v311);
    if (i % 3 > 0)
      bytes += subscribe + publish;
    if (i % 3 > 1)
      bytes += publish.substr(0, 3);
    tcp_socket s{broker.mqtt_port()};
    s.send(bytes);
    if (i % 5 == 0)
      continue; // closed in order
    s.abort();
  }
  BOOST_TEST(eventually([&] { return broker.open_fds() <= descriptors_before + 1; }));
  BOOST_TEST(eventually([&] { return stat(broker, "connections.count") == 0; }));
  const auto sessions = stat(broker, "sessions.count"); // those of 3.1.1 that stay
  BOOST_TEST(eventually([&] { return actors(broker) == actors_before + sessions; }));
  auto survivor = connected(broker.mqtt_port(), "survivor");
  survivor.subscribe("t", qos::at_least_once);
  survivor.publish("t", "alive", qos::at_least_once);
  BOOST_TEST(survivor.expect_message().payload == "alive");
}

// SUBSCRIBE by the ten thousand in one go: each is answered, in order, and the answers bound what waits.
BOOST_AUTO_TEST_CASE(a_flood_of_subscriptions) {
  broker_process broker;
  const int packets = long_run() ? 400'000 : 70'000; // more than identifiers
  mqtt_client greedy{broker.mqtt_port(), protocol_version::v311, 16 * 1024};
  greedy.connect("greedy");
  const auto before = broker.rss();
  std::size_t peak = before;
  int answered = 0;
  std::string burst;
  for (int i = 0; i < packets; ++i) {
    const auto id = static_cast<std::uint16_t>(i % 65'535 + 1);
    burst += encoded(troupe::mqtt::subscribe{id, {}, {{"same/+/filter", {}}}}, greedy.version());
    if (burst.size() < 16 * 1024 && i < packets - 1)
      continue;
    greedy.send_bytes(burst);
    burst.clear();
    for (; answered <= i; ++answered) {
      const auto got = greedy.expect_suback();
      BOOST_REQUIRE_EQUAL(got.packet_id, answered % 65'535 + 1);
    }
    peak = std::max(peak, broker.rss());
  }
  BOOST_TEST(grew_less(before, peak, 16 * megabyte));
  BOOST_TEST(stat(broker, "subscriptions.count") == 1);
  greedy.publish("same/1/filter", "once");
  BOOST_TEST(greedy.expect_message().payload == "once");
  greedy.expect_nothing();
}

// Who ends while its input waits for the next turn is not called then.
BOOST_AUTO_TEST_CASE(subscribers_that_leave_in_a_flood) {
  broker_process broker{"node.io_threads = 1\nmqtt.max_packet_size = 2MB\n"};
  const auto end = clock::now() + (long_run() ? seconds{60} : seconds{2});
  const auto flood = [&] {
    auto writer = connected(broker.mqtt_port(), "");
    const std::string payload(megabyte, 'x');
    while (clock::now() < end)
      writer.publish("flood", payload);
  };
  std::vector<std::future<void>> floods;
  for (int i = 0; i < 3; ++i)
    floods.push_back(std::async(std::launch::async, flood));
  std::size_t left = 0;
  while (clock::now() < end) {
    std::vector<std::unique_ptr<mqtt_client>> readers;
    for (int i = 0; i < 8; ++i) {
      readers.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
      readers.back()->connect("reader-" + std::to_string(i));
      readers.back()->subscribe("flood", qos::at_most_once);
    }
    for (auto& r : readers)
      r->send(troupe::mqtt::disconnect{});
    left += readers.size();
  }
  for (auto& f : floods)
    f.get();
  BOOST_TEST(left > 0U);
  connected(broker.mqtt_port(), "survivor").expect_nothing();
}

// Retained messages go out as the socket takes them: one who does not read costs a write buffer, not all of
// them, and gets every one when it reads at last.
BOOST_AUTO_TEST_CASE(retained_messages_for_those_who_do_not_read) {
  broker_process broker{"zone.external.max_write_buffer = 256KB\nzone.external.mqueue_store_qos0 = false\n"
                        "listener.tcp.external.send_timeout = 10m\n"};
  constexpr int messages = 128;
  constexpr int deaf_clients = 20;
  auto writer = connected(broker.mqtt_port(), "writer");
  const std::string payload(128 * 1024, 'r');
  for (int i = 0; i < messages; ++i)
    writer.publish("retained/" + std::to_string(1000 + i), payload, qos::at_least_once, true);
  const auto before = broker.rss();
  std::vector<std::unique_ptr<mqtt_client>> deaf;
  for (int i = 0; i < deaf_clients; ++i) {
    deaf.push_back(std::make_unique<mqtt_client>(broker.mqtt_port(), protocol_version::v311, 16 * 1024));
    deaf.back()->connect("deaf-" + std::to_string(i));
    deaf.back()->subscribe("retained/#", qos::at_most_once);
  }
  // What the broker could do for them it has done when later requests of others are answered.
  for (int i = 0; i < 50; ++i)
    writer.publish("other", "x", qos::at_least_once);
  BOOST_TEST(grew_less(before, broker.rss(), deaf_clients * 3 * megabyte));
  for (auto& c : deaf)
    for (int i = 0; i < messages; ++i) {
      const auto m = c->expect<troupe::mqtt::publish>();
      BOOST_REQUIRE_EQUAL(m.topic, "retained/" + std::to_string(1000 + i));
      BOOST_REQUIRE_EQUAL(m.payload.size(), payload.size());
    }
}

// Requests with a few bytes changed, dropped or doubled.
BOOST_AUTO_TEST_CASE(broken_http_requests) {
  broker_process broker;
  const std::string head = " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46cHVibGlj\r\n";
  const std::string publish = R"({"topics":"a,b","payload":"p","qos":1,"retain":true,"clientid":"c"})";
  const std::string batch =
      R"([{"topic":"a","payload":"cA==","encoding":"base64","clientid":"c"},{"topic":"b"}])";
  const std::vector<std::string> requests{
      "GET /api/v4/clients?_page=1&_limit=10&_like_clientid=a%20b" + head + "\r\n",
      "GET /api/v4/nodes/emqx%40127.0.0.1/subscriptions?qos=1" + head + "Range: bytes=0-1,3-4\r\n\r\n",
      "DELETE /api/v4/clients/x%2Fy" + head + "Connection: close\r\n\r\n",
      "POST /api/v4/mqtt/publish" + head + "Content-Length: " + std::to_string(publish.size()) + "\r\n\r\n" +
          publish,
      "POST /api/v4/mqtt/publish_batch" + head + "Content-Length: " + std::to_string(batch.size()) +
          "\r\n\r\n" + batch,
      "POST /api/v4/mqtt/publish" + head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"top\r\n0\r\n\r\n"};
  std::minstd_rand random{7};
  const int rounds = long_run() ? 60'000 : 1'200;
  for (int i = 0; i < rounds; ++i) {
    auto bytes = requests[random() % requests.size()];
    for (auto n = random() % 4; n > 0; --n) {
      const auto at = random() % bytes.size();
      switch (random() % 4) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes.erase(at, 1 + random() % 8); break;
        case 2: bytes.insert(at, bytes.substr(at, random() % 64)); break;
        default: bytes.insert(at, std::string(random() % 300, "09aZ%/[{\"\\\0\r\n"[random() % 13])); break;
      }
    }
    tcp_socket s{broker.http_port()};
    s.send(bytes);
    s.shut_down_sending();
  }
  // As long as all of these wait to be served, further ones are turned away.
  BOOST_TEST(eventually([&] { return serves(broker); }));
  auto c = connected(broker.mqtt_port(), "bystander");
  c.expect_nothing();
  BOOST_TEST(broker.terminate() == 0);
}

// All descriptors are in use: those who wait are accepted when others go, and the log does not fill.
BOOST_AUTO_TEST_CASE(a_lack_of_descriptors, *boost::unit_test::precondition(unsanitized)) {
  broker_process broker;
  const rlim_t few = broker.open_fds() + 20;
  const rlimit limit{few, few};
  BOOST_TEST_REQUIRE(::prlimit(broker.pid(), RLIMIT_NOFILE, &limit, nullptr) == 0);
  std::vector<std::unique_ptr<mqtt_client>> clients;
  for (int i = 0; i < 60; ++i) {
    const auto id = "fd-" + std::to_string(i);
    troupe::mqtt::connect c;
    c.client_id = id;
    c.clean_start = true;
    clients.push_back(std::make_unique<mqtt_client>(broker.mqtt_port()));
    clients.back()->send(c);
  }
  const auto complaints = [&] {
    const auto log = broker.log();
    const std::string_view text = "cannot accept";
    int n = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
      ++n;
    return n;
  };
  BOOST_TEST(eventually([&] { return complaints() > 0; }));
  for (auto& c : clients) {
    c->expect<troupe::mqtt::connack>();
    c->disconnect();
  }
  BOOST_TEST(complaints() < 10); // not one for each try
  auto late = connected(broker.mqtt_port(), "late");
  late.expect_nothing();
}

// One that goes on writing after it was told to go: cut, not read for ever.
BOOST_AUTO_TEST_CASE(one_that_talks_on_after_its_end) {
  broker_process broker;
  const auto descriptors = broker.open_fds();
  mqtt_client c{broker.mqtt_port()};
  c.connect("talker");
  c.send_bytes(hex("00 00")); // reserved
  const std::string noise(64 * 1024, 'n');
  const auto begin = clock::now();
  try {
    while (clock::now() - begin < seconds{20} && c.socket().send(noise, seconds{5})) {
    }
  } catch (const unexpected&) {
  }
  BOOST_TEST((clock::now() - begin < seconds{10}));
  BOOST_TEST(eventually([&] { return broker.open_fds() <= descriptors; }));
}

BOOST_AUTO_TEST_SUITE_END()
