// Topic names and filters: section 4.7.
#include "protocol/raw5.hpp"

#include <map>
#include <set>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;
using mqtt::reason_code;

namespace {

/// Which of the topics reach a subscriber of the filter, each topic being published once.
std::set<std::string> reached(const std::string& filter, const std::vector<std::string>& topics) {
  const auto fence = unique("fence");
  auto s = client();
  s.subscribe(fence, qos0);
  BOOST_TEST(
      !mqtt::is_error(s.subscribe(filter, mqtt::subscription_options{.retain_handling = 2}).reasons.at(0)));
  auto p = client();
  for (const auto& topic : topics)
    p.publish(topic, "x");
  p.publish(fence, "x");
  std::set<std::string> got;
  for (;;) {
    const auto m = s.expect_message();
    if (m.topic == fence)
      return got;
    BOOST_TEST(got.emplace(m.topic).second, m.topic << " came twice");
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(topics5, *boost::unit_test::fixture<default_broker>())

BOOST_AUTO_TEST_CASE(MQTT_4_7_0_1_wildcards_are_for_filters_only) {
  for (const char* topic : {"a/#", "+", "a/+/c", "a+/b"}) {
    expect_ended(std::string{"30 * <"} + topic + "> () 'x'", reason_code::topic_name_invalid);
    expect_refusal(std::string{"10 * <MQTT> 05 06 003C () <a> () <"} + topic + "> <m>",
                   reason_code::topic_name_invalid);
  }
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_1_1_the_multi_level_wildcard_ends_a_filter) {
  auto c = client();
  for (const char* filter : {"#", "/#", "a/#", "a/b/#", "+/#"})
    BOOST_TEST(reasons(c.subscribe(filter, {.retain_handling = 2})) == "00", filter);
  for (const char* filter : {"#/", "#/a", "a/#/b", "a#", "a/b#", "##", "a/##", "#a", "+#"})
    BOOST_TEST(reasons(c.subscribe(filter, qos0)) == "8f", filter);
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_1_2_the_single_level_wildcard_fills_a_level) {
  auto c = client();
  for (const char* filter : {"+", "/+", "+/", "+/+", "a/+", "a/+/b", "+/a/#"})
    BOOST_TEST(reasons(c.subscribe(filter, {.retain_handling = 2})) == "00", filter);
  for (const char* filter : {"a+", "+a", "a/b+", "a/+b/c", "++", "/++"})
    BOOST_TEST(reasons(c.subscribe(filter, qos0)) == "8f", filter);
}

BOOST_AUTO_TEST_CASE(what_the_wildcards_match) {
  const std::vector<std::string> topics{"tp",     "tp/",         "/tp",   "tp/a",  "tp/b",
                                        "tp/a/b", "tp/a/b/c",    "tp//a", "tp/a/", "TP/a",
                                        "tp/ a",  "tp/\xc3\xa9", "tp2",   "tp/$x"};
  using set = std::set<std::string>;
  BOOST_TEST((reached("tp", topics) == set{"tp"}));
  BOOST_TEST((reached("tp/#", topics) == set{"tp", "tp/", "tp/a", "tp/b", "tp/a/b", "tp/a/b/c", "tp//a",
                                             "tp/a/", "tp/ a", "tp/\xc3\xa9", "tp/$x"}));
  BOOST_TEST((reached("tp/+", topics) == set{"tp/", "tp/a", "tp/b", "tp/ a", "tp/\xc3\xa9", "tp/$x"}));
  BOOST_TEST((reached("tp/+/b", topics) == set{"tp/a/b"}));
  BOOST_TEST((reached("tp/+/+", topics) == set{"tp/a/b", "tp//a", "tp/a/"}));
  BOOST_TEST((reached("tp/a/#", topics) == set{"tp/a", "tp/a/b", "tp/a/b/c", "tp/a/"}));
  BOOST_TEST((reached("tp//a", topics) == set{"tp//a"}));
  BOOST_TEST((reached("/tp", topics) == set{"/tp"}));
  BOOST_TEST((reached("tp/a/", topics) == set{"tp/a/"}));
  BOOST_TEST((reached("tp/a/b/c/#", topics) == set{"tp/a/b/c"}));
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_2_1_the_dollar_matters_at_the_beginning_only) {
  const std::vector<std::string> topics{"$tq/a", "$tq", "tq/$a", "$/tq"};
  using set = std::set<std::string>;
  BOOST_TEST((reached("+/a", topics) == set{}));
  BOOST_TEST((reached("$tq/#", topics) == set{"$tq/a", "$tq"}));
  BOOST_TEST((reached("$tq/+", topics) == set{"$tq/a"}));
  BOOST_TEST((reached("tq/+", topics) == set{"tq/$a"}));
  BOOST_TEST((reached("$/+", topics) == set{"$/tq"}));
  for (const auto& topic : reached("#", topics))
    BOOST_TEST(!topic.starts_with('$'), topic);
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_3_1_topics_are_not_empty) {
  expect_ended("30 * <> () 'x'", reason_code::protocol_error); // an alias may stand for it, but there is none
  expect_ended("82 * 0001 () <> 00", reason_code::topic_filter_invalid);
  expect_ended("A2 * 0001 () <>", reason_code::topic_filter_invalid);
  const auto t = reached("/", {"/"});
  BOOST_TEST((t == std::set<std::string>{"/"})); // one character is enough
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_3_2_topics_without_a_null_character) {
  expect_ended("30 * 0003 610062 () 'x'", reason_code::malformed_packet);
  expect_ended("82 * 0001 () 0003 612F00 00", reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_3_3_topics_of_65535_bytes) {
  auto s = client();
  auto p = client();
  std::string deep(65'535, '/');
  for (const std::string& topic : {std::string(65'535, 'a'), std::string(65'534, 'b') + "/", deep}) {
    s.subscribe(topic, qos1);
    p.publish(topic, "x", qos1);
    const auto m = s.expect_message();
    BOOST_TEST((m.topic == topic));
    s.unsubscribe(topic);
  }
  std::string levels = "l";
  for (int i = 0; i < 300; ++i)
    levels += "/l";
  s.subscribe(levels + "/#", qos0);
  p.publish(levels, "300 levels", qos0);
  BOOST_TEST(s.expect_message().payload == "300 levels");
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_3_4_topics_are_not_normalized) {
  using set = std::set<std::string>;
  // case, blanks, empty levels, dots, escapes, composed and decomposed letters, a compatibility form
  const std::vector<std::string> topics{
      "tr/a",   "tr/A",        "tr/a ",        "tr//a",           "tr/./a",
      "tr/%61", "tr/\xc3\xa9", "tr/e\xcc\x81", "tr/\xef\xbc\xa1", "tr/\xe2\x80\x8b\x61"};
  for (const auto& topic : topics)
    BOOST_TEST((reached(topic, topics) == set{topic}), topic);
}

BOOST_AUTO_TEST_SUITE_END()
