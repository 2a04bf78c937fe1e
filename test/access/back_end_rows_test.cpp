// What back ends keep of users: passwords, superusers and rules.
#include "actors/access/back_end_rows.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

namespace {

const client_facts alice{.client_id = "c1", .username = "alice", .peer_host = "10.1.2.3"};

back_end_row row(std::initializer_list<const char*> values) {
  back_end_row out;
  for (const char* v : values)
    out.push_back(v == nullptr ? std::nullopt : std::optional<std::string>{v});
  return out;
}

// What the rows say of a publish: "allow", "deny", "nothing".
std::string says(std::initializer_list<back_end_row> rows, const char* topic,
                 operation what = operation::publish) {
  const auto result = decide_by(read_acl_rows(rows).rules, alice, {what, topic});
  return result ? std::string{to_string(*result)} : "nothing";
}

} // namespace

BOOST_AUTO_TEST_SUITE(rows_of_back_ends)

BOOST_AUTO_TEST_CASE(passwords) {
  const hash_scheme plain = *parse_hash_scheme("plain"), salted = *parse_hash_scheme("salt,md5");
  BOOST_TEST(matches_row(plain, row({"p"}), "p"));
  BOOST_TEST(!matches_row(plain, row({"p"}), "q"));
  for (const auto& none : {row({}), row({nullptr}), row({""})})
    BOOST_TEST(!matches_row(plain, none, ""));
  const auto kept = *hash_password(salted, "pinch", "p");
  BOOST_TEST(matches_row(salted, row({kept.c_str(), "pinch"}), "p"));
  BOOST_TEST(!matches_row(salted, row({kept.c_str(), "other"}), "p"));
  BOOST_TEST(!matches_row(salted, row({kept.c_str()}), "p"));
}

BOOST_AUTO_TEST_CASE(superusers) {
  for (const char* yes : {"1", "t", "true"})
    BOOST_TEST(is_superuser_row(row({yes})), yes);
  for (const auto& no : {row({}), row({nullptr}), row({"0"}), row({"f"}), row({"2"}), row({""})})
    BOOST_TEST(!is_superuser_row(no));
}

BOOST_AUTO_TEST_CASE(whom_a_rule_concerns) {
  BOOST_TEST(says({row({"1", nullptr, "alice", nullptr, "3", "a"})}, "a") == "allow");
  BOOST_TEST(says({row({"0", nullptr, "alice", "c1", "3", "a"})}, "a") == "deny");
  BOOST_TEST(says({row({"0", nullptr, "alice", "c2", "3", "a"})}, "a") == "nothing");
  BOOST_TEST(says({row({"1", "10.0.0.0/8", "", "", "3", "a"})}, "a") == "allow");
  BOOST_TEST(says({row({"1", "11.0.0.0/8", nullptr, nullptr, "3", "a"})}, "a") == "nothing");
  BOOST_TEST(says({row({"1", "11.0.0.0/8", "$all", nullptr, "3", "a"})}, "a") == "allow"); // as in EMQ X
}

BOOST_AUTO_TEST_CASE(what_a_rule_is_about) {
  const auto subscribe = row({"1", nullptr, "$all", nullptr, "1", "a/#"});
  BOOST_TEST(says({subscribe}, "a/b") == "nothing");
  BOOST_TEST(says({subscribe}, "a/b", operation::subscribe) == "allow");
  BOOST_TEST(says({row({"1", nullptr, "$all", nullptr, "2", "%u/%c"})}, "alice/c1") == "allow");
  BOOST_TEST(says({row({"1", nullptr, "$all", nullptr, "2", "%u/%c"})}, "alice/c2") == "nothing");
  BOOST_TEST(says({row({"1", nullptr, "$all", nullptr, "3", "eq a/+"})}, "a/b", operation::subscribe) ==
             "nothing");
  BOOST_TEST(says({row({"1", nullptr, "$all", nullptr, "3", "eq a/+"})}, "a/+", operation::subscribe) ==
             "allow");
}

BOOST_AUTO_TEST_CASE(the_first_rule_decides) {
  const auto no = row({"0", nullptr, "$all", nullptr, "3", "a"}),
             yes = row({"1", nullptr, "$all", nullptr, "3", "#"});
  BOOST_TEST(says({no, yes}, "a") == "deny");
  BOOST_TEST(says({yes, no}, "a") == "allow");
  BOOST_TEST(says({}, "a") == "nothing");
}

BOOST_AUTO_TEST_CASE(what_is_no_rule) {
  for (const auto& bad :
       {row({}), row({"1"}), row({"2", nullptr, "$all", nullptr, "3", "a"}),
        row({"1", nullptr, "$all", nullptr, "4", "a"}), row({"1", nullptr, "$all", nullptr, "3", "a/#/b"}),
        row({"1", nullptr, "$all", nullptr, "3", nullptr}), row({"1", "10.0.0", nullptr, nullptr, "3", "a"}),
        row({"1", nullptr, nullptr, "", "3", "a"}), row({nullptr, nullptr, "$all", nullptr, "3", "a"})})
    BOOST_TEST(!read_acl_row(bad).has_value());
  BOOST_TEST(read_allowed_topic("a/+", "1").has_value());
  BOOST_TEST(!read_allowed_topic("a/+", "0").has_value());
  BOOST_TEST(!read_allowed_topic("", "1").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_rule_opens_nothing) {
  const auto all = row({"1", nullptr, "$all", nullptr, "3", "#"});
  // One that was to allow something is left out.
  const auto allows = row({"1", nullptr, "$all", nullptr, "4", "a"});
  BOOST_TEST(says({allows}, "a") == "nothing");
  BOOST_TEST(says({allows, all}, "a") == "allow");
  // One that was to deny something that nobody knows denies all that no row before it decides.
  for (const auto& denies :
       {row({"0", nullptr, "$all", nullptr, "4", "a"}), row({"0", nullptr, "$all", nullptr, "3", "a/#/b"}),
        row({"0", "10.0.0", nullptr, nullptr, "3", "a"}), row({"0", nullptr, nullptr, nullptr, "3", "a"}),
        row({"0"}), row({nullptr}), row({})}) {
    BOOST_TEST(says({denies, all}, "b") == "deny");
    BOOST_TEST(says({denies}, "b", operation::subscribe) == "deny");
    BOOST_TEST(says({row({"1", nullptr, "alice", nullptr, "3", "b"}), denies, all}, "b") == "allow");
  }
  // Where only this is not clear, it denies what it is about.
  for (const char* unclear : {"2", "yes", ""}) {
    const auto denies = row({unclear, nullptr, "alice", nullptr, "2", "a"});
    BOOST_TEST(says({denies, all}, "a") == "deny");
    BOOST_TEST(says({denies, all}, "a", operation::subscribe) == "allow");
    BOOST_TEST(says({denies, all}, "b") == "allow");
    BOOST_TEST(says({row({unclear, nullptr, "bob", nullptr, "2", "a"}), all}, "a") == "allow");
  }
  const auto read = read_acl_rows({all, allows, row({"0"}), all});
  BOOST_TEST(read.unclear == 2U);
  BOOST_TEST(read.example == "'1', NULL, '$all', NULL, '4', 'a'");
  BOOST_TEST(read_acl_rows({all}).unclear == 0U);
}

BOOST_AUTO_TEST_CASE(passwords_of_directories) {
  for (const char* stored :
       {"secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{ssha}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
        "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="})
    BOOST_TEST_CONTEXT(stored) {
      BOOST_TEST(matches_ldap_password(stored, "secret"));
      BOOST_TEST(!matches_ldap_password(stored, "secrets"));
      BOOST_TEST(!matches_ldap_password(stored, ""));
    }
  for (const char* none : {"", "{SSHA}", "{SSHA}!!!", "{SSHA}AAAA", "{MYSTERY}secret", "{SHA}"})
    BOOST_TEST(!matches_ldap_password(none, "secret"), none);
  BOOST_TEST(!matches_ldap_password("", ""));
}

BOOST_AUTO_TEST_CASE(texts_in_filters) {
  BOOST_TEST(escape_ldap_value("alice") == "alice");
  BOOST_TEST(escape_ldap_value("a*(b)\\c\r\xC3\xA9") == "a\\2a\\28b\\29\\5cc\\0d\\c3\\a9");
}

BOOST_AUTO_TEST_SUITE_END()
