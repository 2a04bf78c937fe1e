// Shared subscriptions of MQTT 5.0: section 4.8.2.
#include "protocol/raw5.hpp"

#include <map>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

BOOST_AUTO_TEST_SUITE(shared5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_1_a_share_name_of_at_least_one_character) {
  auto c = client();
  for (const char* filter : {"$share/g/a", "$share/x/#", "$share/a b/+/c", "$share/$x/a", "$share/g//a"})
    BOOST_TEST(reasons(c.subscribe(filter, qos1)) == "01", filter);
  for (const char* filter : {"$share/", "$share//a", "$share//", "$share///a"})
    BOOST_TEST(reasons(c.subscribe(filter, qos1)) == "8f", filter);
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_2_a_share_name_without_wildcards_then_a_filter) {
  auto c = client();
  for (const char* filter : {"$share/g+/a", "$share/+/a", "$share/#/a", "$share/#", "$share/g", "$share/g/",
                             "$share/g/a#", "$share/g/a+/b"})
    BOOST_TEST(reasons(c.subscribe(filter, qos1)) == "8f", filter);
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_3_the_granted_qos_of_each_member) {
  const auto t = unique("t");
  std::vector<mqtt_client> members;
  for (const auto level : all_qos) {
    members.push_back(client());
    BOOST_TEST(members.back().subscribe("$share/g/" + t, level).reasons.at(0) ==
               static_cast<reason_code>(level));
  }
  auto p = client();
  for (int i = 0; i < 60; ++i)
    p.publish(t, "m", qos2);
  std::size_t total = 0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const auto packets = members[m].until_pingresp();
    total += packets.size();
    for (const auto& one : packets)
      BOOST_TEST(std::get<mqtt::publish>(one).level == all_qos[m]);
  }
  BOOST_TEST(total <= 60U);
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_4_qos_2_is_completed_with_the_same_client) {
  const auto t = unique("t"), id = unique("c");
  auto p = client();
  auto member = client(persistent(id));
  member.subscribe("$share/g/" + t, qos2);
  p.publish(t, "m", qos2);
  const auto packet_id = member.expect<mqtt::publish>().packet_id;
  member.socket().abort();
  auto other = client();
  other.subscribe("$share/g/" + t, qos2);
  auto back = client(persistent(id));
  const auto again = back.expect<mqtt::publish>();
  BOOST_TEST(again.packet_id == packet_id);
  BOOST_TEST(brief(again) == t + " m 2 dup");
  back.send_ack(packet_type::pubrec, packet_id);
  back.expect_ack(packet_type::pubrel, packet_id);
  back.send_ack(packet_type::pubcomp, packet_id);
  back.expect_nothing();
  other.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_5_qos_2_of_a_session_that_ended_goes_to_nobody_else) {
  const auto t = unique("t");
  auto p = client();
  auto member = client(); // its session ends with its connection
  member.subscribe("$share/g/" + t, qos2);
  p.publish(t, "m", qos2);
  member.expect<mqtt::publish>();
  auto other = client();
  other.subscribe("$share/g/" + t, qos2);
  member.disconnect();
  BOOST_TEST(eventually([&] { // until the member has left the group
    p.publish(t, "probe", qos0);
    const auto packets = other.until_pingresp();
    for (const auto& one : packets)
      BOOST_TEST(std::get<mqtt::publish>(one).payload == "probe");
    return !packets.empty();
  }));
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_6_what_a_member_refuses_goes_to_nobody_else) {
  const auto t = unique("t");
  auto p = client();
  std::vector<mqtt_client> members;
  for (int i = 0; i < 2; ++i) {
    members.push_back(client());
    members.back().subscribe("$share/g/" + t, qos2);
  }
  std::map<std::string, int> copies;
  for (int i = 0; i < 20; ++i)
    p.publish(t, std::to_string(i), i % 2 == 0 ? qos1 : qos2);
  int total = 0;
  BOOST_TEST(eventually([&] {
    for (auto& m : members)
      for (const auto& one : m.until_pingresp()) {
        const auto& message = std::get<mqtt::publish>(one);
        ++copies[std::string{message.payload}];
        ++total;
        m.send_ack(message.level == qos1 ? packet_type::puback : packet_type::pubrec, message.packet_id,
                   reason_code::unspecified_error);
      }
    return total >= 20;
  }));
  for (auto& m : members)
    m.expect_nothing();
  for (const auto& [payload, n] : copies)
    BOOST_TEST(n == 1, payload);
}

BOOST_AUTO_TEST_CASE(no_retained_messages_for_a_share) {
  const auto t = unique("t");
  auto p = client();
  p.publish(t, "kept", qos1, true);
  auto c = client();
  c.subscribe("$share/g/" + t, qos1);
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_share_and_its_filter_are_two_subscriptions) {
  const auto t = unique("t");
  auto c = client();
  c.subscribe(t, qos0);
  c.subscribe("$share/g/" + t, qos1);
  auto p = client();
  p.publish(t, "m", qos1);
  std::map<std::string, int> got;
  for (int i = 0; i < 2; ++i)
    ++got[brief(c.expect_message())];
  BOOST_TEST(got[t + " m 0"] == 1);
  BOOST_TEST(got[t + " m 1"] == 1);
  BOOST_TEST(reasons(c.unsubscribe("$share/other/" + t)) == "11");
  BOOST_TEST(reasons(c.unsubscribe("$share/g/" + t)) == "00");
  p.publish(t, "n", qos1);
  BOOST_TEST(brief(c.expect_message()) == t + " n 0");
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_repeated_shared_subscription_counts_once) {
  const auto t = unique("t");
  auto c = client();
  for (const auto level : all_qos)
    c.subscribe("$share/g/" + t, level);
  auto p = client();
  p.publish(t, "m", qos2);
  BOOST_TEST(brief(c.expect_message()) == t + " m 2");
  c.expect_nothing();
}

BOOST_AUTO_TEST_CASE(a_member_whose_session_waits_gets_its_share) {
  const auto t = unique("t"), id = unique("c");
  auto member = client(persistent(id));
  member.subscribe("$share/g/" + t, qos1);
  member.disconnect();
  auto p = client();
  p.publish(t, "m", qos1); // nobody else is there
  auto back = client(persistent(id));
  BOOST_TEST(brief(back.expect_message()) == t + " m 1");
}

BOOST_AUTO_TEST_SUITE_END()
