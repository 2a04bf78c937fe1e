// Texts, topic names and topic filters in MQTT 3.1.1 and 3.1: sections 1.5.3 and 4.7 of 3.1.1.
#include "protocol/v3_fixture.hpp"

using namespace troupe::test;

namespace {

const std::pair<const char*, std::string> ill_formed[] = {
    {"high surrogate", "a\xED\xA0\x80"},
    {"low surrogate", "\xED\xBF\xBF"
                      "b"},
    {"pair of surrogates", "\xED\xA0\x81\xED\xB0\x80"},
    {"two bytes for one", "\xC1\xBF"},
    {"three bytes for two", "\xE0\x9F\xBF"},
    {"four bytes for three", "\xF0\x8F\xBF\xBF"},
    {"over U+10FFFF", "\xF4\x90\x80\x80"},
    {"five bytes", "\xF8\x88\x80\x80\x80"},
    {"cut short", "a\xE2\x82"},
    {"continuation alone", "\x80"},
    {"never a byte of UTF-8", "\xFF"},
};

/// The same packet bodies with any text: CONNECT closes without CONNACK, the others end the connection.
void expect_refused_everywhere(protocol_version version, std::string_view bad) {
  mqtt_client c{port(), version};
  const auto refused = [&](unsigned flags, std::string_view id, const std::string& fields) {
    c = mqtt_client{port(), version};
    c.send_bytes(wire::connect(version, id, flags, fields));
    BOOST_CHECK_NO_THROW(c.expect_closed());
  };
  refused(wire::clean, bad, "");                                 // [MQTT-3.1.3-4]
  refused(wire::clean | wire::will, "c", will_fields(bad, "w")); // [MQTT-3.1.3-10]
  refused(wire::clean | wire::username, "c", wire::text(bad));   // [MQTT-3.1.3-11]
  for (unsigned qos = 0; qos <= 2; ++qos)
    expect_end_after(version, wire::publish(bad, "x", qos, 1)); // [MQTT-3.3.2-1]
  expect_end_after(version, wire::subscribe(1, {{bad, 0}}));    // [MQTT-3.8.3-1]
  expect_end_after(version, wire::subscribe(1, {{"good", 0}, {bad, 0}}));
  expect_end_after(version, wire::unsubscribe(1, {bad})); // [MQTT-3.10.3-1]
  expect_end_after(version, wire::unsubscribe(1, {"good", bad}));
}

/// Whether a subscription to `filter` gets a message to `topic`.
bool matches(std::string_view filter, std::string_view topic) {
  auto s = joined(v311);
  exchange(s, wire::subscribe(1, {{filter, 0}, {"fence", 0}}), wire::suback(1, {0, 0}));
  auto p = joined(v311);
  p.send_bytes(wire::publish(topic, "x") + wire::publish("fence", "x"));
  const auto m = s.expect<troupe::mqtt::publish>();
  if (m.topic == "fence")
    return false;
  BOOST_TEST(m.topic == topic);
  s.expect_bytes(wire::publish("fence", "x"));
  return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(v3_texts, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT311_1_5_3_1_ill_formed_text) {
  for (const auto& [what, text] : ill_formed)
    BOOST_TEST_CONTEXT(what) { expect_refused_everywhere(v311, text); }
  expect_refused_everywhere(v31, ill_formed[0].second);
}

BOOST_AUTO_TEST_CASE(MQTT311_1_5_3_2_the_null_character) {
  for (const auto version : v3_versions)
    for (const auto& text :
         {std::string(1, '\0'), std::string("a\0b", 3), std::string("a\0", 2)}) // [MQTT-4.7.3-2]
      expect_refused_everywhere(version, text);
}

BOOST_AUTO_TEST_CASE(MQTT311_1_5_3_3_the_byte_order_mark_is_a_character) {
  const std::string bom = "\xEF\xBB\xBF";
  for (const auto& topic : {bom + "t", "t" + bom, "t/" + bom + "/u", bom})
    BOOST_TEST(matches(topic, topic));
  BOOST_TEST(!matches("t", bom + "t"));
  BOOST_TEST(!matches(bom + "t", "t"));
  auto first = joined(v311, bom + "client");
  auto second = joined(v311, "client");
  expect_quiet(first); // another client
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_3_4_nothing_is_normalized) {
  const std::string composed = "\xC3\xA9", decomposed = "e\xCC\x81";
  BOOST_TEST(matches(composed, composed));
  BOOST_TEST(matches(decomposed, decomposed));
  BOOST_TEST(!matches(composed, decomposed));
  BOOST_TEST(!matches(decomposed, composed));
  for (const char* other : {"accounts", "ACCOUNTS", "Accounts ", " Accounts", "Accounts/", "/Accounts"})
    BOOST_TEST(!matches("Accounts", other), other);
  const std::string rare = "\xEF\xBF\xBE/\xF0\x9F\x98\x80/\xF3\xBF\xBF\xBD/\x7F/\xC2\x80/\x01";
  BOOST_TEST(matches(rare, rare)); // unassigned, control and non-characters
  BOOST_TEST(matches("+/+/+/+/+/+", rare));
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_1_2_multi_level_wildcard) {
  for (const char* filter : {"a/#/b", "a#", "a/b#", "#a", "##", "#/", "a/##", "+#"}) {
    auto c = joined(v311);
    exchange(c, wire::subscribe(1, {{filter, 0}}), wire::suback(1, {0x80}));
    BOOST_TEST_CONTEXT(filter) { expect_quiet(c); }
  }
  for (const char* topic : {"sport", "sport/", "sport/tennis", "sport/tennis/player/ranking"})
    BOOST_TEST(matches("sport/#", topic), topic);
  for (const char* topic : {"sports", "spor", "/sport", "Sport/tennis"})
    BOOST_TEST(!matches("sport/#", topic), topic);
  for (const char* topic : {"a", "/", "a/b", "//"})
    BOOST_TEST(matches("#", topic), topic);
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_1_3_single_level_wildcard) {
  for (const char* filter : {"a+", "+a", "a/b+/c", "a/+b", "++", "a/++"}) {
    auto c = joined(v311);
    exchange(c, wire::subscribe(1, {{filter, 0}}), wire::suback(1, {0x80}));
    BOOST_TEST_CONTEXT(filter) { expect_quiet(c); }
  }
  const std::tuple<const char*, const char*, bool> pairs[] = {
      {"+", "a", true},         {"+", "/a", false},      {"+", "a/b", false},   {"/+", "/a", true},
      {"+/+", "/a", true},      {"a/+", "a/", true},     {"a/+", "a", false},   {"a/+", "a/b/c", false},
      {"+/b/+", "a/b/c", true}, {"+/b/+", "a/b", false}, {"+/b/#", "/b", true}, {"a/+/c", "a//c", true},
      {"a/+/#", "a/b", true},   {"a/+/#", "a", false},   {"+/+/+", "//", true}, {"+/+/+", "///", false},
  };
  for (const auto& [filter, topic, wanted] : pairs)
    BOOST_TEST(matches(filter, topic) == wanted, filter << " and " << topic);
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_2_1_topics_that_begin_with_dollar) {
  const auto t = "$" + unique("t");
  const auto rest = t.substr(t.find('/'));
  for (const auto& filter : {std::string{"#"}, "+" + rest, std::string{"+/#"}})
    BOOST_TEST(!matches(filter, t), filter);
  const auto first = t.substr(0, t.find('/'));
  for (const auto& filter : {t, first + "/#", first + "/+"})
    BOOST_TEST(matches(filter, t), filter);
  BOOST_TEST(matches("a/+", "a/$b")); // only the first character counts
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_3_1_at_least_one_character) {
  for (const auto version : v3_versions) {
    for (unsigned qos = 0; qos <= 2; ++qos)
      expect_end_after(version, wire::publish("", "x", qos, 1));
    expect_end_after(version, wire::subscribe(1, {{"", 0}}));
    expect_end_after(version, wire::subscribe(1, {{"a", 0}, {"", 0}}));
    expect_end_after(version, wire::unsubscribe(1, {""}));
  }
  for (const char* topic : {"/", " ", "a"})
    BOOST_TEST(matches(topic, topic), topic);
}

BOOST_AUTO_TEST_CASE(MQTT311_4_7_3_3_up_to_65535_bytes) {
  const std::string longest(65'535, 'x');
  BOOST_TEST(matches(longest, longest));
  BOOST_TEST(!matches(longest, longest.substr(1)));
  std::string levels; // as many levels as fit
  while (levels.size() < 65'534)
    levels += "l/";
  BOOST_TEST(matches(levels + "l", levels + "l"));
  BOOST_TEST(matches(levels + "+", levels + "l"));
  BOOST_TEST(matches("l/#", levels + "l"));
}

BOOST_AUTO_TEST_SUITE_END()
