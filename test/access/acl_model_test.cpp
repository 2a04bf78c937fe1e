// Compiled rules against a reading of the same rules one by one, as EMQ X reads them.
#include "troupe/access/acl_rules.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace troupe;
using namespace troupe::access;

namespace {

using kind = condition::kind;

std::vector<std::string> words(std::string_view topic) {
  std::vector<std::string> out;
  bool more = true;
  while (more)
    out.emplace_back(mqtt::next_level(topic, more));
  return out;
}

bool word_matches(const std::string& pattern, const std::string& word, const subject& who, bool allows) {
  const bool wild = word == "+" || word == "#";
  if (pattern == "%c")
    return !wild && word == who.client_id;
  if (pattern == "%u")
    return !wild && !who.username.empty() && word == who.username;
  if (pattern == "+")
    return word != "#" || !allows;
  return pattern == word;
}

bool topic_matches(const acl_topic& t, const std::string& topic, const subject& who, bool allows) {
  if (t.literal)
    return t.filter == topic;
  const auto pattern = words(t.filter);
  const auto asked = words(topic);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "#")
      return true;
    if (i == asked.size() || !word_matches(pattern[i], asked[i], who, allows))
      return false;
  }
  return pattern.size() == asked.size();
}

std::optional<decision> reference(const std::vector<acl_rule>& rules, const subject& who, operation what,
                                  const std::string& topic) {
  for (const auto& r : rules) {
    if (!(what == operation::publish ? r.publish : r.subscribe) || !holds(r.who, who))
      continue;
    if (r.every_topic || std::any_of(r.topics.begin(), r.topics.end(), [&](const acl_topic& t) {
          return topic_matches(t, topic, who, r.result == decision::allow);
        }))
      return r.result;
  }
  return std::nullopt;
}

class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_); }

  const char* pick(std::initializer_list<const char*> from) { return from.begin()[below(from.size())]; }

  std::string filter(bool placeholders) {
    std::string out;
    const auto levels = 1 + below(4);
    for (std::size_t i = 0; i < levels; ++i) {
      out += i > 0 ? "/" : "";
      if (i + 1 == levels && below(4) == 0)
        return out + "#";
      out += placeholders ? pick({"a", "b", "c", "", "$x", "+", "%c", "%u"})
                          : pick({"a", "b", "c", "", "$x", "+", "%c", "a", "b"});
    }
    return out;
  }

  std::string name() {
    std::string out;
    const auto levels = 1 + below(4);
    for (std::size_t i = 0; i < levels; ++i)
      out += std::string{i > 0 ? "/" : ""} + pick({"a", "b", "c", "", "$x", "%u"});
    return out.empty() ? "a" : out;
  }

  condition who(int depth) {
    condition c;
    switch (below(depth > 2 ? 5 : 7)) {
      case 0:
      case 1: c.what = kind::everyone; break;
      case 2: c.what = kind::user; break;
      case 3: c.what = kind::client; break;
      case 4: c.what = kind::network; break;
      case 5: c.what = kind::all_of; break;
      default: c.what = kind::any_of; break;
    }
    if (c.what == kind::user || c.what == kind::client)
      c.name = pick({"a", "b", "c"});
    if (c.what == kind::network)
      c.network = *mqtt::ip_network::parse(
          pick({"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "0.0.0.0/0", "::/0", "fd00::/8"}));
    if (c.what == kind::all_of || c.what == kind::any_of)
      for (auto n = 1 + below(3); n > 0; --n)
        c.parts.push_back(who(depth + 1));
    return c;
  }

  acl_rule rule() {
    acl_rule r;
    r.result = below(2) == 0 ? decision::allow : decision::deny;
    const auto operations = below(3);
    r.publish = operations != 0;
    r.subscribe = operations != 1;
    r.who = who(0);
    r.every_topic = below(40) == 0;
    if (!r.every_topic)
      for (auto n = below(4); n > 0; --n)
        r.topics.push_back({filter(true), below(5) == 0});
    return r;
  }

private:
  std::mt19937 random_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(acl_rules_model)

BOOST_AUTO_TEST_CASE(compiled_rules_decide_as_their_list) {
  std::size_t decided = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    generator g{seed};
    std::vector<acl_rule> list(1 + g.below(60));
    for (auto& r : list)
      r = g.rule();
    const acl_rules compiled{list};
    for (int i = 0; i < 200; ++i) {
      const auto address = *mqtt::parse_ip(
          g.pick({"10.1.2.3", "10.1.2.4", "10.1.9.9", "10.9.9.9", "11.0.0.0", "fd00::1", "::1"}));
      const subject who{g.pick({"a", "b", "c", "+", "#", ""}), g.pick({"a", "b", "c", ""}),
                        g.below(8) == 0 ? nullptr : &address};
      const auto what = g.below(2) == 0 ? operation::publish : operation::subscribe;
      const auto topic = what == operation::publish ? g.name() : g.filter(false);
      const auto expected = reference(list, who, what, topic);
      decided += expected.has_value() ? 1 : 0;
      if (compiled.decide(who, what, topic) != expected)
        BOOST_FAIL("seed " << seed << ", question " << i << " about " << topic);
    }
  }
  BOOST_TEST(decided > 20'000U); // of 60,000: the rules are no formality
}

BOOST_AUTO_TEST_SUITE_END()
