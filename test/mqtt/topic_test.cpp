// Names, filters and what matches what, also against a comparison that is written as the specification reads.
#include "troupe/mqtt/topic.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace troupe::mqtt;

namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> levels(1);
  for (const char c : text)
    if (c == '/')
      levels.emplace_back();
    else
      levels.back() += c;
  return levels;
}

// MQTT 5.0 section 4.7.1, level by level from `i` on.
bool slow_match(const std::vector<std::string>& filter, const std::vector<std::string>& name, std::size_t i) {
  if (i == filter.size())
    return i == name.size();
  if (filter[i] == "#")
    return true; // the parent level too: everything before it has matched
  return i < name.size() && (filter[i] == "+" || filter[i] == name[i]) && slow_match(filter, name, i + 1);
}

bool slow_match(const std::string& filter, const std::string& name) {
  if (name[0] == '$' && (filter[0] == '+' || filter[0] == '#'))
    return false;
  return slow_match(split(filter), split(name), 0);
}

std::string random_text(std::mt19937& random, const std::vector<std::string>& levels) {
  std::string text = levels[random() % levels.size()];
  for (auto n = random() % 4; n > 0; --n)
    text += '/' + levels[random() % levels.size()];
  return text;
}

std::string shown(const std::optional<subscription_target>& t) {
  return t ? std::string{t->group} + "|" + std::string{t->filter} : "invalid";
}

} // namespace

BOOST_AUTO_TEST_SUITE(topic_syntax)

BOOST_AUTO_TEST_CASE(MQTT_4_7_3_1_names) {
  for (const char* good : {"a", "/", "//", "a/b", "/a", "a/", " ", "$SYS/x", "$share/g/t", "sport tennis/1"})
    BOOST_TEST(valid_topic_name(good), good);
  for (const char* bad : {"", "+", "#", "a/+", "a/#", "a+", "a#b", "a/b+/c"})
    BOOST_TEST(!valid_topic_name(bad), bad);
  BOOST_TEST(!valid_topic_name(std::string_view{"a\0b", 3})); // [MQTT-4.7.3-2]
  BOOST_TEST(valid_topic_name(std::string(65535, 'x')));
  BOOST_TEST(!valid_topic_name(std::string(65536, 'x'))); // [MQTT-4.7.3-3]
}

BOOST_AUTO_TEST_CASE(MQTT_4_7_1_1_filters) {
  for (const char* good :
       {"a", "/", "#", "+", "+/+", "/+", "+/", "a/#", "/#", "+/#", "+//#", "a/+/b/#", "$SYS/#"})
    BOOST_TEST(valid_topic_filter(good), good);
  for (const char* bad :
       {"", "#/", "#/a", "a#", "a/b#", "a/#/b", "##", "a+", "+a", "a/+b/c", "a/++", "#+", "+#"})
    BOOST_TEST(!valid_topic_filter(bad), bad);
  BOOST_TEST(!valid_topic_filter(std::string_view{"a/\0/#", 5}));
  BOOST_TEST(valid_topic_filter(std::string(65533, 'x') + "/#"));
  BOOST_TEST(!valid_topic_filter(std::string(65534, 'x') + "/#"));
  BOOST_TEST(valid_topic_filter(std::string(65535, '/')));
}

BOOST_AUTO_TEST_CASE(levels) {
  BOOST_TEST(level_count("a") == 1U);
  BOOST_TEST(level_count("/") == 2U);
  BOOST_TEST(level_count("a/b/") == 3U);
  std::string_view rest = "a//b/";
  bool more = true;
  std::vector<std::string> found;
  while (more)
    found.emplace_back(next_level(rest, more));
  BOOST_TEST(found == (std::vector<std::string>{"a", "", "b", ""}), boost::test_tools::per_element());
  BOOST_TEST(rest.empty());
  BOOST_TEST(has_wildcards("a/+"));
  BOOST_TEST(has_wildcards("#"));
  BOOST_TEST(!has_wildcards("a/b $*"));
}

BOOST_AUTO_TEST_CASE(MQTT_4_8_2_1_subscriptions) {
  const std::pair<const char*, const char*> wanted[] = {
      {"a/b", "|a/b"},
      {"$SYS/#", "|$SYS/#"},
      {"$share/g/a/+", "g|a/+"},
      {"$share/g//a", "g|/a"},
      {"$share/a group/#", "a group|#"},
      {"$queue/a", "$queue|a"},
      {"$queue//", "$queue|/"},
      {"$share", "|$share"}, // a topic like any other
      {"$queue", "|$queue"},
      {"$shared/g/t", "|$shared/g/t"},
      {"$share/g/$SYS/x", "g|$SYS/x"},
      {"$share/g/$share", "g|$share"},
      {"$share/", "invalid"},
      {"$share/g", "invalid"},
      {"$share/g/", "invalid"},
      {"$share//t", "invalid"},
      {"$share/+/t", "invalid"}, // [MQTT-4.8.2-2]
      {"$share/g#/t", "invalid"},
      {"$share/g/a#", "invalid"},
      {"$queue/", "invalid"},
      {"$queue/a+", "invalid"},
      {"$share/g/$share/h/t", "invalid"},
      {"$share/g/$queue/t", "invalid"},
      {"$queue/$queue/t", "invalid"},
      {"$queue/$share/g/t", "invalid"},
      {"", "invalid"},
  };
  for (const auto& [text, target] : wanted)
    BOOST_TEST(shown(parse_subscription(text)) == target, text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(topic_matching)

BOOST_AUTO_TEST_CASE(examples_of_the_specification) {
  struct example {
    const char* filter;
    const char* name;
    bool matches;
  };
  const example examples[] = {
      {"sport/tennis/player1/#", "sport/tennis/player1", true},
      {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
      {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
      {"sport/tennis/player1/#", "sport/tennis/player10", false},
      {"sport/#", "sport", true},
      {"#", "a/b/c", true},
      {"#", "/", true},
      {"sport/tennis/+", "sport/tennis/player1", true},
      {"sport/tennis/+", "sport/tennis/player1/ranking", false},
      {"sport/+", "sport", false},
      {"sport/+", "sport/", true},
      {"+/+", "/finance", true},
      {"/+", "/finance", true},
      {"+", "/finance", false},
      {"+/tennis/#", "a/tennis", true},
      {"a/+/#", "a", false},
      {"a/b", "a/B", false}, // [MQTT-4.7.3-4]
      {"a", "a/", false},
      {"a/", "a", false},
      {"/a", "a", false},
      {"a//b", "a/b", false},
      {"#", "$SYS/x", false}, // [MQTT-4.7.2-1]
      {"+/x", "$SYS/x", false},
      {"$SYS/#", "$SYS/x", true},
      {"$SYS/+", "$SYS/x", true},
      {"$SYS/#", "$SYS", true},
      {"a/+", "a/$x", true}, // only the first level is special
      {"a/#", "a/$x/y", true},
  };
  for (const auto& e : examples)
    BOOST_TEST(matches(e.filter, e.name) == e.matches, e.filter << " and " << e.name);
}

BOOST_AUTO_TEST_CASE(as_the_slow_comparison) {
  std::mt19937 random{11};
  std::size_t matched = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto filter = random_text(random, {"a", "b", "", "$S", "+", "+"});
    if (random() % 3 == 0)
      filter = random() % 4 == 0 ? "#" : filter + "/#";
    const auto name = random_text(random, {"a", "b", "", "$S"});
    if (filter.empty() || name.empty())
      continue;
    BOOST_REQUIRE(valid_topic_filter(filter));
    const bool wanted = slow_match(filter, name);
    matched += wanted ? 1 : 0;
    BOOST_REQUIRE_MESSAGE(matches(filter, name) == wanted, filter << " and " << name);
  }
  BOOST_TEST(matched > 10'000U);
}

BOOST_AUTO_TEST_CASE(filters_that_cover_filters) {
  const std::pair<const char*, const char*> covered[] = {{"sensor/#", "sensor/+"},
                                                         {"sensor/#", "sensor/#"},
                                                         {"sensor/#", "sensor"},
                                                         {"#", "+/#"},
                                                         {"#", "#"},
                                                         {"+", "+"},
                                                         {"+/a", "+/a"},
                                                         {"a/+", "a/+"},
                                                         {"a/+/c", "a/b/c"},
                                                         {"$SYS/#", "$SYS/+"},
                                                         {"a/+/#", "a/+/#"}};
  for (const auto& [filter, stored] : covered)
    BOOST_TEST(filter_matches_filter(filter, stored), filter << " and " << stored);
  const std::pair<const char*, const char*> apart[] = {
      {"a/+", "a/#"},    {"+", "#"},       {"a/b", "a/+"}, {"a", "#"},         {"#", "$SYS/#"},
      {"+/x", "$SYS/x"}, {"a/+", "a"},     {"#/a", "x/a"}, {"a/#/b", "a/x/b"}, {"a/#/b", "a"},
      {"a#", "ab"},      {"+a/b", "xa/b"}, {"", "a"}};
  for (const auto& [filter, stored] : apart)
    BOOST_TEST(!filter_matches_filter(filter, stored), filter << " and " << stored);
}

BOOST_AUTO_TEST_SUITE_END()
