// Applications: who may use the API.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

std::string basic(const std::string& id, const std::string& secret) {
  return httplib::make_basic_authentication_header(id, secret).second;
}

struct app_broker : served_broker {
  int status(const std::string& id, const std::string& secret) {
    return raw_get("/api/v4/brokers", basic(id, secret)).status;
  }
  object app(const std::string& id) { return get("/apps/" + id).data().as_object(); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(apps)

BOOST_FIXTURE_TEST_CASE(the_default_one, app_broker) {
  BOOST_TEST(get("/apps").data().as_array().size() == 1u);
  const auto first = get("/apps").data().at(0).as_object();
  BOOST_TEST(first.at("app_id").as_string() == "admin");
  BOOST_TEST(first.at("status").as_bool());
  BOOST_TEST(first.at("expired").as_string() == "undefined");
  BOOST_TEST(!first.contains("secret"));
  BOOST_TEST((first == app("admin")));
  BOOST_TEST(get("/apps/none").text == R"({"code":0,"data":{}})");
}

BOOST_FIXTURE_TEST_CASE(a_life, app_broker) {
  const auto made = post(
      "/apps", R"({"app_id":"a/b","name":"n","secret":"s e:c","desc":"d","status":true,"expired":null})");
  BOOST_TEST(made.text == R"({"code":0,"data":{"secret":"s e:c"}})");
  BOOST_TEST(boost::json::serialize(app("a%2Fb")) ==
             R"({"app_id":"a/b","name":"n","desc":"d","status":true,"expired":"undefined"})");
  BOOST_TEST(status("a/b", "s e:c") == 200);
  BOOST_TEST(status("a/b", "s e:c") == 200); // known by now
  BOOST_TEST(status("a/b", "S e:c") == 401);
  BOOST_TEST(post("/apps", R"({"app_id":"a/b","name":"n"})").text ==
             R"({"code":102,"message":"alread_existed"})");
  BOOST_TEST(put("/apps/a%2Fb", R"({"name":"n","status":false})").text == R"({"code":0})");
  BOOST_TEST(status("a/b", "s e:c") == 401);
  BOOST_TEST(boost::json::serialize(app("a%2Fb")) ==
             R"({"app_id":"a/b","name":"n","desc":"","status":false,"expired":"undefined"})");
  BOOST_TEST(put("/apps/a%2Fb", R"({"name":"m","status":true,"expired":1})").code() == 0);
  BOOST_TEST(app("a%2Fb").at("expired").as_int64() == 1);
  BOOST_TEST(app("a%2Fb").at("name").as_string() == "m");
  BOOST_TEST(status("a/b", "s e:c") == 401); // it has expired
  const auto later = std::to_string(now_ms() / 1000 + 3600);
  BOOST_TEST(put("/apps/a%2Fb", R"({"status":true,"expired":)" + later + "}").code() == 0);
  BOOST_TEST(status("a/b", "s e:c") == 200);
  BOOST_TEST(put("/apps/a%2Fb", R"({"status":true,"expired":"undefined"})").code() == 0);
  BOOST_TEST(status("a/b", "s e:c") == 200);
  // All but the status is replaced.
  BOOST_TEST(put("/apps/a%2Fb", R"({"desc":"d","expired":)" + later + "}").code() == 0);
  BOOST_TEST(put("/apps/a%2Fb", R"({"name":"o"})").code() == 0);
  BOOST_TEST(boost::json::serialize(app("a%2Fb")) ==
             R"({"app_id":"a/b","name":"o","desc":"","status":true,"expired":"undefined"})");
  BOOST_TEST(status("a/b", "s e:c") == 200);
  for (int again = 0; again < 2; ++again)
    BOOST_TEST(del("/apps/a%2Fb").text == R"({"code":0})");
  BOOST_TEST(status("a/b", "s e:c") == 401);
  BOOST_TEST(put("/apps/a%2Fb", "{}").text == R"({"code":102,"message":"not_found"})");
}

BOOST_FIXTURE_TEST_CASE(random_secrets, app_broker) {
  std::vector<std::string> secrets;
  for (const char* id : {"one", "two"}) {
    const auto made = post("/apps", std::string(R"({"app_id":")") + id + R"(","name":"n","secret":""})");
    secrets.emplace_back(made.data().at("secret").as_string());
    BOOST_TEST(secrets.back().size() == 32u);
    BOOST_TEST(status(id, secrets.back()) == 200);
  }
  BOOST_TEST(secrets[0] != secrets[1]);
  BOOST_TEST(status("one", secrets[1]) == 401);
}

BOOST_FIXTURE_TEST_CASE(wrong_parameters, app_broker) {
  for (const char* body : {"{}", R"({"app_id":"x"})", R"({"name":"n"})", R"({"app_id":"","name":"n"})"})
    BOOST_TEST(post("/apps", body).code() == 107, body);
  for (const char* body :
       {R"({"app_id":5,"name":"n"})", R"({"app_id":"x","name":[]})",
        R"({"app_id":"x","name":"n","secret":1})", R"({"app_id":"x","name":"n","status":"on"})",
        R"({"app_id":"x","name":"n","expired":"never"})", R"({"app_id":"x","name":"n","expired":-1})",
        R"({"app_id":"a:b","name":"n"})", R"({"app_id":"x\u0000","name":"n"})"})
    BOOST_TEST(post("/apps", body).status == 400, body);
  BOOST_TEST(put("/apps/admin", R"({"status":1})").status == 400);
  BOOST_TEST(get("/apps").data().as_array().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(guessing_is_limited, app_broker) {
  BOOST_TEST(post("/apps", R"({"app_id":"a","name":"n","secret":"right"})").code() == 0);
  const auto message = [&](const std::string& secret) {
    return std::string(raw_get("/api/v4/brokers", basic("a", secret)).body.at("message").as_string());
  };
  int guesses = 0;
  std::string last;
  while ((last = message("wrong")) == "Wrong user name or password")
    BOOST_TEST_REQUIRE(++guesses < 1'000);
  BOOST_TEST(guesses >= 50);
  BOOST_TEST(last == "Too many wrong passwords"); // only now: one more guess comes free with time
  BOOST_TEST(status("admin", "public") == 200);   // each application for itself
  // The right one is refused too, or guessing would go on; a moment later it is not.
  BOOST_TEST(eventually([&] { return status("a", "right") == 200; }));
}

BOOST_AUTO_TEST_SUITE_END()
