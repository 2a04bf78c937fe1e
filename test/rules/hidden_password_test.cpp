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

BOOST_AUTO_TEST_CASE(passwords_in_urls_are_not_shown_and_are_kept) {
  const auto before =
      object(R"({"url":"https://u:p:q@h:1/a?b=c@d","other":"http://h/x:y@z","mail":"a:b@c"})");
  auto shown = without_password(before);
  BOOST_TEST(json::serialize(shown) ==
             R"({"url":"https://u:******@h:1/a?b=c@d","other":"http://h/x:y@z","mail":"a:b@c"})");
  keep_password(shown, before);
  BOOST_TEST(json::serialize(shown) == json::serialize(before));
  auto moved = object(R"({"url":"https://v:******@other/","other":"http://u:******@h/"})");
  keep_password(moved, before);
  BOOST_TEST(json::serialize(moved) == R"({"url":"https://v:p:q@other/","other":"http://u:******@h/"})");
  auto changed = object(R"({"url":"https://u:new@h"})");
  keep_password(changed, before);
  BOOST_TEST(json::serialize(changed) == R"({"url":"https://u:new@h"})");
}

// A file that was sent in the place of its path may be a key.
BOOST_AUTO_TEST_CASE(files_are_not_shown_and_are_kept) {
  const auto before = object(
      R"({"keyfile":{"filename":"k.pem","file":"KEY"},"certfile":{"filename":"","file":""},"cacertfile":"/ca"})");
  auto shown = without_password(before);
  BOOST_TEST(
      json::serialize(shown) ==
      R"({"keyfile":{"filename":"k.pem","file":"******"},"certfile":{"filename":"","file":""},"cacertfile":"/ca"})");
  keep_password(shown, before);
  BOOST_TEST(json::serialize(shown) == json::serialize(before));
  auto changed = object(R"({"keyfile":{"filename":"new.pem","file":"NEW"}})");
  keep_password(changed, before);
  BOOST_TEST(json::serialize(changed) == R"({"keyfile":{"filename":"new.pem","file":"NEW"}})");
  auto never = object(R"({"cacertfile":{"filename":"ca.pem","file":"******"}})");
  keep_password(never, before);
  BOOST_TEST(json::serialize(never) == R"({"cacertfile":{"filename":"ca.pem","file":"******"}})");
}

BOOST_AUTO_TEST_CASE(where_the_password_of_a_url_is) {
  using troupe::access::url_password;
  BOOST_TEST(url_password("http://u:p@h") == "p");
  BOOST_TEST(url_password("redis://:p@h/0") == "p");
  BOOST_TEST(url_password("http://u:p@w@h/") == "p@w");
  for (const char* none : {"", "://", "http://", "http://h:80/", "http://u@h", "http://u:@h", "u:p@h",
                           "http://h/?u:p@h", "http://h#u:p@h"})
    BOOST_TEST(url_password(none).empty(), none);
}

BOOST_AUTO_TEST_SUITE_END()
