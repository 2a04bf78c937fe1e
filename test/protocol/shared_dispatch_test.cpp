// Shared subscriptions: strategies, members that are away, messages that go on to another member.
#include "protocol/fixture.hpp"

#include <map>
#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct random_broker : suite_broker {
  random_broker() : suite_broker("zone.external.max_inflight = 2\nnode.io_threads = 3\n") {}
};
struct turns_broker : suite_broker {
  turns_broker() : suite_broker("broker.shared_subscription_strategy = round_robin\nnode.io_threads = 3\n") {}
};
struct local_broker : suite_broker {
  local_broker() : suite_broker("broker.shared_subscription_strategy = local\nnode.io_threads = 3\n") {}
};
struct topic_broker : suite_broker {
  topic_broker() : suite_broker("broker.shared_subscription_strategy = hash_topic\n") {}
};
struct acknowledging_broker : suite_broker {
  acknowledging_broker()
      : suite_broker("broker.shared_dispatch_ack_enabled = true\nbroker.shared_subscription_strategy = hash\n"
                     "zone.external.max_inflight = 2\nnode.io_threads = 3\n") {}
};

using texts = std::multiset<std::string>;

// What has come to a client, unacknowledged.
texts arrived(mqtt_client& c) {
  texts out;
  for (const auto& p : c.until_pingresp())
    if (const auto* m = std::get_if<mqtt::publish>(&p))
      out.insert(std::string{m->payload});
  return out;
}

void publish_many(mqtt_client& p, const std::string& topic, int from, int to, qos level = qos1) {
  for (int i = from; i <= to; ++i)
    p.publish(topic, std::to_string(i), level);
}

texts numbers_from(int from, int to) {
  texts out;
  for (int i = from; i <= to; ++i)
    out.insert(std::to_string(i));
  return out;
}

// Takes and acknowledges messages until `wanted` have come in all.
void collect(mqtt_client& c, texts& into, std::size_t wanted) {
  while (into.size() < wanted)
    into.insert(std::string{c.expect_message().payload});
}

// Clients whose ids live on different shards, now and then; all members of `filter`.
std::vector<mqtt_client> members(const std::string& filter, std::size_t count, qos level = qos1) {
  std::vector<mqtt_client> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(client());
    out.back().subscribe(filter, level);
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(shared_redispatch, *boost::unit_test::fixture<random_broker>())

BOOST_AUTO_TEST_CASE(a_session_that_ends_leaves_its_messages_to_others) {
  for (const char* prefix : {"$share/g/", "$queue/"})
    for (int round = 0; round < 4; ++round) { // other client ids, so other shards
      const auto t = unique("t");
      auto slow = client();
      slow.subscribe(prefix + t, qos1);
      auto p = client();
      publish_many(p, t, 1, 10); // two on their way, eight in the queue, none acknowledged
      BOOST_TEST(arrived(slow).size() == 2U);
      auto other = client();
      other.subscribe(prefix + t, qos1);
      drop(std::move(slow));
      texts got;
      collect(other, got, 10);
      BOOST_TEST((got == numbers_from(1, 10)));
      other.expect_nothing();
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_goes_leaves_them_to_members_that_are_there) {
  const auto t = unique("t");
  const auto id = unique("c");
  auto slow = client(persistent(id));
  slow.subscribe("$share/g/" + t, qos2);
  auto p = client();
  publish_many(p, t, 1, 1, qos2);
  publish_many(p, t, 2, 6);
  slow.expect<mqtt::publish>();
  slow.expect<mqtt::publish>();
  auto other = client();
  other.subscribe("$share/g/" + t, qos2);
  drop(std::move(slow));
  texts got;
  collect(other, got, 5);
  BOOST_TEST((got == numbers_from(2, 6)));
  other.expect_nothing();
  mqtt_client back{port(), v5};
  BOOST_TEST(back.connect(persistent(id)).session_present);
  BOOST_TEST(brief(back.expect_message()) == t + " 1 2 dup"); // was sent at QoS 2 [MQTT-4.8.2-4]
  back.expect_nothing();
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_5_nobody_else_gets_what_was_sent_at_qos_2) {
  const auto t = unique("t");
  auto slow = client();
  slow.subscribe("$share/g/" + t, qos2);
  auto p = client();
  publish_many(p, t, 1, 3, qos2);
  slow.expect<mqtt::publish>();
  slow.expect<mqtt::publish>();
  auto other = client();
  other.subscribe("$share/g/" + t, qos2);
  drop(std::move(slow));
  texts got;
  collect(other, got, 1); // the one that waited
  BOOST_TEST((got == numbers_from(3, 3)));
  other.expect_nothing();
}

BOOST_AUTO_TEST_CASE(the_last_member_keeps_them) {
  const auto t = unique("t");
  const auto id = unique("c");
  auto only = client(persistent(id));
  only.subscribe("$share/g/" + t, qos1);
  auto p = client();
  publish_many(p, t, 1, 4);
  drop(std::move(only));
  publish_many(p, t, 5, 6); // queued for it while it is away
  mqtt_client back{port(), v5};
  back.connect(persistent(id));
  texts got;
  collect(back, got, 6);
  BOOST_TEST((got == numbers_from(1, 6)));
  back.expect_nothing();
}

BOOST_AUTO_TEST_CASE(members_that_are_away_are_passed_over) {
  const auto t = unique("t");
  const auto id = unique("c");
  auto gone = client(persistent(id));
  gone.subscribe("$share/g/" + t, qos1);
  auto there = members("$share/g/" + t, 2);
  gone.disconnect();
  auto p = client();
  BOOST_TEST(eventually([&] {
    return http_get(suite_broker::get().http_port(), "/api/v4/clients?conn_state=disconnected")
               .body.find(id) != std::string::npos;
  }));
  p.subscribe(unique("later"), qos0); // the route table has seen what came before
  texts got;
  for (int i = 1; i <= 20; ++i)
    p.publish(t, std::to_string(i), qos0);
  BOOST_TEST(eventually([&] {
    for (auto& m : there)
      got.merge(arrived(m));
    return got.size() >= 20;
  }));
  mqtt_client back{port(), v5};
  back.connect(persistent(id));
  back.expect_nothing();
  BOOST_TEST(eventually([&] { // and it is chosen again
    p.publish(t, "again", qos0);
    return !back.until_pingresp().empty();
  }));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_while_members_come_and_go) {
  const auto t = unique("t");
  auto stays = client();
  stays.subscribe("$share/g/" + t, qos1);
  auto p = client();
  texts got;
  constexpr int rounds = 20, each = 20;
  for (int i = 0; i < rounds; ++i) {
    auto visitor = client();
    visitor.subscribe("$share/g/" + t, qos1);
    for (int n = 1; n <= each; ++n)
      p.send(mqtt::publish{.topic = t,
                           .payload = std::to_string(i * each + n),
                           .packet_id = p.new_packet_id(),
                           .level = qos1});
    for (int n = 1; n <= each; ++n)
      p.expect_ack(packet_type::puback);
    drop(std::move(visitor)); // never acknowledged anything
    collect(stays, got, static_cast<std::size_t>((i + 1) * each));
  }
  BOOST_TEST((got == numbers_from(1, rounds * each)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_turns, *boost::unit_test::fixture<turns_broker>())

BOOST_AUTO_TEST_CASE(each_publisher_has_its_own) {
  const auto t = unique("t");
  auto all = members("$share/g/" + t, 3, qos0);
  std::vector<mqtt_client> publishers;
  for (int i = 0; i < 4; ++i)
    publishers.push_back(client());
  for (int round = 0; round < 6; ++round)
    for (std::size_t i = 0; i < publishers.size(); ++i)
      publishers[i].publish(t, std::to_string(i), qos1);
  std::map<std::string, std::multiset<std::size_t>> got; // by publisher: how often each member
  std::size_t sum = 0;
  BOOST_TEST(eventually([&] {
    for (std::size_t m = 0; m < all.size(); ++m)
      for (const auto& text : arrived(all[m])) {
        got[text].insert(m);
        ++sum;
      }
    return sum >= 24;
  }));
  for (const auto& [publisher, who] : got)
    for (std::size_t m = 0; m < all.size(); ++m)
      BOOST_TEST(who.count(m) == 2U, publisher);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_by_topic, *boost::unit_test::fixture<topic_broker>())

BOOST_AUTO_TEST_CASE(the_topic_decides) {
  const auto t = unique("t");
  auto all = members("$share/g/" + t + "/#", 4, qos0);
  auto first = client(), second = client();
  for (int i = 0; i < 12; ++i)
    for (auto* p : {&first, &second})
      p->publish(t + "/" + std::to_string(i), std::to_string(i), qos1);
  std::map<std::string, std::set<std::size_t>> got;
  std::set<std::size_t> used;
  std::size_t sum = 0;
  BOOST_TEST(eventually([&] {
    for (std::size_t m = 0; m < all.size(); ++m)
      for (const auto& text : arrived(all[m])) {
        got[text].insert(m);
        used.insert(m);
        ++sum;
      }
    return sum >= 24;
  }));
  for (const auto& [topic, who] : got)
    BOOST_TEST(who.size() == 1U, topic);
  BOOST_TEST(used.size() > 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_local, *boost::unit_test::fixture<local_broker>())

// All members are of the publisher's node, whatever I/O thread they are on.
BOOST_AUTO_TEST_CASE(every_member_may_be_chosen_and_one_gets_each_message) {
  const auto t = unique("t");
  auto all = members("$share/g/" + t, 3);
  auto p = client();
  publish_many(p, t, 1, 60);
  texts got;
  std::set<std::size_t> used;
  BOOST_TEST(eventually([&] {
    for (std::size_t m = 0; m < all.size(); ++m)
      for (const auto& packet : all[m].until_pingresp())
        if (const auto* message = std::get_if<mqtt::publish>(&packet)) {
          got.insert(std::string{message->payload});
          used.insert(m);
          all[m].send_ack(packet_type::puback, message->packet_id);
        }
    return got.size() >= 60;
  }));
  BOOST_TEST((got == numbers_from(1, 60)));
  BOOST_TEST(used.size() == 3U); // one is left out once in 10^10 runs
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shared_acknowledged, *boost::unit_test::fixture<acknowledging_broker>())

BOOST_AUTO_TEST_CASE(a_full_window_sends_the_message_on) {
  const auto t = unique("t");
  auto all = members("$share/g/" + t, 3);
  auto p = client(); // by hash: always the same member first
  publish_many(p, t, 1, 6);
  texts got;
  BOOST_TEST(eventually([&] { // two each, none acknowledged
    for (auto& m : all)
      got.merge(arrived(m));
    return got.size() >= 6;
  }));
  BOOST_TEST((got == numbers_from(1, 6)));
  publish_many(p, t, 7, 8); // all are full: one has to take them all the same
  for (auto& m : all)
    m.expect_nothing();
  for (auto& m : all) // its window opens
    for (std::uint16_t id = 1; id <= 2; ++id)
      m.send_ack(packet_type::puback, id);
  BOOST_TEST(eventually([&] {
    for (auto& m : all)
      got.merge(arrived(m));
    return got.size() >= 8;
  }));
  BOOST_TEST((got == numbers_from(1, 8)));
}

BOOST_AUTO_TEST_CASE(one_member_takes_what_it_must) {
  const auto t = unique("t");
  auto only = client();
  only.subscribe("$share/g/" + t, qos1);
  auto p = client();
  publish_many(p, t, 1, 5);
  texts got;
  collect(only, got, 5);
  BOOST_TEST((got == numbers_from(1, 5)));
}

BOOST_AUTO_TEST_SUITE_END()
