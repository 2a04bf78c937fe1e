// The session machine beyond session_rules: full sockets, retries, order, counters, exact edges.
#include "mqtt/session_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

BOOST_AUTO_TEST_SUITE(session_delivery)

BOOST_AUTO_TEST_CASE(the_effective_qos) {
  BOOST_TEST((effective_qos(q2, q1, false) == q1));
  BOOST_TEST((effective_qos(q0, q2, false) == q0));
  BOOST_TEST((effective_qos(q2, q1, true) == q2));
  BOOST_TEST((effective_qos(q0, q2, true) == q2));
}

BOOST_FIXTURE_TEST_CASE(a_batch_that_passes_stays_where_it_is, session_fixture) {
  attach();
  std::vector<delivery> batch{make("a", q0), make("b", q1), make("c", q2)};
  const auto* memory = batch.data();
  const auto capacity = batch.capacity();
  s.deliver(batch, now);
  BOOST_TEST(shown(batch) == "0:a 1:b 2:c");
  BOOST_TEST(batch.data() == memory);
  BOOST_TEST(batch.capacity() == capacity);
}

BOOST_FIXTURE_TEST_CASE(what_is_held_back_leaves_no_gap_in_the_batch, session_fixture) {
  limits.max_inflight = 1;
  attach();
  now += 1'000;
  BOOST_TEST(deliver({make("a", q1), make("b", q1), make("c", q0), make("d", q2, 1), make("e", q0)}) ==
             "1:a 0:c 0:e");
  BOOST_TEST(s.queue_size() == 1U);
  BOOST_TEST(count(metric::messages_delivered) == 3U);
  BOOST_TEST(count(metric::delivery_dropped) == 1U);
  BOOST_TEST(count(metric::delivery_dropped_expired) == 1U);
  BOOST_TEST(count(metric::delivery_dropped_queue_full) == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_message_counts_as_delivered_when_it_leaves_the_queue, session_fixture) {
  deliver({make("a", q1), make("b", q1), make("c", q1)});
  BOOST_TEST(count(metric::messages_delivered) == 0U);
  BOOST_TEST(attach(2, protocol_version::v5) == "1:a 2:b");
  BOOST_TEST(count(metric::messages_delivered) == 2U);
  BOOST_TEST(puback(1) == "3:c");
  BOOST_TEST(count(metric::messages_delivered) == 3U);
  s.detach();
  BOOST_TEST(attach() == "2*:b 3*:c");
  BOOST_TEST(count(metric::messages_delivered) == 3U); // once each
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_6_0_5_qos_0_does_not_overtake_qos_0, session_fixture) {
  limits.max_inflight = 1;
  deliver({make("one", q1), make("two", q1), make("first", q0)});
  BOOST_TEST(attach() == "1:one");
  BOOST_TEST(deliver("second", q0) == ""); // "first" waits behind "two"
  BOOST_TEST(puback(1) == "2:two 0:first 0:second");
  BOOST_TEST(deliver("third", q0) == "0:third");
}

BOOST_FIXTURE_TEST_CASE(a_window_that_grows_lets_nothing_overtake, session_fixture) {
  limits.max_inflight = 1;
  attach();
  deliver({make("a", q1), make("b", q1)});
  limits.max_inflight = 9;
  BOOST_TEST(deliver("c", q1) == "");
  BOOST_TEST(puback(1) == "2:b 3:c");
}

BOOST_FIXTURE_TEST_CASE(expired_in_the_queue, session_fixture) {
  limits.max_inflight = 1;
  attach();
  deliver({make("a", q1), make("b", q1, 5), make("c", q1, 6), make("d", q1)});
  now += 5'000; // b has had its time, c has one second left
  BOOST_TEST(puback(1) == "2:c");
  BOOST_TEST(count(metric::delivery_dropped_expired) == 1U);
  BOOST_TEST(count(metric::delivery_dropped) == 1U);
  now += 5'000;
  BOOST_TEST(puback(2) == "3:d");
  BOOST_TEST(count(metric::messages_delivered) == 3U);
}

BOOST_FIXTURE_TEST_CASE(no_window_of_our_own, session_fixture) {
  limits.max_inflight = 0;
  attach();
  std::vector<delivery> batch(65'536, make("x", q1));
  s.deliver(batch, now);
  BOOST_TEST(batch.size() == 65'535U);
  BOOST_TEST(batch.back().packet_id == 65'535U);
  BOOST_TEST(s.queue_size() == 1U);
  BOOST_TEST(puback(700) == "700:x");
}

BOOST_FIXTURE_TEST_CASE(figures, session_fixture) {
  const auto nothing = s.footprint();
  deliver({make("a", q0), make(std::string(5'000, 'b'), q1)});
  BOOST_TEST(s.queue_size() == 2U);
  BOOST_TEST(s.pending() == 1U); // QoS 0 is nothing that could be owed
  BOOST_TEST(s.footprint() > nothing + 5'000);
  attach();
  BOOST_TEST(s.inflight_size() == 1U);
  BOOST_TEST(s.pending() == 1U);
  BOOST_TEST(s.footprint() > nothing + 5'000);
  puback(1);
  BOOST_TEST(s.pending() == 0U);
  BOOST_TEST(s.footprint() < nothing + 5'000);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_connection)

BOOST_FIXTURE_TEST_CASE(MQTT_4_4_0_1_a_smaller_window_holds_back_what_is_resent, session_fixture) {
  attach();
  deliver({make("a", q1), make("b", q2), make("c", q2), make("d", q1)});
  pubrec(2);
  s.detach();
  BOOST_TEST(deliver("e", q1) == "");
  BOOST_TEST(attach(2, protocol_version::v5) == "1*:a rel2 3*:c");
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(puback(4) == ""); // 2 and 3 fill the window
  BOOST_TEST(pubcomp(2) == "5:e");
}

BOOST_FIXTURE_TEST_CASE(a_full_socket_holds_everything_back, session_fixture) {
  limits.max_inflight = 2;
  attach();
  deliver({make("a", q1), make("b", q2)});
  BOOST_TEST(writable(false) == "");
  BOOST_TEST(deliver({make("c", q0), make("d", q1)}) == "");
  BOOST_TEST(puback(1) == ""); // frees the window, but nothing goes
  BOOST_TEST(s.inflight_size() == 1U);
  BOOST_TEST(pubrec(2) == "rel2"); // an answer does
  BOOST_TEST(writable(true) == "0:c 3:d");
  BOOST_TEST(s.queue_size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_full_socket_loses_qos_0_that_is_not_stored, session_fixture) {
  limits.queue.store_qos0 = false;
  attach();
  writable(false);
  BOOST_TEST(deliver({make("a", q0), make("b", q0), make("c", q1)}) == "");
  BOOST_TEST(count(metric::delivery_dropped) == 2U);
  BOOST_TEST(count(metric::delivery_dropped_qos0_msg) == 2U);
  BOOST_TEST(count(metric::delivery_dropped_queue_full) == 0U);
  BOOST_TEST(writable(true) == "1:c");
}

BOOST_FIXTURE_TEST_CASE(a_new_connection_is_writable, session_fixture) {
  attach();
  writable(false);
  s.detach();
  deliver("a", q1);
  BOOST_TEST(attach() == "1:a");
}

BOOST_FIXTURE_TEST_CASE(a_detached_session_sends_nothing, session_fixture) {
  attach();
  deliver("a", q1);
  s.detach();
  BOOST_TEST(!s.attached());
  BOOST_TEST(writable(true) == "");
  BOOST_TEST(!s.next_tick().has_value());
  now += limits.retry_interval;
  BOOST_TEST(tick() == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_acknowledgements)

BOOST_FIXTURE_TEST_CASE(MQTT_4_3_3_4_pubrec_again_gives_pubrel_again, session_fixture) {
  attach();
  deliver("a", q2);
  BOOST_TEST(pubrec(1) == "rel1");
  BOOST_TEST(pubrec(1) == "rel1");
  BOOST_TEST(count(metric::packets_pubrec_inuse) == 1U);
  BOOST_TEST(count(metric::messages_acked) == 1U);
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(count(metric::packets_puback_inuse) == 1U);
  BOOST_TEST(pubcomp(1) == "");
  BOOST_TEST(pubcomp(1) == "");
  BOOST_TEST(count(metric::packets_pubcomp_missed) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_frees_the_window, session_fixture) {
  attach(1, protocol_version::v5);
  deliver({make("a", q2), make("b", q2)});
  BOOST_TEST(pubrec(1, reason_code::unspecified_error) == "2:b"); // 0x80 [MQTT-4.3.3-4]
  BOOST_TEST(pubrec(1) == "rel1!");
  BOOST_TEST(pubrec(2, reason_code::no_matching_subscribers) == "rel2"); // 0x10 is no error
}

BOOST_FIXTURE_TEST_CASE(the_reason_for_an_unknown_pubrec, session_fixture) {
  attach(65535, protocol_version::v5);
  std::vector<delivery> out;
  s.on_pubrec(7, reason_code::success, now, out);
  BOOST_REQUIRE(out.size() == 1U);
  BOOST_TEST((out[0].type == packet_type::pubrel));
  BOOST_TEST((out[0].reason == reason_code::packet_identifier_not_found));
  BOOST_TEST(!out[0].message);
}

BOOST_FIXTURE_TEST_CASE(nothing_to_discard, session_fixture) {
  attach();
  deliver("a", q1);
  BOOST_TEST(sent([&](auto& out) { s.discard(2, now, out); }) == "");
  BOOST_TEST(s.inflight_size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_time)

BOOST_FIXTURE_TEST_CASE(each_message_is_resent_at_its_own_time, session_fixture) {
  attach();
  deliver("a", q1);
  now += 10'000;
  deliver({make("b", q2), make("c", q2)});
  pubrec(3);
  now = start + 29'999;
  BOOST_TEST(tick() == "");
  BOOST_TEST(s.next_tick().value() == start + 30'000);
  now = start + 30'000;
  BOOST_TEST(tick() == "1*:a");
  BOOST_TEST(s.next_tick().value() == start + 40'000);
  now = start + 40'000;
  BOOST_TEST(tick() == "2*:b rel3");
  BOOST_TEST(s.next_tick().value() == start + 60'000);
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(s.next_tick().value() == start + 70'000);
}

BOOST_FIXTURE_TEST_CASE(a_pubrel_has_an_interval_of_its_own, session_fixture) {
  attach();
  deliver("a", q2);
  now += 20'000;
  pubrec(1);
  BOOST_TEST(s.next_tick().value() == start + 50'000);
  now = start + 49'999;
  BOOST_TEST(tick() == "");
  ++now;
  BOOST_TEST(tick() == "rel1");
}

BOOST_FIXTURE_TEST_CASE(an_interval_of_0_is_never, session_fixture) {
  limits.retry_interval = 0;
  attach();
  deliver("a", q1);
  BOOST_TEST(!s.next_tick().has_value());
  now += 1'000'000;
  BOOST_TEST(tick() == "");
}

BOOST_FIXTURE_TEST_CASE(a_full_socket_puts_the_retry_off, session_fixture) {
  attach();
  deliver("a", q1);
  writable(false);
  now += 30'000;
  BOOST_TEST(tick() == "");
  BOOST_TEST(s.next_tick().value() == now + 30'000); // else its timer would fire without end
  writable(true);
  now += 30'000;
  BOOST_TEST(tick() == "1*:a");
}

BOOST_FIXTURE_TEST_CASE(identifiers_are_forgotten_one_by_one, session_fixture) {
  using result = session::receive_result;
  attach();
  s.on_publish2(1, now);
  now += 1'000;
  s.on_publish2(2, now);
  s.on_publish2(1, now); // again, but its time runs from the first one
  BOOST_TEST(count(metric::packets_publish_inuse) == 1U);
  BOOST_TEST(s.next_tick().value() == start + limits.await_rel_timeout);
  now = start + limits.await_rel_timeout;
  BOOST_TEST(tick() == "");
  BOOST_TEST(s.awaiting_rel_size() == 1U);
  BOOST_TEST(s.next_tick().value() == now + 1'000);
  BOOST_TEST(count(metric::messages_dropped) == 1U);
  BOOST_TEST(count(metric::messages_dropped_expired) == 1U);
  BOOST_TEST((s.on_pubrel(1) == reason_code::packet_identifier_not_found));
  BOOST_TEST(count(metric::packets_pubrel_missed) == 1U);
  BOOST_TEST((s.on_publish2(1, now) == result::fresh));
}

BOOST_FIXTURE_TEST_CASE(identifiers_are_kept_without_a_timeout, session_fixture) {
  limits.await_rel_timeout = 0;
  attach();
  s.on_publish2(1, now);
  BOOST_TEST(!s.next_tick().has_value());
  now += 1'000'000'000;
  tick();
  BOOST_TEST(s.awaiting_rel_size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_3_3_10_nothing_is_forgotten_while_the_client_is_away, session_fixture) {
  using result = session::receive_result;
  attach();
  s.on_publish2(1, now);
  now += 1'000;
  s.on_publish2(2, now);
  s.detach();
  now += 10 * limits.await_rel_timeout;
  BOOST_TEST(!s.next_tick().has_value());
  tick();
  BOOST_TEST(s.awaiting_rel_size() == 2U);
  attach();
  tick();
  BOOST_TEST((s.on_publish2(1, now) == result::duplicate));
  BOOST_TEST(s.next_tick().value() == now + limits.await_rel_timeout); // its time begins anew
  now += limits.await_rel_timeout - 1;
  tick();
  BOOST_TEST(s.awaiting_rel_size() == 2U);
  ++now;
  tick();
  BOOST_TEST(s.awaiting_rel_size() == 0U);
  BOOST_TEST(!s.next_tick().has_value());
  BOOST_TEST(count(metric::messages_dropped_expired) == 2U);
}

// A client that has lost what it was about, and comes back each time that it is refused.
BOOST_FIXTURE_TEST_CASE(identifiers_that_are_late_make_room_for_others, session_fixture) {
  using result = session::receive_result;
  limits.max_awaiting_rel = 2;
  attach(65535, protocol_version::v5);
  s.on_publish2(1, now);
  now += 1'000;
  s.on_publish2(2, now);
  s.detach();
  now += limits.await_rel_timeout - 1'000;
  attach(65535, protocol_version::v5);
  BOOST_TEST((s.on_publish2(3, now) == result::fresh)); // the first one is late
  BOOST_TEST((s.on_publish2(2, now) == result::duplicate));
  BOOST_TEST((s.on_publish2(4, now) == result::fresh)); // the second is of the connection before
  BOOST_TEST((s.on_publish2(5, now) == result::exceeded));
  BOOST_TEST(count(metric::messages_dropped_expired) == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_next_time_for_what_is_sent_now, session_fixture) {
  attach();
  BOOST_TEST(!s.next_tick_of_sent(now).has_value());
  s.on_publish2(1, now);
  BOOST_TEST(s.next_tick_of_sent(now).value() == start + limits.await_rel_timeout);
  now += 10'000;
  deliver("a", q1);
  BOOST_TEST(s.next_tick_of_sent(now).value() == now + limits.retry_interval); // before that of the PUBREL
  now += 10'000;
  deliver("b", q1);
  BOOST_TEST(s.next_tick_of_sent(now).value() == now + limits.retry_interval);
  BOOST_TEST(s.next_tick().value() == start + 10'000 + limits.retry_interval);
  limits.await_rel_timeout = 1'000; // less than the other
  BOOST_TEST(s.next_tick_of_sent(now).value() == start + 1'000);
  s.detach();
  BOOST_TEST(!s.next_tick_of_sent(now).has_value());
}

BOOST_FIXTURE_TEST_CASE(MQTT_4_3_3_10_identifiers_outlive_the_connection, session_fixture) {
  using result = session::receive_result;
  limits.max_awaiting_rel = 0; // no bound
  attach();
  for (std::uint16_t id = 1; id <= 500; ++id)
    BOOST_REQUIRE((s.on_publish2(id, now) == result::fresh));
  s.detach();
  attach(65535, protocol_version::v5);
  BOOST_TEST((s.on_publish2(500, now) == result::duplicate));
  limits.max_awaiting_rel = 1;
  BOOST_TEST((s.on_publish2(501, now) == result::fresh)); // those before do not count
  BOOST_TEST((s.on_publish2(502, now) == result::exceeded));
  BOOST_TEST((s.on_publish2(1, now) == result::duplicate)); // still a duplicate when full
  BOOST_TEST(count(metric::packets_publish_dropped) == 1U);
  BOOST_TEST(count(metric::packets_publish_inuse) == 2U);
}

// MQTT 5.0 section 4.9: the quota begins anew with each connection.
BOOST_FIXTURE_TEST_CASE(MQTT_3_3_4_9_receive_maximum_of_a_later_connection, session_fixture) {
  attach(65535, protocol_version::v5);
  for (const char* text : {"a", "b", "c", "d"})
    deliver(text, q1);
  deliver("e", q2);
  BOOST_TEST(pubrec(5) == "rel5");
  s.detach();
  BOOST_TEST(attach(2, protocol_version::v5) == "1*:a 2*:b rel5");
  BOOST_TEST(deliver("f", q1) == "");
  BOOST_TEST(puback(3) == ""); // a late answer from the connection before
  BOOST_TEST(puback(1) == "");
  BOOST_TEST(pubcomp(5) == "4*:d");
  BOOST_TEST(puback(2) == "6:f");
  BOOST_TEST(puback(4) == "");
  BOOST_TEST(puback(6) == "");
  BOOST_TEST(s.inflight_size() == 0U);
  deliver("g", q2);
  s.detach();
  BOOST_TEST(attach(1, protocol_version::v5) == "7*:g");
}

BOOST_AUTO_TEST_SUITE_END()
