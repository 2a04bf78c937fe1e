// Messages, their encoding for a subscriber, and the names of the metrics.
#include "mqtt/packet_bytes.hpp"
#include "support/sanitized.hpp"
#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/metrics.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe::mqtt;
using troupe::mqtt::test::packet_bytes;

namespace {

constexpr time_ms start = 1'000'000;

std::string hex(std::string_view bytes) { return to_hex(bytes, upper_hex); }

std::string notation(std::string_view text) { return hex(packet_bytes(text)); }

delivery hello(qos level = qos::at_most_once, std::uint16_t packet_id = 0) {
  message_parts parts;
  parts.topic = "t/a";
  parts.payload = "hello";
  parts.timestamp = start;
  delivery d;
  d.message = message::make(parts);
  d.level = level;
  d.packet_id = packet_id;
  return d;
}

// With everything that a PUBLISH of 5.0 can carry.
delivery loaded() {
  property_writer forwarded;
  forwarded.number(property::payload_format_indicator, 1).user_property("k", "v");
  message_parts parts;
  parts.topic = "t/a";
  parts.payload = "hello";
  parts.properties = forwarded.view().raw();
  parts.timestamp = start;
  parts.expiry = 100;
  delivery d;
  d.message = message::make(parts);
  d.level = qos::exactly_once;
  d.packet_id = 0x0102;
  d.subscription_id = 7;
  d.more_subscription_ids = id_list::make();
  d.more_subscription_ids->ids = {128};
  return d;
}

std::string encoded(const delivery& d, protocol_version version, time_ms now = start, std::uint16_t alias = 0,
                    bool alias_is_new = false) {
  buffer out;
  BOOST_TEST(encode_publish(d, {version, 0xFFFFFFFF}, now, alias, alias_is_new, out));
  return hex(out.view());
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(keeps_its_parts) {
  property_writer properties;
  properties.text(property::content_type, "text");
  message_parts parts;
  parts.from = publisher::make("client", "user", "127.0.0.1", {4, 5, 6});
  parts.hops = 7;
  std::string topic = "a/b";
  std::string payload(300, 'p');
  parts.topic = topic;
  parts.payload = payload;
  parts.properties = properties.view().raw();
  parts.timestamp = start;
  parts.expiry = 9;
  parts.level = qos::at_least_once;
  parts.retain = true;
  const auto m = message::make(parts);
  topic = payload = "gone";
  BOOST_TEST(m->topic() == "a/b");
  BOOST_TEST(m->payload() == std::string(300, 'p'));
  BOOST_TEST(m->properties().text(property::content_type).value() == "text");
  BOOST_TEST(m->from()->client_id == "client");
  BOOST_TEST((m->from()->address == session_address{4, 5, 6}));
  BOOST_TEST(m->timestamp() == start);
  BOOST_TEST(m->expiry() == 9U);
  BOOST_TEST((m->level() == qos::at_least_once));
  BOOST_TEST(m->retain());
  BOOST_TEST(!m->system());
  BOOST_TEST(int{m->hops()} == 7);
  BOOST_TEST(int{message::make_copy(*m, "c", start)->hops()} == 7);
  BOOST_TEST(m->footprint() == sizeof(message) + 2 + 3 + 300 + 7);
}

BOOST_AUTO_TEST_CASE(a_copy_has_another_topic_and_time) {
  const auto original = loaded().message;
  const auto copy = message::make_copy(*original, "other", start + 50'000);
  BOOST_TEST(copy->topic() == "other");
  BOOST_TEST(copy->payload() == "hello");
  BOOST_TEST(hex(copy->properties().raw()) == hex(original->properties().raw()));
  BOOST_TEST(copy->id() != original->id());
  BOOST_TEST(original->expired(start + 100'000));
  BOOST_TEST(!copy->expired(start + 100'000)); // its lifetime begins anew
}

BOOST_AUTO_TEST_CASE(lets_its_publisher_go) {
  message_parts parts;
  parts.topic = "t";
  parts.from = publisher::make("client", "", "", {});
  auto m = message::make(parts);
  BOOST_TEST(!parts.from->unique());
  auto again = m;
  m = nullptr;
  BOOST_TEST(!parts.from->unique());
  again = nullptr;
  BOOST_TEST(parts.from->unique());
}

BOOST_AUTO_TEST_CASE(takes_over_the_publisher_of_parts_that_end) {
  message_parts parts;
  parts.topic = "t";
  parts.from = publisher::make("client", "", "", {});
  const auto m = message::make(std::move(parts));
  BOOST_TEST(m->from()->client_id == "client");
  BOOST_TEST(m->from()->unique());
}

// Addresses of messages of one size, all alive at once.
std::vector<const message*> addresses_of(std::size_t count) {
  std::vector<message_ptr> alive;
  std::vector<const message*> result;
  message_parts parts;
  parts.topic = "t/memory";
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(alive.emplace_back(message::make(parts)).get());
  return result;
}

BOOST_AUTO_TEST_CASE(a_batch_takes_the_memory_of_the_one_before,
                     *boost::unit_test::precondition(troupe::test::unsanitized)) {
  const auto first = addresses_of(64);
  const auto second = addresses_of(64);
  BOOST_TEST(std::set(first.begin(), first.end()) == std::set(second.begin(), second.end()));
}

// A thread that only drops what others make keeps a bounded number of blocks.
BOOST_AUTO_TEST_CASE(messages_end_in_other_threads) {
  message_parts parts;
  parts.topic = "t";
  const std::string longest(1'000, 'x');
  for (std::size_t size = 0; size <= longest.size(); size += 7) {
    parts.payload = std::string_view{longest}.substr(0, size);
    std::vector<message_ptr> made;
    for (int i = 0; i < 100; ++i)
      made.push_back(message::make(parts));
    std::thread{[&made, &parts] {
      const auto own = message::make(parts); // it keeps memory from now on
      BOOST_TEST(made.back()->payload() == own->payload());
      made.clear();
      BOOST_TEST(message::make(parts)->payload() == own->payload());
    }}.join();
  }
}

BOOST_AUTO_TEST_CASE(expires_after_its_interval) {
  message_parts parts;
  parts.topic = "t";
  parts.timestamp = start;
  BOOST_TEST(!message::make(parts)->expired(start + 0xFFFFFFFFLL * 1000));
  parts.expiry = 5;
  BOOST_TEST(!message::make(parts)->expired(start + 4999));
  BOOST_TEST(message::make(parts)->expired(start + 5000));
  parts.expiry = 0xFFFFFFFE; // beyond 32 bits in milliseconds
  BOOST_TEST(!message::make(parts)->expired(start + 0xFFFFFFFDLL * 1000));
  parts.expiry = 0; // never
  BOOST_TEST(!message::make(parts)->expired(start));
  BOOST_TEST(!message::make(parts)->expired(start + 0xFFFFFFFFLL * 1000));
}

BOOST_AUTO_TEST_CASE(has_a_number_of_its_own_on_every_thread) {
  constexpr std::size_t each = 10'000; // more than a thread's block of numbers
  std::vector<std::vector<std::uint64_t>> seen(4);
  std::vector<std::thread> threads;
  for (auto& ids : seen)
    threads.emplace_back([&ids] {
      message_parts parts;
      parts.topic = "t";
      for (std::size_t i = 0; i < each; ++i)
        ids.push_back(message::make(parts)->id());
    });
  for (auto& t : threads)
    t.join();
  std::set<std::uint64_t> all;
  for (const auto& ids : seen)
    all.insert(ids.begin(), ids.end());
  BOOST_TEST(all.size() == 4 * each);
}

BOOST_AUTO_TEST_CASE(forwards_the_properties_of_the_application) {
  property_writer all;
  all.number(property::payload_format_indicator, 1)
      .text(property::content_type, "c")
      .text(property::response_topic, "r")
      .text(property::correlation_data, "d")
      .user_property("k", "v");
  std::string scratch;
  const auto same = forwardable_properties(all.view(), scratch);
  BOOST_TEST(same.data() == all.view().raw().data()); // no copy
  BOOST_TEST(same == all.view().raw());

  property_writer mixed;
  mixed.number(property::message_expiry_interval, 60)
      .user_property("k", "v")
      .number(property::topic_alias, 3)
      .number(property::payload_format_indicator, 1)
      .user_property("k", "w");
  scratch = "left from before";
  BOOST_TEST(hex(forwardable_properties(mixed.view(), scratch)) == notation("26 <k><v> 01 01 26 <k><w>"));
  BOOST_TEST(forwardable_properties({}, scratch) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(publish_encoding)

BOOST_AUTO_TEST_CASE(of_3_x) {
  for (const auto version : {protocol_version::v31, protocol_version::v311}) {
    BOOST_TEST(encoded(hello(), version) == notation("30 * <t/a> 'hello'"));
    auto d = hello(qos::at_least_once, 0xFFFE);
    d.dup = d.retain = true;
    BOOST_TEST(encoded(d, version) == notation("3B * <t/a> FFFE 'hello'"));
    BOOST_TEST(encoded(loaded(), version) == notation("34 * <t/a> 0102 'hello'")); // nothing of 5.0
  }
}

BOOST_AUTO_TEST_CASE(of_5_0) {
  BOOST_TEST(encoded(hello(), protocol_version::v5) == notation("30 * <t/a> 00 'hello'"));
  BOOST_TEST(encoded(loaded(), protocol_version::v5, start + 30'999, 5, true) ==
             notation("34 * <t/a> 0102 (02 00000046 23 0005 0B 07 0B 8001 01 01 26 <k><v>) 'hello'"));
}

BOOST_AUTO_TEST_CASE(MQTT_3_3_2_6_the_expiry_is_counted_down) {
  message_parts parts;
  parts.topic = "t";
  parts.timestamp = start;
  parts.expiry = 10;
  delivery d;
  d.message = message::make(parts);
  const auto left = [&d](time_ms now) { return encoded(d, protocol_version::v5, now); };
  BOOST_TEST(left(start) == notation("30 * <t> (02 0000000A)"));
  BOOST_TEST(left(start + 999) == notation("30 * <t> (02 0000000A)"));
  BOOST_TEST(left(start + 9'000) == notation("30 * <t> (02 00000001)"));
  BOOST_TEST(left(start + 60'000) ==
             notation("30 * <t> (02 00000001)")); // resent too late: 0 would mean never
  BOOST_TEST(left(start - 5'000) == notation("30 * <t> (02 0000000A)")); // another node's clock
  parts.expiry = 0;                                                      // never
  d.message = message::make(parts);
  for (const time_ms waited : {0, 999, 60'000})
    BOOST_TEST(left(start + waited) == notation("30 * <t> (02 00000000)"));
}

BOOST_AUTO_TEST_CASE(a_mount_point_is_not_shown) {
  for (const auto version : {protocol_version::v311, protocol_version::v5})
    for (const auto level : {qos::at_most_once, qos::at_least_once}) {
      auto plain = hello(level, 9);
      auto mounted = plain;
      mounted.message =
          message::make_copy(*plain.message, "mount/" + std::string{plain.message->topic()}, start);
      outgoing_limits limits{.version = version};
      limits.hidden = 6;
      buffer out, head;
      BOOST_TEST(encode_publish(mounted, limits, start, 0, false, out));
      BOOST_TEST(hex(out.view()) == encoded(plain, version));
      BOOST_TEST(encode_publish_head(mounted, limits, start, 0, false, head));
      BOOST_TEST(head.size() + 5 == out.size());
    }
}

BOOST_AUTO_TEST_CASE(an_alias_stands_for_the_topic) {
  const auto v5 = protocol_version::v5;
  BOOST_TEST(encoded(hello(), v5, start, 258, true) == notation("30 * <t/a> (23 0102) 'hello'"));
  BOOST_TEST(encoded(hello(), v5, start, 258, false) == notation("30 * <> (23 0102) 'hello'"));
}

BOOST_AUTO_TEST_CASE(MQTT_3_1_2_24_the_clients_limit_is_exact) {
  for (const auto version : {protocol_version::v311, protocol_version::v5}) {
    const auto size = static_cast<std::uint32_t>(encoded(loaded(), version).size() / 2);
    buffer out;
    out.append("before");
    BOOST_TEST(!encode_publish(loaded(), {version, size - 1}, start, 0, false, out));
    BOOST_TEST(!encode_publish_head(loaded(), {version, size - 1}, start, 0, false, out));
    BOOST_TEST(out.view() == "before");
    BOOST_TEST(encode_publish(loaded(), {version, size}, start, 0, false, out));
    BOOST_TEST(out.size() == 6 + size);
  }
}

BOOST_AUTO_TEST_CASE(head_and_payload_make_the_packet) {
  for (const auto version : {protocol_version::v311, protocol_version::v5})
    for (const std::size_t size : {0UL, 1UL, 110UL, 130UL, 20'000UL, 3'000'000UL}) {
      const std::string payload(size, 'x');
      message_parts parts;
      parts.topic = "some/topic";
      parts.payload = payload;
      delivery d;
      d.message = message::make(parts);
      for (const auto level : {qos::at_most_once, qos::at_least_once}) {
        d.level = level;
        d.packet_id = level == qos::at_most_once ? 0 : 17;
        buffer whole;
        buffer head;
        BOOST_TEST(encode_publish(d, {version, 0xFFFFFFFF}, start, 0, false, whole));
        BOOST_TEST(encode_publish_head(d, {version, 0xFFFFFFFF}, start, 0, false, head));
        BOOST_TEST((std::string{head.view()} + payload == whole.view()));
      }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(metric_names)

BOOST_AUTO_TEST_CASE(are_those_of_the_document) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < shown_metrics(false); ++i)
    names.insert(to_string(static_cast<metric>(i)));
  BOOST_TEST(names.size() == 82U);
  BOOST_TEST(to_string(metric::client_auth_success) == "client.auth.success");
  BOOST_TEST(to_string(metric::client_auth_ignore) == "client.auth.ignore");
  BOOST_TEST(to_string(metric::client_acl_cache_hit) == "client.acl.cache_hit");
  BOOST_TEST(to_string(metric::actions_failure) == "actions.failure");
  BOOST_TEST(to_string(metric::client_check_acl) == "client.check_acl");
  BOOST_TEST(to_string(metric::delivery_dropped) == "delivery.dropped");
  BOOST_TEST(to_string(metric::messages_dropped_no_subscribers) == "messages.dropped.no_subscribers");
  BOOST_TEST(to_string(metric::messages_acked) == "messages.acked");
  BOOST_TEST(to_string(metric::packets_connack_auth_error) == "packets.connack.auth_error");
  BOOST_TEST(to_string(metric::packets_pubcomp_missed) == "packets.pubcomp.missed");
  BOOST_TEST(to_string(metric::rules_matched) == "rules.matched");
  BOOST_TEST(to_string(metric::session_terminated) == "session.terminated");
}

BOOST_AUTO_TEST_CASE(each_counter_is_its_own) {
  counters a;
  counters b;
  a.add(metric::bytes_sent, 3);
  b.add(metric::bytes_sent, 4);
  b.add(metric::messages_acked);
  a += b;
  BOOST_TEST(a[metric::bytes_sent] == 7U);
  BOOST_TEST(a[metric::messages_acked] == 1U);
  BOOST_TEST(a[metric::bytes_received] == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
