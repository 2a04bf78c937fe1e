// Messages of many publishers to one session, which come in batches.
#include "fixture.hpp"
#include "raw5.hpp"

#include <string>

namespace troupe::test {
namespace {

using mqtt::publish;

constexpr int batch = 10;

// PUBLISH packets of the payloads "<name>:<first>" and so on, in one write; the last one with `level`.
void stream(mqtt_client& from, const std::string& topic, char name, int first, qos level = qos0) {
  std::string bytes;
  for (int i = 0; i < batch; ++i) {
    const auto text = std::string{name} + ":" + std::to_string(first + i);
    bytes += packet_bytes(i + 1 == batch && level == qos1 ? "32 * <" + topic + "> 0001 () '" + text + "'"
                                                          : "30 * <" + topic + "> () '" + text + "'");
  }
  from.send_bytes(bytes);
}

// Checks that the messages of each publisher come in order.
class in_order {
public:
  void take(const publish& p) {
    int& expected = next_[p.payload[0] == 'a' ? 0 : 1];
    BOOST_TEST_REQUIRE(std::string(p.payload.substr(2)) == std::to_string(expected));
    ++expected;
  }
  int seen() const { return next_[0] + next_[1]; }

private:
  int next_[2] = {0, 0};
};

} // namespace

BOOST_AUTO_TEST_SUITE(fan_in, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(pingresp_comes_behind_what_was_published_before) {
  constexpr int rounds = 500;
  const auto t = unique("t");
  auto s = client(), a = client(), b = client();
  s.subscribe(t, qos0);
  for (int round = 0; round < rounds; ++round) {
    stream(a, t, 'a', 0);
    stream(b, t, 'b', 0);
    s.send_bytes(packet_bytes("30 * <" + t + "> () 's'") + packet_bytes("C0 00"));
  }
  for (int own = 0, answers = 0; answers < rounds;) {
    const auto p = s.next();
    if (const auto* message = std::get_if<publish>(&p)) {
      own += message->payload == "s" ? 1 : 0;
    } else {
      BOOST_TEST_REQUIRE(std::holds_alternative<mqtt::ping>(p));
      BOOST_TEST_REQUIRE(++answers <= own);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_publishers_messages_stay_in_order_whatever_their_qos) {
  const auto t = unique("t");
  auto s = client(), a = client(), b = client();
  s.subscribe(t, qos1);
  in_order messages;
  for (int first = 0; first < 200 * batch; first += batch) {
    stream(a, t, 'a', first, first % 3 == 0 ? qos1 : qos0);
    stream(b, t, 'b', first);
    if (first % 3 == 0)
      a.expect_ack(packet_type::puback, 1);
    while (messages.seen() < 2 * (first + batch)) {
      const auto p = s.expect_message();
      messages.take(p);
      if (p.level == qos1)
        s.send_ack(packet_type::puback, p.packet_id);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
