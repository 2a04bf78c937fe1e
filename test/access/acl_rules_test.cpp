// The decisions of compiled rules.
#include "troupe/access/acl_file.hpp"
#include "troupe/access/acl_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::access;

namespace {

constexpr auto pub = operation::publish;
constexpr auto sub = operation::subscribe;

struct rules {
  explicit rules(std::string_view text) : file(parse_acl_file(text)), set(file.rules) {
    BOOST_TEST_REQUIRE(file.errors.empty());
  }

  // "allow", "deny" or "" when no rule matches.
  std::string ask(operation what, std::string_view topic) const {
    const subject who{client_id, username, has_address ? &address : nullptr};
    const auto result = set.decide(who, what, topic);
    return result ? std::string{to_string(*result)} : "";
  }

  acl_file file;
  acl_rules set;
  std::string client_id = "c";
  std::string username = "u";
  mqtt::ip_address address = *mqtt::parse_ip("10.0.0.1");
  bool has_address = true;
};

} // namespace

BOOST_AUTO_TEST_SUITE(acl_rule_decisions)

BOOST_AUTO_TEST_CASE(the_rules_that_emqx_ships) {
  rules r{R"({allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.
             {allow, {ipaddr, "127.0.0.1"}, pubsub, ["$SYS/#", "#"]}.
             {deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.
             {allow, all}.)"};
  BOOST_TEST(r.ask(sub, "#") == "deny");
  BOOST_TEST(r.ask(sub, "$SYS/brokers") == "deny");
  BOOST_TEST(r.ask(sub, "a/#") == "allow");
  BOOST_TEST(r.ask(sub, "+/#") == "allow");
  BOOST_TEST(r.ask(pub, "$SYS/x") == "allow");
  r.username = "dashboard";
  BOOST_TEST(r.ask(sub, "$SYS/brokers") == "allow");
  BOOST_TEST(r.ask(sub, "#") == "deny");
  r.address = *mqtt::parse_ip("127.0.0.1");
  BOOST_TEST(r.ask(sub, "#") == "allow");
  r.has_address = false;
  BOOST_TEST(r.ask(sub, "#") == "deny");
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_matches_decides) {
  const rules r{
      R"({allow, all, publish, ["a"]}. {deny, all, pubsub, ["a"]}. {deny, {user, "u"}, publish, ["b"]}.
                   {allow, {client, "c"}, pubsub, ["b"]}.)"};
  BOOST_TEST(r.ask(pub, "a") == "allow");
  BOOST_TEST(r.ask(sub, "a") == "deny");
  BOOST_TEST(r.ask(pub, "b") == "deny");
  BOOST_TEST(r.ask(sub, "b") == "allow");
  BOOST_TEST(r.ask(pub, "c") == "");
  BOOST_TEST(rules{""}.ask(pub, "a") == "");
  BOOST_TEST(rules{"{deny, all, pubsub, []}."}.ask(pub, "a") == "");
}

BOOST_AUTO_TEST_CASE(wildcards_as_in_emqx) {
  const rules r{R"({allow, all, pubsub, ["a/+/c", "b/#", "+/x"]}.)"};
  BOOST_TEST(r.ask(pub, "a/b/c") == "allow");
  BOOST_TEST(r.ask(pub, "a//c") == "allow");
  BOOST_TEST(r.ask(pub, "a/b/c/d") == "");
  BOOST_TEST(r.ask(pub, "a/b") == "");
  BOOST_TEST(r.ask(pub, "b") == "allow"); // `b/#` has `b`
  BOOST_TEST(r.ask(pub, "b/c/d") == "allow");
  BOOST_TEST(r.ask(pub, "$x/x") == "allow"); // a wildcard matches such a level, too
  BOOST_TEST(r.ask(sub, "b/#") == "allow");
  BOOST_TEST(r.ask(sub, "b/+/#") == "allow");
  BOOST_TEST(r.ask(sub, "a/+/c") == "allow");
  BOOST_TEST(r.ask(sub, "+/+/c") == ""); // more than `a/+/c`
  BOOST_TEST(rules{R"({deny, all, pubsub, ["#"]}.)"}.ask(pub, "$SYS/a") == "deny");
}

BOOST_AUTO_TEST_CASE(an_allowing_plus_does_not_grant_a_subtree) {
  BOOST_TEST(rules{R"({allow, all, subscribe, ["a/+"]}.)"}.ask(sub, "a/#") == "");
  BOOST_TEST(rules{R"({deny, all, subscribe, ["a/+"]}.)"}.ask(sub, "a/#") == "deny"); // as in EMQ X
  BOOST_TEST(rules{R"({allow, all, subscribe, ["a/+"]}. {deny, all, subscribe, ["a/+"]}.)"}.ask(sub, "a/#") ==
             "deny");
  BOOST_TEST(rules{R"({allow, all, subscribe, ["+"]}.)"}.ask(sub, "#") == "");
  BOOST_TEST(rules{R"({allow, all, subscribe, ["a/+/#"]}.)"}.ask(sub, "a/#") == "");
}

BOOST_AUTO_TEST_CASE(eq_compares_texts) {
  const rules r{R"({deny, all, pubsub, [{eq, "a/+"}, {eq, "b/#"}, {eq, "c/%c"}, {eq, "d"}]}.)"};
  BOOST_TEST(r.ask(sub, "a/+") == "deny");
  BOOST_TEST(r.ask(sub, "a/b") == "");
  BOOST_TEST(r.ask(sub, "a/#") == "");
  BOOST_TEST(r.ask(sub, "b/#") == "deny");
  BOOST_TEST(r.ask(sub, "b") == "");
  BOOST_TEST(r.ask(pub, "c/%c") == "deny");
  BOOST_TEST(r.ask(pub, "c/c") == "");
  BOOST_TEST(r.ask(pub, "d") == "deny");
}

BOOST_AUTO_TEST_CASE(placeholders_stand_for_whole_levels) {
  rules r{R"({allow, all, pubsub, ["d/%c/#", "e/%u", "%c%u"]}.)"};
  r.client_id = "id";
  r.username = "name";
  BOOST_TEST(r.ask(pub, "d/id/x") == "allow");
  BOOST_TEST(r.ask(pub, "d/other/x") == "");
  BOOST_TEST(r.ask(pub, "e/name") == "allow");
  BOOST_TEST(r.ask(pub, "idname") == "");
  BOOST_TEST(r.ask(pub, "%c%u") == "allow"); // a level that only contains them is a text
  r.username = "";
  BOOST_TEST(r.ask(pub, "e/") == "");
  BOOST_TEST(r.ask(pub, "e/%u") == "");
  r.client_id = "a/b";
  BOOST_TEST(r.ask(pub, "d/a/b/x") == "");
  for (const char* wild : {"+", "#"}) {
    r.client_id = wild;
    BOOST_TEST(r.ask(sub, "d/" + r.client_id) == "");
  }
  r.client_id = "+";
  BOOST_TEST(r.ask(sub, "d/+/x") == "");
}

BOOST_AUTO_TEST_CASE(users_and_clients) {
  rules r{R"({allow, {user, "a"}, publish, ["t"]}. {deny, {client, "b"}, publish, ["t"]}.
             {allow, {user, all}, publish, ["v"]}.)"};
  BOOST_TEST(r.ask(pub, "t") == "");
  r.client_id = "b";
  BOOST_TEST(r.ask(pub, "t") == "deny");
  r.username = "a";
  BOOST_TEST(r.ask(pub, "t") == "allow");
  r.username = "";
  BOOST_TEST(r.ask(pub, "t") == "deny");
  BOOST_TEST(r.ask(pub, "v") == "allow"); // as in EMQ X: of whoever has no user name, too
}

BOOST_AUTO_TEST_CASE(networks_within_networks) {
  rules r{R"({deny,  {ipaddr, "10.1.2.0/24"}, publish, ["t"]}.
             {allow, {ipaddr, "10.1.2.3"}, publish, ["t"]}.
             {allow, {ipaddr, "10.1.0.0/16"}, pubsub, ["t"]}.
             {deny,  {ipaddr, "10.0.0.0/8"}, pubsub, ["t"]}.
             {allow, {ipaddr, "fd00::/8"}, pubsub, ["t"]}.
             {deny,  {ipaddr, "0.0.0.0/0"}, pubsub, ["t"]}.)"};
  const auto from = [&r](std::string_view address, operation what) {
    r.address = *mqtt::parse_ip(address);
    return r.ask(what, "t");
  };
  BOOST_TEST(from("10.1.2.3", pub) == "deny");
  BOOST_TEST(from("10.1.2.3", sub) == "allow");
  BOOST_TEST(from("10.1.3.3", pub) == "allow");
  BOOST_TEST(from("10.2.0.0", pub) == "deny");
  BOOST_TEST(from("9.255.255.255", pub) == "deny");
  BOOST_TEST(from("fd00::1", pub) == "allow");
  BOOST_TEST(from("fe00::1", pub) == "");
  BOOST_TEST(from("::1", pub) == "");
}

BOOST_AUTO_TEST_CASE(and_and_or) {
  rules r{R"({allow, {'and', [{user, "a"}, {client, "b"}]}, publish, ["t"]}.
             {deny, {'or', [{user, "a"}, {client, "b"}, {ipaddr, "10.0.0.9"}]}, publish, ["t"]}.
             {allow, {'and', [{'or', [{user, "x"}, {user, "y"}]}, {ipaddr, "10.0.0.0/8"}]}, publish, ["t"]}.)"};
  BOOST_TEST(r.ask(pub, "t") == "");
  r.username = "a";
  BOOST_TEST(r.ask(pub, "t") == "deny");
  r.client_id = "b";
  BOOST_TEST(r.ask(pub, "t") == "allow");
  r.username = "y";
  BOOST_TEST(r.ask(pub, "t") == "deny");
  r.client_id = "c";
  BOOST_TEST(r.ask(pub, "t") == "allow");
  r.address = *mqtt::parse_ip("10.0.0.9");
  BOOST_TEST(r.ask(pub, "t") == "deny");
  r.address = *mqtt::parse_ip("11.0.0.9");
  BOOST_TEST(r.ask(pub, "t") == "");
}

BOOST_AUTO_TEST_CASE(topics_with_more_levels_than_rules_have) {
  std::string deep = "a";
  for (std::size_t i = 1; i < max_acl_topic_levels; ++i)
    deep += "/a";
  const rules r{"{deny, all, publish, [\"" + deep + "\"]}. {allow, all, publish, [\"a/#\"]}."};
  BOOST_TEST(r.ask(pub, deep) == "deny");
  BOOST_TEST(r.ask(pub, deep + "/a") == "allow");
  BOOST_TEST(r.ask(pub, std::string(65'535, '/')) == "");
}

BOOST_AUTO_TEST_CASE(a_chain_asks_one_after_the_other) {
  const auto first =
      std::make_shared<const acl_rules>(parse_acl_file(R"({deny, all, publish, ["a"]}.)").rules);
  const auto second =
      std::make_shared<const acl_rules>(parse_acl_file(R"({allow, all, publish, ["a", "b"]}.)").rules);
  const acl_chain chain{{first, second}};
  BOOST_TEST((chain.decide({}, pub, "a") == decision::deny));
  BOOST_TEST((chain.decide({}, pub, "b") == decision::allow));
  BOOST_TEST(!chain.decide({}, pub, "c"));
  BOOST_TEST(!acl_chain{}.decide({}, pub, "a"));
}

BOOST_AUTO_TEST_SUITE_END()
