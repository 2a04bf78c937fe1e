// Topic rewriting: which rule decides, what it makes, and what stays.
#include "troupe/mqtt/topic_rewrite.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>

using namespace troupe::mqtt;

namespace {

topic_rewrite rules(std::initializer_list<rewrite_rule> list) {
  topic_rewrite r;
  for (const auto& rule : list)
    r.add(rule);
  return r;
}

// "=" when the topic stays.
std::string name(const topic_rewrite& r, std::string_view topic) {
  std::string out;
  return r.rewrite_name(topic, out) ? out : "=";
}

std::string filter(const topic_rewrite& r, std::string_view subscription) {
  std::string out;
  return r.rewrite_subscription(subscription, out) ? out : "=";
}

} // namespace

BOOST_AUTO_TEST_SUITE(topic_rewriting)

BOOST_AUTO_TEST_CASE(the_first_filter_that_matches_decides) {
  const auto r = rules({{"x/y/+", "^x/y/(\\d+)$", "z/y/$1"},
                        {"x/#", "^x/y/(.+)$", "z/y/x/$1"},
                        {"y/+/z/#", "^y/(.+)/z/(.+)$", "y/z/$2"}});
  BOOST_TEST(name(r, "x/y/2") == "z/y/2");
  BOOST_TEST(name(r, "x/y/z") == "="); // the expression of its rule is not found: no other is tried
  BOOST_TEST(name(r, "x/1/2") == "=");
  BOOST_TEST(name(r, "x/y/z/1") == "z/y/x/z/1");
  BOOST_TEST(name(r, "y/a/z/b") == "y/z/b");
  BOOST_TEST(name(r, "y/def") == "=");
  BOOST_TEST(name(topic_rewrite{}, "x/y/2") == "=");
}

BOOST_AUTO_TEST_CASE(groups) {
  const auto one = rules({{"#", "^(a)", "<$1$10$2$0$>"}});
  BOOST_TEST(name(one, "abc") == "<aa0$2$0$>"); // groups that are not there stay as they are written
  const auto twelve = rules({{"#", "(1)(2)(3)(4)(5)(6)(7)(8)(9)(a)(b)(c)", "$12$1$2"}});
  BOOST_TEST(name(twelve, "123456789abc") == "c12");
  const auto absent = rules({{"#", "^(x)?y", "[$1]"}});
  BOOST_TEST(name(absent, "y") == "[]");
  const auto inside = rules({{"#", "b+", "found"}}); // anywhere, as EMQ X searches
  BOOST_TEST(name(inside, "a/bb/c") == "found");
}

BOOST_AUTO_TEST_CASE(results_that_are_not_valid_leave_the_topic) {
  const auto r = rules({{"a/#", "^a/(.*)$", "$1"}, {"b/#", "^b", "x/+"}, {"c/#", "^c", "x/#/y"}});
  BOOST_TEST(name(r, "a/b") == "b");
  BOOST_TEST(name(r, "a/") == "="); // nothing is left
  BOOST_TEST(name(r, "b/1") == "=");
  BOOST_TEST(filter(r, "b/1") == "x/+"); // fine for a subscription
  BOOST_TEST(filter(r, "c/1") == "=");
  BOOST_TEST(name(r, std::string(65'533, 'b') + "/x") == "=");
}

BOOST_AUTO_TEST_CASE(prefixes_of_subscriptions_stay) {
  const auto r = rules({{"x/#", "^x/(.+)$", "z/$1"}, {"$share/#", "^.share/(.+)$", "wrong/$1"}});
  BOOST_TEST(filter(r, "x/1") == "z/1");
  BOOST_TEST(filter(r, "x/+/2") == "z/+/2");
  BOOST_TEST(filter(r, "$share/g/x/1") == "$share/g/z/1");
  BOOST_TEST(filter(r, "$queue/x/1") == "$queue/z/1");
  BOOST_TEST(filter(r, "$exclusive/x/1") == "$exclusive/z/1");
  BOOST_TEST(filter(r, "$share/g/y") == "=");
}

BOOST_AUTO_TEST_CASE(rules_are_checked) {
  BOOST_TEST(check_rewrite_rule({"x/#", "^x/(.+)$", "z/$1"}) == "");
  BOOST_TEST(check_rewrite_rule({"x/#/y", "x", "z"}).find("filter") != std::string::npos);
  BOOST_TEST(check_rewrite_rule({"x/#", "(x", "z"}).find("regular expression") != std::string::npos);
  BOOST_TEST(check_rewrite_rule({"x/#", "(x)\\1", "z"}) != ""); // no back references: time stays linear
  BOOST_TEST(check_rewrite_rule({"x/#", "x", ""}) != "");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "(x)";
  BOOST_TEST(check_rewrite_rule({"x/#", many, "z"}) == "at most 99 groups");
}

BOOST_AUTO_TEST_SUITE_END()
