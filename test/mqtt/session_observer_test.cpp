// What a session tells of messages that do not reach its client, and of what is acknowledged.
#include "session_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::mqtt::test {

namespace {

struct notes : delivery_observer {
  void dropped(const delivery& d, const char* reason) override {
    text += std::string{d.message->payload()} + ':' + reason + ' ';
  }
  std::string text;
};

struct observed_session : session_fixture {
  observed_session() { limits.queue.max_length = 2; }

  notes n;
  session watched{limits, metrics, &n};

  void give(const std::string& payload, qos level, std::uint32_t expiry = no_expiry) {
    std::vector<delivery> batch{make(payload, level, expiry)};
    watched.deliver(batch, now);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_observer)

BOOST_FIXTURE_TEST_CASE(what_does_not_fit, observed_session) {
  for (const char* payload : {"1", "2", "3", "4"})
    give(payload, q1);
  BOOST_TEST(n.text == "1:queue_full 2:queue_full ");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_stored, observed_session) {
  limits.queue.store_qos0 = false;
  give("1", q0);
  BOOST_TEST(n.text == "1:qos0_msg ");
}

BOOST_FIXTURE_TEST_CASE(what_is_too_old, observed_session) {
  give("1", q1, 1);
  now += 2'000;
  give("2", q1, 1);
  BOOST_TEST(n.text == "2:expired ");
  std::vector<delivery> out;
  watched.attach(protocol_version::v5, 10, now, out);
  BOOST_TEST(n.text == "2:expired 1:expired ");
}

BOOST_FIXTURE_TEST_CASE(what_an_acknowledgement_is_for, session_fixture) {
  attach();
  deliver({make("one", q1), make("two", q2)});
  BOOST_TEST_REQUIRE(s.waits_for(packet_type::puback, 1) != nullptr);
  BOOST_TEST(s.waits_for(packet_type::puback, 1)->message->payload() == "one");
  BOOST_TEST(s.waits_for(packet_type::pubrec, 1) == nullptr);
  BOOST_TEST(s.waits_for(packet_type::puback, 2) == nullptr);
  BOOST_TEST_REQUIRE(s.waits_for(packet_type::pubrec, 2) != nullptr);
  BOOST_TEST(s.waits_for(packet_type::pubrec, 2)->message->payload() == "two");
  pubrec(2);
  BOOST_TEST(s.waits_for(packet_type::pubrec, 2) == nullptr);
  puback(1);
  BOOST_TEST(s.waits_for(packet_type::puback, 1) == nullptr);
  BOOST_TEST(s.waits_for(packet_type::puback, 9) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::mqtt::test
