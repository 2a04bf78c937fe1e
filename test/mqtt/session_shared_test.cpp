// Messages of shared subscriptions in a session: refused, or handed to others.
#include "mqtt/session_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

struct shared_fixture : session_fixture {
  static delivery shared(const std::string& payload, qos level, std::uint8_t hops = 0) {
    auto d = make(payload, level);
    d.group = 7;
    d.hops = hops;
    return d;
  }

  // Sent and refused.
  std::string offer(std::vector<delivery> batch) {
    std::vector<delivery> refused;
    s.deliver(batch, now, &refused);
    return shown(batch) + " | " + shown(refused);
  }

  // What another member takes, those with `kept` in their payload excepted.
  std::string hand_over(const std::string& kept = "none") {
    std::vector<delivery> taken;
    s.hand_over_shared([&](const delivery& d) {
      if (d.message->payload() == kept)
        return false;
      taken.push_back(d);
      return true;
    });
    return shown(taken);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_shared)

BOOST_FIXTURE_TEST_CASE(what_would_wait_is_refused, shared_fixture) {
  limits.max_inflight = 1;
  attach();
  BOOST_TEST(offer({shared("a", q1), shared("b", q2), shared("c", q0), make("own", q1)}) == "1:a 0:c | 0:b");
  BOOST_TEST(s.queue_size() == 1U);                                       // its own
  BOOST_TEST(offer({shared("d", q1, shared_origin::last_hop)}) == " | "); // all others have refused
  BOOST_TEST(s.queue_size() == 2U);
  BOOST_TEST(writable(false) == "");
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(offer({shared("e", q1)}) == " | 0:e");
  s.detach();
  BOOST_TEST(offer({shared("f", q2)}) == " | 0:f");
}

BOOST_FIXTURE_TEST_CASE(without_asking_it_waits, shared_fixture) {
  limits.max_inflight = 1;
  attach();
  BOOST_TEST(deliver({shared("a", q1), shared("b", q1)}) == "1:a");
  BOOST_TEST(s.queue_size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_8_2_5_what_was_sent_at_qos_2_stays, shared_fixture) {
  limits.max_inflight = 3;
  attach();
  BOOST_TEST(deliver({shared("a", q1), shared("b", q2), make("own", q1), shared("c", q2), make("own 2", q1),
                      shared("d", q1)}) == "1:a 2:b 3:own");
  s.detach();
  BOOST_TEST(hand_over() == "1:a 0:c 0:d");
  BOOST_TEST(s.queue_size() == 1U);
  BOOST_TEST(attach() == "2*:b 3*:own 4:own 2");
}

BOOST_FIXTURE_TEST_CASE(what_nobody_takes_stays_in_its_place, shared_fixture) {
  limits.max_inflight = 1;
  attach();
  deliver({shared("a", q1), shared("b", q1), shared("c", q1)});
  s.detach();
  BOOST_TEST(hand_over("b") == "1:a 0:c");
  BOOST_TEST(attach() == "2:b");
  BOOST_TEST(hand_over("b") == "");
}

BOOST_FIXTURE_TEST_CASE(a_release_is_not_a_message, shared_fixture) {
  attach();
  BOOST_TEST(deliver({shared("a", q2)}) == "1:a");
  BOOST_TEST(pubrec(1) == "rel1");
  s.detach();
  BOOST_TEST(hand_over() == "");
  BOOST_TEST(attach() == "rel1");
}

BOOST_AUTO_TEST_SUITE_END()
