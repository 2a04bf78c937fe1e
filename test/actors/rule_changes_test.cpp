// Changes of rules that wait for each other: one write for all, each with its own outcome.
#include "actors/node/rule_changes.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

struct changed_rules {
  void put(const std::string& topic, const char* action = "pub", const std::string& login = "l") {
    const auto who = login_subject(login);
    changes.add(rule_change(rules, who, topic, acl_row{who, topic, action, true}), note(topic));
  }

  void remove(const std::string& topic) {
    changes.add(rule_change(rules, login_subject("l"), topic, {}), note(topic));
  }

  // "pub", or "" without a rule.
  std::string action(const std::string& topic) const {
    const auto found = rules.find(login_subject("l"), topic);
    return found ? found->action : "";
  }

  kept_changes::answerer note(const std::string& topic) {
    return [this, topic](const troupe::outcome& o) { said += topic + std::to_string(o.code) + " "; };
  }

  acl_rows rules;
  kept_changes changes;
  std::string said;
};

} // namespace

BOOST_AUTO_TEST_SUITE(changes_of_rules)

BOOST_FIXTURE_TEST_CASE(together, changed_rules) {
  put("a");
  BOOST_TEST(changes.begin().changes.size() == 1U);
  put("b");
  put("c");
  put("b", "sub"); // the last one counts
  remove("a");
  BOOST_TEST(changes.begin().changes.empty()); // others are under way
  BOOST_TEST(action("b").empty());
  BOOST_TEST(said.empty());
  changes.end({});
  BOOST_TEST(said == "a0 ");
  const auto write = changes.begin();
  BOOST_TEST_REQUIRE(write.changes.size() == 4U);
  BOOST_TEST(write.changes[0].value.has_value());
  BOOST_TEST(!write.changes[3].value.has_value());
  BOOST_TEST(write.changes[3].key == acl_key(login_subject("l"), "a"));
  BOOST_TEST(action("b") == "sub");
  BOOST_TEST(action("a").empty());
  changes.end({102, "x"});
  BOOST_TEST(said == "a0 b102 c102 b102 a102 ");
  BOOST_TEST(changes.begin().changes.empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_not_kept, changed_rules) {
  put("a");
  changes.begin();
  changes.end({});
  put("a", "sub");
  put("b");
  put("a", "pubsub");
  remove("b");
  BOOST_TEST(changes.begin().changes.size() == 4U);
  changes.undo();
  BOOST_TEST(action("a") == "pub");
  BOOST_TEST(action("b").empty());
}

// They do not hold up, or fail, the others.
BOOST_FIXTURE_TEST_CASE(what_is_answered_at_once, changed_rules) {
  remove("none");
  put("long", "pub", std::string(70'000, 'x'));
  BOOST_TEST(changes.begin().changes.empty());
  BOOST_TEST(said == "none0 long102 ");
  put("a");
  put("long", "pub", std::string(70'000, 'x'));
  BOOST_TEST(changes.begin().changes.size() == 1U);
  said.clear();
  for (std::size_t i = 0; i <= kept_changes::most_waiting; ++i)
    put("b");
  BOOST_TEST(said == "b102 ");
  said.clear();
  changes.end({});
  BOOST_TEST(said == "a0 long102 ");
}

// What they found is not certain before it is kept.
BOOST_FIXTURE_TEST_CASE(what_found_nothing_to_change, changed_rules) {
  put("a");
  changes.begin();
  changes.end({});
  said.clear();
  remove("a");
  remove("a");
  BOOST_TEST(changes.begin().changes.size() == 1U);
  BOOST_TEST(said.empty());
  changes.undo();
  changes.end({103, "x"});
  BOOST_TEST(said == "a103 a103 ");
  BOOST_TEST(action("a") == "pub");
}

BOOST_AUTO_TEST_SUITE_END()
