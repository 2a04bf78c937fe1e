// What a table of users says of a name and a password.
#include "actors/access/user_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

BOOST_AUTO_TEST_SUITE(tables_of_users)

BOOST_AUTO_TEST_CASE(decisions) {
  using kind = auth_decision::kind;
  user_table table;
  BOOST_TEST(table.put("alice", {make_user_hash(hash_kind::sha256, "wonderland"), hash_kind::sha256, false}));
  BOOST_TEST(table.put("root", {make_user_hash(hash_kind::md5, ""), hash_kind::md5, true}));
  const auto says = [&](const char* name, const char* password) { return table.check(name, password).what; };
  BOOST_TEST((says("alice", "wonderland") == kind::success));
  BOOST_TEST((says("alice", "Wonderland") == kind::failure));
  BOOST_TEST((says("alice", "") == kind::failure));
  BOOST_TEST((says("bob", "wonderland") == kind::ignore));
  BOOST_TEST((says("", "") == kind::ignore));
  BOOST_TEST((says("root", "") == kind::success)); // an empty password is one
  BOOST_TEST(table.check("root", "").superuser);
  BOOST_TEST(!table.check("root", "x").superuser);
  BOOST_TEST(!table.check("alice", "wonderland").superuser);
}

BOOST_AUTO_TEST_CASE(users_come_and_go) {
  user_table table;
  table.put("a", {make_user_hash(hash_kind::plain, "1"), hash_kind::plain, false});
  table.put("a", {make_user_hash(hash_kind::plain, "2"), hash_kind::plain, false});
  BOOST_TEST(table.size() == 1U);
  BOOST_TEST((table.check("a", "2").what == auth_decision::kind::success));
  BOOST_TEST((table.check("a", "1").what == auth_decision::kind::failure));
  table.erase("a");
  table.erase("a");
  BOOST_TEST((table.find("a") == nullptr));
  BOOST_TEST((table.check("a", "2").what == auth_decision::kind::ignore));
}

BOOST_AUTO_TEST_SUITE_END()
