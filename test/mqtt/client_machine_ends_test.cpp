// A server that ends connections because of a message: the message is given up, and no other one.
#include "client_machine_fixture.hpp"

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

constexpr auto most = client_machine::most_ends;

struct ending_server : remote_fixture {
  // The payload of the message that is given up, or nothing.
  std::string end() {
    const auto given_up = machine.closed_by_server();
    return given_up ? std::string{given_up->payload()} : "";
  }

  std::string connect_again() {
    connect();
    happened.clear();
    return accept();
  }

  // Without a result.
  void end_often(unsigned times) {
    for (unsigned i = 0; i < times; ++i) {
      BOOST_TEST(end() == "");
      connect_again();
    }
  }

  void send_some(std::initializer_list<const char*> payloads) {
    for (const char* p : payloads)
      send(letter("t", p), qos::at_least_once);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_machine_ends, ending_server)

BOOST_AUTO_TEST_CASE(the_first_message_goes_alone_and_is_given_up) {
  begin();
  send_some({"1", "2", "3"});
  BOOST_TEST(end() == "");
  for (unsigned i = 1; i < most; ++i) {
    BOOST_TEST(connect_again() == "PUBLISH qos1 #1 topic=t payload=1");
    BOOST_TEST(!machine.can_send());
    BOOST_TEST(end() == (i + 1 == most ? "1" : ""));
  }
  BOOST_TEST(machine.inflight() == 2u);
  BOOST_TEST(connect_again() == "PUBLISH qos1 #2 topic=t payload=2 | PUBLISH qos1 #3 topic=t payload=3");
  BOOST_TEST(machine.can_send());
}

// It was another one's fault.
BOOST_AUTO_TEST_CASE(one_that_is_acknowledged_lets_the_others_go) {
  begin();
  send_some({"1", "2", "3"});
  end_often(most - 1);
  BOOST_TEST(!machine.acknowledged());
  BOOST_TEST(say(acknowledge(packet_type::puback, 1)) ==
             "PUBLISH qos1 #2 topic=t payload=2 | PUBLISH qos1 #3 topic=t payload=3");
  BOOST_TEST(machine.acknowledged());
  BOOST_TEST(end() == ""); // this end does not count
  connect_again();
  end_often(most - 1);
  BOOST_TEST(end() == "2");
}

BOOST_AUTO_TEST_CASE(ends_without_a_session_do_not_count) {
  begin();
  send_some({"1"});
  end_often(most - 1);
  for (unsigned i = 0; i < 2 * most; ++i) {
    machine.closed(); // our own doing
    connect();
    BOOST_TEST(end() == ""); // before CONNACK
    connect_again();
  }
  BOOST_TEST(end() == "1"); // in a row all the same
}

BOOST_AUTO_TEST_CASE(ends_without_a_message_do_not_count) {
  begin();
  end_often(2 * most);
  send_some({"1"});
  end_often(most - 1);
  BOOST_TEST(machine.inflight() == 1u);
}

BOOST_AUTO_TEST_CASE(why_a_server_of_5_disconnects) {
  for (const auto& [reason, counts] :
       {std::pair{reason_code::packet_too_large, true}, std::pair{reason_code::not_authorized, true},
        std::pair{reason_code::unspecified_error, true}, std::pair{reason_code::server_shutting_down, false},
        std::pair{reason_code::session_taken_over, false},
        std::pair{reason_code::administrative_action, false}}) {
    begin(c_v5);
    disconnect d;
    d.reason = reason;
    say(d);
    BOOST_TEST(happened.error != "");
    BOOST_TEST(happened.ended_by_server == counts);
    happened.clear();
  }
}

// What was too much for it before it began anew is done, and does not fill the window.
BOOST_AUTO_TEST_CASE(a_server_that_takes_less_than_before) {
  begin(c_v5);
  const auto large = letter("t", std::string(50, 'x'));
  send(large, qos::at_least_once);
  send_some({"2"});
  BOOST_TEST(end() == "");
  connect();
  property_writer p;
  p.number(property::maximum_packet_size, 30);
  BOOST_TEST(accept(true, p.view()) == "PUBLISH qos1 dup #2 topic=t payload=2");
  BOOST_TEST(happened.done == std::vector{large->id()});
  BOOST_TEST(happened.refused == 1u);
  BOOST_TEST(machine.inflight() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
