// Messages as bytes on disk: all of a message comes back, and nothing comes of other bytes.
#include "troupe/mqtt/property.hpp"
#include "troupe/mqtt/stored_message.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

constexpr time_ms start = 1'700'000'000'000;

message_ptr full() {
  property_writer properties;
  properties.number(property::payload_format_indicator, 1)
      .text(property::content_type, "text/plain")
      .text(property::response_topic, "answer")
      .text(property::correlation_data, std::string_view{"\0\x01", 2})
      .user_property("name", "value")
      .user_property("name", "other");
  message_parts parts;
  parts.topic = "a/b";
  parts.payload = std::string_view{"pay\0load", 8};
  parts.properties = properties.view().raw();
  parts.from = publisher::make("client", "user", "10.0.0.1", {1, 2, 3});
  parts.timestamp = start;
  parts.expiry = 3'600;
  parts.level = qos::exactly_once;
  parts.retain = true;
  return message::make(parts);
}

message_ptr plain() {
  message_parts parts;
  parts.topic = "t";
  return message::make(parts);
}

void same(const message& a, const message& b) {
  BOOST_TEST(a.topic() == b.topic());
  BOOST_TEST(a.payload() == b.payload());
  BOOST_TEST(a.properties().raw() == b.properties().raw());
  BOOST_TEST(a.timestamp() == b.timestamp());
  BOOST_TEST(a.expiry() == b.expiry());
  BOOST_TEST((a.level() == b.level()));
  BOOST_TEST(a.retain() == b.retain());
  BOOST_TEST(a.system() == b.system());
  BOOST_TEST_REQUIRE((a.from() == nullptr) == (b.from() == nullptr));
  if (a.from()) {
    BOOST_TEST(a.from()->client_id == b.from()->client_id);
    BOOST_TEST(a.from()->username == b.from()->username);
    BOOST_TEST(a.from()->peer_host == b.from()->peer_host);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_messages)

BOOST_AUTO_TEST_CASE(all_of_it_comes_back) {
  for (const auto& m : {full(), plain()}) {
    const auto again = decode_stored(encode_stored(*m));
    BOOST_TEST_REQUIRE((again != nullptr));
    same(*m, *again);
  }
}

BOOST_AUTO_TEST_CASE(the_session_of_the_publisher_does_not) {
  BOOST_TEST((decode_stored(encode_stored(*full()))->from()->address == session_address{}));
}

BOOST_AUTO_TEST_CASE(large_ones) {
  const std::string topic(65'535, 't');
  const std::string payload(3'000'000, 'p');
  property_writer properties;
  for (int i = 0; i < 40; ++i)
    properties.user_property(std::string(60'000, 'n'), "");
  message_parts parts;
  parts.topic = topic;
  parts.payload = payload;
  parts.properties = properties.view().raw();
  const auto m = message::make(parts);
  const auto again = decode_stored(encode_stored(*m));
  BOOST_TEST_REQUIRE((again != nullptr));
  same(*m, *again);
}

// The bytes on disk do not change with the program.
BOOST_AUTO_TEST_CASE(the_form_is_as_documented) {
  const std::string bytes = encode_stored(*plain());
  BOOST_TEST(bytes == (std::string{"\x01\x00", 2} + std::string(8, '\0') + "\xFF\xFF\xFF\xFF" +
                       std::string{"\x00\x01t\x00", 4}));
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_is_nothing) {
  const auto m = full();
  const auto whole = encode_stored(*m);
  const auto head = whole.size() - m->payload().size();
  for (std::size_t n = 0; n < head; ++n)
    BOOST_TEST((decode_stored(std::string_view{whole}.substr(0, n)) == nullptr), n);
  BOOST_TEST((decode_stored(std::string_view{whole}.substr(0, head)) != nullptr)); // no payload
}

BOOST_AUTO_TEST_CASE(other_bytes_are_nothing) {
  const auto good = encode_stored(*plain());
  const auto with = [&good](std::size_t at, char c) {
    auto bytes = good;
    bytes[at] = c;
    return decode_stored(bytes);
  };
  BOOST_TEST((with(0, 0) == nullptr)); // version
  BOOST_TEST((with(0, 2) == nullptr));
  BOOST_TEST((with(1, 3) == nullptr));       // QoS 3
  BOOST_TEST((with(1, 32) == nullptr));      // a flag of the future
  BOOST_TEST((with(2, '\x80') == nullptr));  // a time before the epoch
  BOOST_TEST((with(16, '#') == nullptr));    // no topic name
  BOOST_TEST((with(16, '\xFF') == nullptr)); // not UTF-8
  BOOST_TEST((with(15, 0) == nullptr));      // an empty topic
  BOOST_TEST((with(17, 1) == nullptr));      // properties that are not there
  BOOST_TEST((decode_stored(good) != nullptr));
  // a property that a PUBLISH may not have
  auto odd = good;
  odd[17] = 2;
  BOOST_TEST((decode_stored(odd + "\x24\x01") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
