// What the API shows of a resource's secrets, and what it takes back for them.
#include "troupe/rules/hidden_password.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::rules;
namespace json = boost::json;

namespace {

json::object object(const char* text) { return json::parse(text).as_object(); }

} // namespace

BOOST_AUTO_TEST_SUITE(hidden_passwords)

BOOST_AUTO_TEST_CASE(secrets_are_not_shown) {
  const auto shown =
      without_password(object(R"({"url":"http://x","password":"p","headers":{"Authorization":"Bearer t",
    "x-api-key":"k","accept":"*/*"}})"));
  BOOST_TEST(
      json::serialize(shown) ==
      R"({"url":"http://x","password":"******","headers":{"Authorization":"******","x-api-key":"******","accept":"*/*"}})");
  BOOST_TEST(json::serialize(without_password(object(R"({"password":"","headers":{}})"))) ==
             R"({"password":"","headers":{}})");
}

BOOST_AUTO_TEST_CASE(a_change_made_of_an_answer_keeps_them) {
  const auto before = object(R"({"password":"p","headers":{"authorization":"t","accept":"a"}})");
  auto same = without_password(before);
  keep_password(same, before);
  BOOST_TEST(json::serialize(same) == json::serialize(before));
  auto changed = object(R"({"password":"new","headers":{"authorization":"new","accept":"******"}})");
  keep_password(changed, before);
  BOOST_TEST(json::serialize(changed) ==
             R"({"password":"new","headers":{"authorization":"new","accept":"******"}})");
  auto other = object(R"({"password":"******"})");
  keep_password(other, object(R"({"url":"x"})"));
  BOOST_TEST(json::serialize(other) == R"({"password":"******"})");
}

BOOST_AUTO_TEST_SUITE_END()
