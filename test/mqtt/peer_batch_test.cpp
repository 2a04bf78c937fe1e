// Messages as they travel between nodes.
#include "troupe/mqtt/peer_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

message_ptr parcel(std::string_view topic, std::string_view payload, bool system = false) {
  message_parts parts;
  parts.topic = topic;
  parts.payload = payload;
  parts.from = publisher::make("c", "u", "10.0.0.1", {});
  parts.timestamp = 1'700'000'000'000;
  parts.expiry = 60;
  parts.level = qos::exactly_once;
  parts.retain = true;
  parts.system = system;
  return message::make(parts);
}

std::string batch_of_two() {
  std::string out;
  append_to_batch(out, *parcel("a/b", "one"));
  append_to_batch(out, *parcel("c", ""));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_batches)

BOOST_AUTO_TEST_CASE(messages_come_out_as_they_went_in) {
  const auto got = decode_batch(batch_of_two());
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST_REQUIRE(got->size() == 2U);
  const auto& m = *got->front();
  BOOST_TEST(m.topic() == "a/b");
  BOOST_TEST(m.payload() == "one");
  BOOST_TEST(m.from()->client_id == "c");
  BOOST_TEST(m.timestamp() == 1'700'000'000'000);
  BOOST_TEST(m.expiry() == 60U);
  BOOST_TEST((m.level() == qos::exactly_once));
  BOOST_TEST(m.retain());
  BOOST_TEST(got->back()->topic() == "c");
  BOOST_TEST(decode_batch("")->empty());
}

BOOST_AUTO_TEST_CASE(a_peer_has_no_system_messages_here) {
  std::string batch;
  append_to_batch(batch, *parcel("a", "x", true));
  const auto got = decode_batch(batch);
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(!got->front()->system());
  BOOST_TEST(got->front()->payload() == "x");
  BOOST_TEST(got->front()->expiry() == 60U);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_batch_is_none) {
  const auto whole = batch_of_two();
  std::string first;
  append_to_batch(first, *parcel("a/b", "one"));
  for (std::size_t size = 1; size < whole.size(); ++size)
    BOOST_TEST(decode_batch(whole.substr(0, size)).has_value() == (size == first.size()), size);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_batch) {
  BOOST_TEST(!decode_batch(std::string(4, '\0')));   // a message without bytes
  BOOST_TEST(!decode_batch(std::string(8, '\xFF'))); // four gigabytes
  BOOST_TEST(!decode_batch(batch_of_two() + '\0'));  // something behind it
  BOOST_TEST(!decode_batch(std::string(largest_peer_batch + 1, '\0')));
  auto wrong = batch_of_two();
  wrong[4] = 9; // the version of the message
  BOOST_TEST(!decode_batch(wrong));
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_left_out) {
  std::string batch = "before";
  BOOST_TEST(!append_to_batch(batch, *parcel("t", std::string(largest_peer_message, 'x'))));
  BOOST_TEST(batch == "before");
  batch.clear();
  BOOST_TEST(append_to_batch(batch, *parcel("t", std::string(1024 * 1024, 'x')))); // mqtt.max_packet_size
  BOOST_TEST(batch.size() <= largest_peer_batch);
  BOOST_TEST(decode_batch(batch)->front()->payload().size() == 1024U * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
