// Subscriptions and routes as the API shows them.
#include "api/three_clients.hpp"

#include <boost/json/serialize.hpp>

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(subscriptions)

BOOST_FIXTURE_TEST_CASE(rows, three_clients) {
  example->subscribe("$share/group/s/t", 2);
  const std::string node = R"(,"node":"emqx@127.0.0.1","clientid":)";
  BOOST_TEST(get("/subscriptions/detached").text ==
             R"({"code":0,"data":[{"topic":"d/+","qos":2)" + node + R"("detached"}]})");
  BOOST_TEST(get("/subscriptions/none").text == R"({"code":0,"data":[]})");
  BOOST_TEST(sorted(get("/nodes/emqx@127.0.0.1/subscriptions/example"), "topic") ==
                 (names{"$share/group/s/t", "a/b/c"}),
             boost::test_tools::per_element());
  reply first = get("/subscriptions?_limit=2"), second = get("/subscriptions?_limit=2&_page=2");
  BOOST_TEST(first.data().as_array().size() == 2u);
  BOOST_TEST(first.meta().at("hasnext").as_bool());
  BOOST_TEST(second.data().as_array().size() == 1u);
  BOOST_TEST(!second.meta().at("hasnext").as_bool());
}

BOOST_FIXTURE_TEST_CASE(routes, three_clients) {
  BOOST_TEST(sorted(get("/routes"), "topic") == (names{"a/b/c", "d/+"}), boost::test_tools::per_element());
  BOOST_TEST(get("/routes/a%2fb%2fc").text ==
             R"({"code":0,"data":[{"topic":"a/b/c","node":"emqx@127.0.0.1"}]})");
  BOOST_TEST(sorted(get("/routes/d%2F+"), "topic") == names{"d/+"}, boost::test_tools::per_element());
  BOOST_TEST(get("/routes/d%2F1").text == R"({"code":0,"data":[]})");
  reply page = get("/routes?_limit=1");
  BOOST_TEST(page.data().as_array().size() == 1u);
  BOOST_TEST(page.meta().at("count").as_int64() == 2);
  BOOST_TEST(page.meta().at("limit").as_int64() == 1);
  example->unsubscribe("a/b/c");
  BOOST_TEST(eventually([&] { return sorted(get("/routes"), "topic") == names{"d/+"}; }));
}

BOOST_AUTO_TEST_SUITE_END()
