// The rules of emqx_auth_mnesia: kept by login and topic, listed page by page, and what they decide.
#include "actors/node/acl_rows.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe;
using access::operation;

namespace {

// "allow", "deny" or "" when no rule matches.
std::string ask(const acl_rows& rules, const access::subject& who, operation what, std::string_view topic,
                bool by_clientid = false) {
  const auto found = rules.compile(by_clientid)->decide(who, what, topic);
  return found ? std::string{to_string(*found)} : "";
}

constexpr access::subject alice{"c", "alice", nullptr}, nobody{"c", "", nullptr};
const acl_subject everybody{acl_subject_kind::all, {}};
const std::vector logins{acl_subject_kind::login};
constexpr auto pub = operation::publish, sub = operation::subscribe;

} // namespace

BOOST_AUTO_TEST_SUITE(rows_of_rules)

BOOST_AUTO_TEST_CASE(decisions) {
  acl_rows rules;
  rules.put({login_subject("alice"), "a/#", "pub", true});
  rules.put({login_subject("alice"), "a/secret", "pubsub", false});
  rules.put({login_subject("alice"), "own/%u/%c", "sub", true});
  rules.put({everybody, "a/b", "pubsub", false});
  rules.put({everybody, "open", "sub", true});
  BOOST_TEST(ask(rules, alice, pub, "a/b") == "allow"); // her own rule goes first
  BOOST_TEST(ask(rules, alice, sub, "a/b") == "deny");
  BOOST_TEST(ask(rules, alice, pub, "a/secret") == "deny"); // what is denied goes first
  BOOST_TEST(ask(rules, alice, sub, "own/alice/c") == "allow");
  BOOST_TEST(ask(rules, alice, sub, "own/bob/c") == "");
  BOOST_TEST(ask(rules, nobody, pub, "a/b") == "deny");
  BOOST_TEST(ask(rules, nobody, sub, "open") == "allow");
  BOOST_TEST(ask(rules, nobody, pub, "open") == "");
  BOOST_TEST(ask(rules, {"alice", "", nullptr}, pub, "a/x", true) == "allow"); // a login is a client id
  BOOST_TEST(ask(rules, alice, pub, "a/x", true) == "");
  BOOST_TEST(ask({}, alice, pub, "a") == "");
}

BOOST_AUTO_TEST_CASE(of_client_ids_and_user_names) {
  using kind = acl_subject_kind;
  acl_rows rules;
  rules.put({{kind::clientid, "c"}, "a", "pub", true});
  rules.put({{kind::username, "alice"}, "b", "pub", true});
  rules.put({{kind::username, "alice"}, "a", "pub", false});
  rules.put({everybody, "c", "pub", false});
  for (const bool by_clientid : {false, true}) { // which concerns logins alone
    BOOST_TEST(ask(rules, alice, pub, "a", by_clientid) == "deny");
    BOOST_TEST(ask(rules, nobody, pub, "a", by_clientid) == "allow");
    BOOST_TEST(ask(rules, alice, pub, "b", by_clientid) == "allow");
    BOOST_TEST(ask(rules, nobody, pub, "b", by_clientid) == "");
    BOOST_TEST(ask(rules, nobody, pub, "c", by_clientid) == "deny");
  }
  BOOST_TEST(rules.page({{kind::username}, {}, 0, 9}).total == 2U);
  BOOST_TEST(rules.page({{kind::username, kind::all}, {}, 0, 9}).rows.size() == 3U);
  BOOST_TEST(rules.page({{kind::login}, {}, 0, 9}).total == 0U);
  for (const auto& row : rules.page({{kind::clientid, kind::username, kind::all}, {}, 0, 9}).rows) {
    const auto again = read_acl_record(to_record(row));
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST((again->who == row.who));
    BOOST_TEST(again->allow == row.allow);
  }
  BOOST_TEST(acl_key({kind::clientid, "c"}, "a") != acl_key({kind::username, "c"}, "a"));
  BOOST_TEST(acl_key({kind::clientid, "c"}, "a") != acl_key(login_subject("c"), "a"));
}

BOOST_AUTO_TEST_CASE(pages) {
  acl_rows rules;
  for (const char* login : {"b", "a"})
    for (const char* topic : {"2", "1", "3"})
      rules.put({login_subject(login), topic, "pub", true});
  const auto list = [&](const acl_query& q) {
    std::string out;
    for (const auto& row : rules.page(q).rows)
      out += row.who.name + row.topic + ' ';
    return out;
  };
  BOOST_TEST(list({logins, {}, 0, 10}) == "a1 a2 a3 b1 b2 b3 ");
  BOOST_TEST(list({logins, {}, 2, 2}) == "a3 b1 ");
  BOOST_TEST(list({logins, {}, 6, 2}) == "");
  BOOST_TEST(list({logins, "b", 0, 10}) == "b1 b2 b3 ");
  BOOST_TEST(list({logins, "b", 1, 1}) == "b2 ");
  BOOST_TEST(list({logins, "c", 0, 10}) == "");
  BOOST_TEST(rules.page({logins, {}, 0, 1}).total == 6U);
  rules.put({login_subject("a"), "1", "sub", false});
  BOOST_TEST(rules.page({logins, {}, 0, 1}).total == 6U);
  BOOST_TEST(rules.find(login_subject("a"), "1")->action == "sub");
  rules.erase(login_subject("a"), "1");
  rules.erase(login_subject("a"), "1");
  BOOST_TEST(!rules.find(login_subject("a"), "1").has_value());
}

BOOST_AUTO_TEST_CASE(records) {
  acl_rows rules;
  BOOST_TEST(
      rules.restore(boost::json::serialize(to_record(acl_row{login_subject("a"), "x/#", "pubsub", true}))));
  BOOST_TEST(rules.find(login_subject("a"), "x/#")->allow);
  for (const char* bad :
       {"", "{", "[]", R"({"login":"a","topic":"t","action":"all","allow":true})",
        R"({"topic":"t","action":"pub","allow":true})", R"({"login":"","topic":"t","action":"pub"})"})
    BOOST_TEST(!rules.restore(bad), bad);
  const auto user = user_row{user_kind::mnesia, "l", std::string("\0\1\2\3abc", 7), "md5", true};
  const auto again = read_user_record(to_record(user));
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(again->name == "l");
  BOOST_TEST(again->password == user.password);
  BOOST_TEST(again->hash == "md5");
  BOOST_TEST(again->superuser);
  auto other = to_record(user);
  other["hash"] = "sha3";
  BOOST_TEST(!read_user_record(other).has_value());
  const auto imported = read_exported_user(user_kind::mnesia, "md5", to_export(user));
  BOOST_TEST_REQUIRE(imported.has_value());
  BOOST_TEST(*imported->password == user.password);
  BOOST_TEST(user_key(user_kind::clientid, "a") != user_key(user_kind::username, "a"));
  BOOST_TEST(acl_key(login_subject("a"), "b/c") != acl_key(login_subject("a/b"), "c"));
}

BOOST_AUTO_TEST_SUITE_END()
