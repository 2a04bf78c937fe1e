// The session machine: window, queue, resending, QoS 2, bounds.
#include "mqtt/session_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

BOOST_AUTO_TEST_SUITE(session_rules)

BOOST_FIXTURE_TEST_CASE(each_qos_goes_out_with_its_identifier, session_fixture) {
  attach();
  BOOST_TEST(deliver("a", qos::at_most_once) == "0:a");
  BOOST_TEST(deliver("b", qos::at_least_once) == "1:b");
  BOOST_TEST(deliver("c", qos::exactly_once) == "2:c");
  BOOST_TEST(s.inflight_size() == 2U);
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(pubrec(2) == "rel2");
  BOOST_TEST(pubcomp(2) == "");
  BOOST_TEST(s.inflight_size() == 0U);
  BOOST_TEST(metrics[metric::messages_delivered] == 3U);
  BOOST_TEST(metrics[metric::messages_acked] == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_window_holds_back_and_order_is_kept, session_fixture) {
  limits.max_inflight = 2;
  attach();
  BOOST_TEST(deliver("a", qos::at_least_once) == "1:a");
  BOOST_TEST(deliver("b", qos::at_least_once) == "2:b");
  BOOST_TEST(deliver("c", qos::at_least_once) == "");
  BOOST_TEST(deliver("d", qos::exactly_once) == "");
  BOOST_TEST(deliver("e", qos::at_most_once) == "0:e"); // QoS 0 does not wait
  BOOST_TEST(s.queue_size() == 2U);
  BOOST_TEST(puback(2) == "3:c");
  BOOST_TEST(puback(1) == "4:d");
}

BOOST_FIXTURE_TEST_CASE(the_clients_receive_maximum_counts_too, session_fixture) {
  attach(1, protocol_version::v5);
  BOOST_TEST(deliver("a", qos::at_least_once) == "1:a");
  BOOST_TEST(deliver("b", qos::at_least_once) == "");
  BOOST_TEST(puback(1) == "2:b");
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_4_0_1_resent_in_order_on_reconnect, session_fixture) {
  attach();
  for (const char* text : {"a", "b", "c", "d"})
    deliver(text, *text == 'b' || *text == 'c' ? qos::exactly_once : qos::at_least_once);
  pubrec(2);
  s.detach();
  BOOST_TEST(deliver("late", qos::at_least_once) == "");
  BOOST_TEST(attach() == "1*:a rel2 3*:c 4*:d 5:late");
  BOOST_TEST(pubrec(3) == "rel3");
}

BOOST_FIXTURE_TEST_CASE(a_refused_message_is_done, session_fixture) {
  attach(65535, protocol_version::v5);
  deliver("a", qos::exactly_once);
  BOOST_TEST(pubrec(1, reason_code::quota_exceeded) == ""); // no PUBREL [MQTT-4.3.3-4]
  BOOST_TEST(s.inflight_size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(acknowledgements_that_fit_nothing, session_fixture) {
  attach();
  deliver("a", qos::at_least_once);
  deliver("b", qos::exactly_once);
  BOOST_TEST(puback(9) == "");
  BOOST_TEST(puback(2) == "");
  BOOST_TEST(pubrec(9) == "rel9!");
  BOOST_TEST(pubrec(1) == "");
  BOOST_TEST(pubcomp(9) == "");
  BOOST_TEST(pubcomp(2) == "");
  BOOST_TEST(s.inflight_size() == 2U);
  BOOST_TEST(metrics[metric::packets_puback_missed] == 1U);
  BOOST_TEST(metrics[metric::packets_puback_inuse] == 1U);
  BOOST_TEST(metrics[metric::packets_pubrec_missed] == 1U);
  BOOST_TEST(metrics[metric::packets_pubrec_inuse] == 1U);
  BOOST_TEST(metrics[metric::packets_pubcomp_missed] == 1U);
  BOOST_TEST(metrics[metric::packets_pubcomp_inuse] == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_drops_its_oldest, session_fixture) {
  limits.queue.max_length = 3;
  for (const char* text : {"a", "b", "c", "d", "e"})
    deliver(text, qos::at_least_once);
  BOOST_TEST(s.queue_size() == 3U);
  BOOST_TEST(s.queue_dropped() == 2U);
  BOOST_TEST(metrics[metric::delivery_dropped] == 2U);
  BOOST_TEST(metrics[metric::delivery_dropped_queue_full] == 2U);
  BOOST_TEST(attach() == "1:c 2:d 3:e");
}

BOOST_FIXTURE_TEST_CASE(what_a_full_queue_drops_counts_by_its_qos, session_fixture) {
  limits.queue.max_length = 2;
  deliver("a", qos::at_most_once);
  deliver("b", qos::at_least_once);
  deliver("c", qos::at_most_once);
  BOOST_TEST(metrics[metric::delivery_dropped_qos0_msg] == 1U);
  BOOST_TEST(metrics[metric::delivery_dropped_queue_full] == 0U);
  deliver("d", qos::at_most_once);
  BOOST_TEST(metrics[metric::delivery_dropped_qos0_msg] == 1U);
  BOOST_TEST(metrics[metric::delivery_dropped_queue_full] == 1U);
  BOOST_TEST(metrics[metric::delivery_dropped] == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_queue_is_bounded_by_memory_too, session_fixture) {
  limits.queue.max_bytes = 100'000;
  for (int i = 0; i < 50; ++i)
    deliver(std::string(10'000, 'x'), qos::at_least_once);
  BOOST_TEST(s.queue_size() == 9U);
  BOOST_TEST(s.queue_dropped() == 41U);
}

BOOST_FIXTURE_TEST_CASE(qos_0_is_queued_only_if_wanted, session_fixture) {
  limits.queue.store_qos0 = false;
  deliver("a", qos::at_most_once);
  deliver("b", qos::at_least_once);
  BOOST_TEST(metrics[metric::delivery_dropped_qos0_msg] == 1U);
  BOOST_TEST(attach() == "1:b");
}

BOOST_FIXTURE_TEST_CASE(priorities_go_first, session_fixture) {
  limits.queue.priorities["t"] = 5;
  limits.queue.default_highest = false;
  message_parts other;
  other.topic = "other";
  other.payload = "low";
  delivery d;
  d.message = message::make(other);
  d.level = qos::at_least_once;
  std::vector<delivery> batch{d};
  s.deliver(batch, start);
  deliver("high", qos::at_least_once);
  BOOST_TEST(attach() == "1:high 2:low");
}

BOOST_FIXTURE_TEST_CASE(expired_messages_are_not_delivered, session_fixture) {
  std::vector<delivery> batch{make("a", qos::at_least_once, 5), make("b", qos::at_least_once)};
  s.deliver(batch, start);
  std::vector<delivery> out;
  s.attach(protocol_version::v5, 65535, start + 5'000, out);
  BOOST_TEST(shown(out) == "1:b");
  BOOST_TEST(metrics[metric::delivery_dropped_expired] == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_expiry_of_0_is_never, session_fixture) {
  std::vector<delivery> waits{make("a", qos::at_least_once, 0)};
  s.deliver(waits, start);
  std::vector<delivery> out;
  s.attach(protocol_version::v5, 65535, start + 1'000'000, out);
  BOOST_TEST(shown(out) == "1:a");
  std::vector<delivery> live{make("b", qos::at_most_once, 0)};
  s.deliver(live, start + 1'000'000);
  BOOST_TEST(shown(live) == "0:b");
  BOOST_TEST(metrics[metric::delivery_dropped_expired] == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_cannot_be_written_to_is_queued_for, session_fixture) {
  attach();
  std::vector<delivery> out;
  s.writable(false, start, out);
  BOOST_TEST(deliver("a", qos::at_most_once) == "");
  BOOST_TEST(deliver("b", qos::at_least_once) == "");
  s.writable(true, start, out);
  BOOST_TEST(shown(out) == "0:a 1:b");
}

BOOST_FIXTURE_TEST_CASE(a_packet_that_is_too_large_counts_as_acknowledged, session_fixture) {
  limits.max_inflight = 1;
  attach();
  deliver("large", qos::exactly_once);
  deliver("next", qos::at_least_once);
  std::vector<delivery> out;
  s.discard(1, start, out);
  BOOST_TEST(shown(out) == "2:next");
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_3_3_10_an_identifier_is_routed_once, session_fixture) {
  limits.max_awaiting_rel = 2;
  using result = session::receive_result;
  BOOST_TEST((s.on_publish2(7, start) == result::fresh));
  BOOST_TEST((s.on_publish2(7, start) == result::duplicate));
  BOOST_TEST((s.on_publish2(8, start) == result::fresh));
  BOOST_TEST((s.on_publish2(9, start) == result::exceeded));
  BOOST_TEST((s.on_pubrel(7) == reason_code::success));
  BOOST_TEST((s.on_pubrel(7) == reason_code::packet_identifier_not_found));
  BOOST_TEST((s.on_publish2(7, start) == result::fresh));
}

// Nothing tells a client of MQTT 3 how many it may send.
BOOST_FIXTURE_TEST_CASE(max_awaiting_rel_is_for_those_who_know_it, session_fixture) {
  limits.max_awaiting_rel = 1;
  std::vector<delivery> out;
  for (const auto version : {protocol_version::v31, protocol_version::v311}) {
    s.attach(version, 65535, start, out);
    for (std::uint16_t id = 1; id <= 200; ++id)
      BOOST_TEST((s.on_publish2(id, start) != session::receive_result::exceeded));
  }
  s.attach(protocol_version::v5, 65535, start, out);
  BOOST_TEST((s.on_publish2(201, start) == session::receive_result::fresh)); // those before do not count
  BOOST_TEST((s.on_publish2(202, start) == session::receive_result::exceeded));
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_9_each_connection_begins_with_the_whole_receive_maximum, session_fixture) {
  using result = session::receive_result;
  limits.max_awaiting_rel = 2;
  attach(65535, protocol_version::v5);
  BOOST_TEST((s.on_publish2(1, start) == result::fresh));
  BOOST_TEST((s.on_publish2(2, start) == result::fresh));
  s.detach();
  now += 10;
  attach(65535, protocol_version::v5);
  const auto later = now;
  BOOST_TEST((s.on_publish2(3, later) == result::fresh));
  BOOST_TEST((s.on_publish2(4, later) == result::fresh));
  BOOST_TEST((s.on_publish2(5, later) == result::exceeded));
  BOOST_TEST((s.on_pubrel(1) == reason_code::success));
  BOOST_TEST((s.on_publish2(5, later) == result::exceeded)); // that one was of the connection before
  BOOST_TEST((s.on_pubrel(3) == reason_code::success));
  BOOST_TEST((s.on_publish2(5, later) == result::fresh));
}

BOOST_FIXTURE_TEST_CASE(other_limits_hold_from_their_beginning, session_fixture) {
  limits.max_awaiting_rel = 1;
  limits.max_inflight = 2;
  limits.queue.max_length = 2;
  attach(65535, protocol_version::v5);
  using result = session::receive_result;
  BOOST_TEST((s.on_publish2(1, start) == result::fresh));
  BOOST_TEST((s.on_publish2(2, start) == result::exceeded));
  for (const char* payload : {"a", "b", "c", "d"})
    deliver(payload, q1);
  session_limits wider = limits;
  wider.max_awaiting_rel = 2;
  wider.max_inflight = 3;
  s.detach();
  s.use(wider);
  BOOST_TEST(s.max_inflight() == 3U);
  BOOST_TEST(attach(65535, protocol_version::v5) == "1*:a 2*:b 3:c");
  BOOST_TEST((s.on_publish2(2, start) == result::fresh));
  session_limits narrower = limits;
  narrower.max_inflight = 1;
  narrower.queue.max_length = 1;
  s.detach();
  s.use(narrower);
  BOOST_TEST(attach(65535, protocol_version::v5) == "1*:a 2*:b 3*:c"); // those stay
  BOOST_TEST((s.on_publish2(3, start) == result::fresh));              // the two before do not count
  BOOST_TEST((s.on_publish2(4, start) == result::exceeded));
  BOOST_TEST(s.queue_size() == 1U);
  deliver("e", q1);
  BOOST_TEST(s.queue_size() == 1U);
  for (const std::uint16_t id : {1, 2})
    BOOST_TEST(puback(id) == "");
  BOOST_TEST(puback(3) == "4:e");
}

BOOST_FIXTURE_TEST_CASE(time_resends_to_3_1_1_and_forgets, session_fixture) {
  attach();
  deliver("a", qos::at_least_once);
  s.on_publish2(5, start);
  BOOST_TEST(s.next_tick().value() == start + limits.retry_interval);
  std::vector<delivery> out;
  s.tick(start + limits.retry_interval, out);
  BOOST_TEST(shown(out) == "1*:a");
  out.clear();
  s.tick(start + limits.await_rel_timeout, out);
  BOOST_TEST(s.awaiting_rel_size() == 0U);
  BOOST_TEST(metrics[metric::messages_dropped_expired] == 1U);
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_4_0_1_nothing_is_resent_to_a_connected_client_of_5_0, session_fixture) {
  attach(65535, protocol_version::v5);
  deliver("a", qos::at_least_once);
  BOOST_TEST(!s.next_tick().has_value());
}

BOOST_FIXTURE_TEST_CASE(subscriptions_are_counted_and_bounded, session_fixture) {
  limits.max_subscriptions = 2;
  using result = session::subscribe_result;
  BOOST_TEST((s.subscribe("a", {}) == result::added));
  BOOST_TEST((s.subscribe("a", {{qos::exactly_once}, 4}) == result::replaced));
  BOOST_TEST(s.subscriptions().at("a").id == 4U);
  BOOST_TEST((s.subscribe("b", {}) == result::added));
  BOOST_TEST((s.subscribe("c", {}) == result::quota_exceeded));
  BOOST_TEST(s.unsubscribe("a"));
  BOOST_TEST(!s.unsubscribe("a"));
}

BOOST_AUTO_TEST_CASE(all_identifiers_in_flight) {
  inflight_window w;
  const auto d = session_fixture::make("x", qos::at_least_once);
  for (std::uint32_t i = 1; i <= 65535; ++i)
    BOOST_REQUIRE_EQUAL(w.add(d, start), i);
  BOOST_TEST(w.full());
  w.remove(w.find(30'000));
  w.remove(w.find(1));
  BOOST_TEST(w.find(1) == nullptr);
  BOOST_TEST(w.add(d, start) == 1U);
  BOOST_TEST(w.add(d, start) == 30'000U);
  BOOST_TEST(w.full());
}

BOOST_AUTO_TEST_CASE(identifiers_go_round_past_one_that_stays) {
  inflight_window w;
  const auto d = session_fixture::make("x", qos::at_least_once);
  BOOST_TEST(w.add(d, start) == 1U);
  BOOST_TEST(w.add(d, start) == 2U);
  w.remove(w.find(1)); // 2 stays for two rounds
  for (std::uint32_t i = 0; i < 140'000; ++i) {
    const auto id = w.add(d, start);
    BOOST_REQUIRE(id != 2 && id != 0);
    w.remove(w.find(id));
  }
  BOOST_TEST(w.size() == 1U);
  BOOST_TEST(w.find(2) != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
