// Messages of another broker that cannot be passed on: they are acknowledged and dropped, as they would come
// again after each connection that they end.
#include "client_machine_fixture.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

constexpr auto q0 = qos::at_most_once, q1 = qos::at_least_once, q2 = qos::exactly_once;
constexpr std::size_t limit = 100; // bytes of a packet
const std::string large(200, 'x');

struct dropping_client : remote_fixture {
  void begin_small(protocol_version v = c_v4, bool clean = true) {
    client_settings s;
    s.client_id = "b";
    s.version = v;
    s.clean_start = clean;
    s.max_packet_size = limit;
    s.mount_point = "m/";
    begin(s);
  }

  std::string bytes_of(const packet& p) const {
    buffer bytes;
    encode(p, settings.version, bytes);
    return std::string{bytes.view()};
  }

  // As an owner does: what is not used comes again, with more behind it. The most that had to.
  std::size_t hear(std::string_view bytes, std::size_t piece) {
    std::string unread;
    std::size_t most = 0;
    for (; !bytes.empty() && happened.error.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
      unread.append(bytes.substr(0, piece));
      unread.erase(0, machine.receive(unread, now, out, happened));
      most = std::max(most, unread.size());
    }
    BOOST_TEST((unread.empty() || !happened.error.empty()));
    return most;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_machine_drops, dropping_client)

BOOST_AUTO_TEST_CASE(a_topic_that_is_too_long_behind_the_mount_point) {
  const std::string fits(longest_topic - 2, 'f'), z(longest_topic - 1, 'z');
  for (const auto version : {c_v31, c_v4, c_v5}) {
    client_settings s;
    s.client_id = "b";
    s.version = version;
    s.mount_point = "m/";
    begin(s);
    BOOST_TEST(say(incoming(z, "123", q0)) == "");
    BOOST_TEST(say(incoming(z, "1", q1, 1)) == "PUBACK #1 00");
    BOOST_TEST(say(incoming(z, "1", q2, 2)) == "PUBREC #2 00");
    BOOST_TEST(say(incoming(z, "1", q2, 2)) == "PUBREC #2 00"); // the same one
    BOOST_TEST(dropped() == "zzzzzzzz=3 zzzzzzzz=1 zzzzzzzz=1: its topic is too long behind the mount point");
    BOOST_TEST(say(acknowledge(packet_type::pubrel, 2)) == "PUBCOMP #2 00");
    BOOST_TEST(say(incoming(fits, "1", q1, 3)) == "");
    BOOST_TEST(arrived() == "m/" + fits + "=1");
    BOOST_TEST(take() == "PUBACK #3 00");
    BOOST_TEST(happened.error == "");
  }
}

BOOST_AUTO_TEST_CASE(acknowledgements_keep_their_order) {
  const std::string z(longest_topic, 'z');
  client_settings s;
  s.client_id = "b";
  s.mount_point = "m/";
  begin(s);
  BOOST_TEST(say(incoming("t", "1", q1, 1)) == "");
  BOOST_TEST(say(incoming(z, "2", q1, 2)) == ""); // not before the first one
  BOOST_TEST(say(incoming("t", "3", q1, 3)) == "");
  BOOST_TEST(take() == "PUBACK #1 00 | PUBACK #2 00 | PUBACK #3 00");
  BOOST_TEST(say(incoming(z, "4", q1, 4)) == "PUBACK #4 00");
  say(incoming("t", "5", q1, 5));
  machine.closed();
  connect();
  accept();
  BOOST_TEST(say(incoming(z, "6", q1, 6)) == "PUBACK #6 00"); // who came before the end is not waited for
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_large_in_any_pieces) {
  for (const auto version : {c_v31, c_v4})
    for (const std::size_t piece : {1, 2, 7, 64, 1'000}) {
      begin_small(version);
      const auto bytes = bytes_of(incoming("t", "a", q0)) + bytes_of(incoming("big/0", large, q0)) +
                         bytes_of(incoming("big/1", large, q1, 7)) +
                         bytes_of(incoming("big/2", large, q2, 8)) + bytes_of(incoming("t", "b", q1, 9));
      BOOST_TEST(hear(bytes, piece) < limit);
      BOOST_TEST(happened.error == "");
      BOOST_TEST(arrived() == "m/t=a m/t=b");
      BOOST_TEST(dropped() == "big/0=200 big/1=200 big/2=200: it is larger than the bridge takes");
      BOOST_TEST(take() == "PUBACK #7 00 | PUBREC #8 00 | PUBACK #9 00");
      BOOST_TEST(say(acknowledge(packet_type::pubrel, 8)) == "PUBCOMP #8 00");
    }
}

BOOST_AUTO_TEST_CASE(it_is_acknowledged_when_all_of_it_is_there) {
  begin_small();
  const auto bytes = bytes_of(incoming("big", large, q1, 7));
  hear(std::string_view{bytes}.substr(0, bytes.size() - 1), 50);
  BOOST_TEST(sent() == "");
  BOOST_TEST(dropped() == "");
  hear("x", 1);
  BOOST_TEST(sent() == "PUBACK #7 00");
  BOOST_TEST(dropped() == "big=200: it is larger than the bridge takes");
}

// Most of it is the topic.
BOOST_AUTO_TEST_CASE(little_is_kept_of_the_largest_ones) {
  begin_small();
  const auto bytes = bytes_of(incoming(std::string(longest_topic, 'z'), "", q1, 7)) +
                     bytes_of(incoming("big", std::string(3'000'000, 'x'), q1, 8)) +
                     bytes_of(incoming("t", "a", q0));
  BOOST_TEST(hear(bytes, 1'000) < 65'544u);
  BOOST_TEST(take() == "PUBACK #7 00 | PUBACK #8 00");
  BOOST_TEST(dropped() == "zzzzzzzz=0 big=3000000: it is larger than the bridge takes");
  BOOST_TEST(arrived() == "m/t=a");
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_meanwhile) {
  begin_small(c_v4, false);
  const auto bytes = bytes_of(incoming("big", large, q2, 8));
  hear(std::string_view{bytes}.substr(0, 100), 50);
  machine.closed();
  connect();
  accept(true);
  BOOST_TEST(dropped() == "");
  hear(bytes, 50);
  BOOST_TEST(sent() == "PUBREC #8 00");
  BOOST_TEST(dropped() == "big=200: it is larger than the bridge takes");
  machine.closed();
  connect();
  accept(true);
  hear(bytes, 50); // PUBREC was lost
  BOOST_TEST(sent() == "PUBREC #8 00");
  BOOST_TEST(dropped() == "");
}

// PINGRESP stands behind the message, which takes its time.
BOOST_AUTO_TEST_CASE(a_slow_message_is_a_sign_of_life) {
  begin_small();
  const auto bytes = bytes_of(incoming("big", large, q1, 7));
  hear(std::string_view{bytes}.substr(0, 20), 20);
  BOOST_TEST(tick(45'000) == "PINGREQ");
  tick(9'000);
  hear("x", 1);
  tick(9'000);
  BOOST_TEST(happened.error == "");
  BOOST_TEST(tick(36'000) == "PINGREQ"); // in time for the server
  tick(10'000);
  BOOST_TEST(happened.error == "the server does not answer");
}

BOOST_AUTO_TEST_CASE(one_of_5_had_been_told) {
  begin_small(c_v5);
  hear(bytes_of(incoming("big", large, q1, 7)), 1'000);
  BOOST_TEST(happened.error == "packet is too large");
  BOOST_TEST(sent() == "");
  BOOST_TEST(dropped() == "");
}

BOOST_AUTO_TEST_CASE(other_large_packets_end_the_connection) {
  begin_small();
  suback s;
  s.packet_id = 1;
  s.reasons.assign(200, reason_code::success);
  hear(bytes_of(s), 1'000);
  BOOST_TEST(happened.error == "packet is too large");
  happened.clear();
  machine.closed();
  connect(); // and a message before CONNACK
  hear(bytes_of(incoming("big", large, q1, 7)), 1'000);
  BOOST_TEST(happened.error == "packet is too large");
  BOOST_TEST(sent() == "");
}

// The head of a large message is as good as that of any other.
BOOST_AUTO_TEST_CASE(a_bad_head_ends_the_connection) {
  const std::pair<std::string, std::string> bad[] = {
      {std::string("\x30\xC8\x01\x00\x00", 5), "topic name is empty"},
      {std::string("\x30\xC8\x01\x00\x01#", 6), "topic name has wildcards"},
      {std::string("\x30\xC8\x01\x00\x01\xFF", 6), "topic name is not UTF-8"},
      {std::string("\x30\xC8\x01\x01\x00", 5), "topic name or packet identifier is not whole"},
      {std::string("\x32\xC8\x01\x00\xC5", 5), "topic name or packet identifier is not whole"},
      {std::string("\x32\xC8\x01\x00\x01t\x00\x00", 8), "packet identifier is 0"}};
  for (const auto& [bytes, why] : bad)
    for (const std::size_t piece : {1, 100}) {
      machine.closed();
      happened.clear();
      begin_small();
      hear(bytes, piece);
      BOOST_TEST(happened.error == why);
      BOOST_TEST(sent() == "");
      BOOST_TEST(happened.lost.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
