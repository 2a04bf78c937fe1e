// Retained messages are listed and removed.
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace troupe::test;

namespace {

struct retaining_broker : served_broker {
  explicit retaining_broker(std::string configuration = "node.io_threads = 2\n")
      : served_broker(std::move(configuration)) {}

  // Publishes them and waits until the retainer has them all.
  void retain(const std::vector<std::string>& topics) {
    peer_ptr publisher = mqtt({.client_id = "p"});
    for (const auto& topic : topics)
      publisher->publish(topic, "12345", 1, true);
    BOOST_TEST_REQUIRE(eventually([&] { return messages() == static_cast<std::int64_t>(topics.size()); }));
  }

  std::int64_t messages() {
    return get("/nodes/emqx@127.0.0.1/retainer").data().at("messages").to_number<std::int64_t>();
  }

  std::vector<std::string> topics(const std::string& query = "") {
    std::vector<std::string> out;
    const reply r = get("/retainer/messages" + query);
    for (const auto& row : r.data().as_array())
      out.emplace_back(row.at("topic").as_string());
    return out;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(retainer)

BOOST_FIXTURE_TEST_CASE(rows, retaining_broker) {
  BOOST_TEST(topics().empty());
  const auto before = now_ms() / 1000;
  retain({"a/b", "a/c", "b"});
  const reply figures = get("/retainer");
  BOOST_TEST(figures.data().at(0).at("node").as_string() == "emqx@127.0.0.1");
  BOOST_TEST(figures.data().at(0).at("messages_max") == 3);
  BOOST_TEST(figures.data().at(0).at("bytes").to_number<int>() > 15);
  const reply all = get("/retainer/messages");
  const auto& row = all.data().at(0).as_object();
  BOOST_TEST(row.at("topic").as_string() == "a/b");
  BOOST_TEST(row.at("qos") == 1);
  BOOST_TEST(row.at("payload_size") == 5);
  BOOST_TEST(row.at("clientid").as_string() == "p");
  BOOST_TEST(row.at("node").as_string() == "emqx@127.0.0.1");
  BOOST_TEST(parse_time(row.at("published_at").as_string().c_str()) >= before);
  BOOST_TEST(all.meta().at("count") == 3);
  BOOST_TEST(all.meta().at("hasnext") == false);
  BOOST_TEST((topics("?filter=a/%23") == std::vector<std::string>{"a/b", "a/c"}));
  BOOST_TEST((topics("?filter=b") == std::vector<std::string>{"b"}));
  BOOST_TEST(get("/retainer/messages?filter=a/%23").meta().at("count") == -1);
  for (const char* bad : {"?filter=a%23", "?filter=", "?_page=x", "?_limit=-1"})
    BOOST_TEST(get(std::string{"/retainer/messages"} + bad).status == 400, bad);
}

BOOST_FIXTURE_TEST_CASE(pages, retaining_broker) {
  std::vector<std::string> many;
  for (int i = 0; i < 9000; ++i) // more than the retainer looks at in one go
    many.push_back("many/" + std::to_string(i));
  retain(many);
  std::set<std::string> seen;
  for (int page = 1; page <= 4; ++page) {
    const reply r = get("/retainer/messages?_limit=2500&_page=" + std::to_string(page));
    BOOST_TEST(r.data().as_array().size() == (page < 4 ? 2500u : 1500u));
    BOOST_TEST(r.meta().at("hasnext").as_bool() == (page < 4));
    for (const auto& row : r.data().as_array())
      seen.emplace(row.at("topic").as_string());
  }
  BOOST_TEST(seen.size() == many.size());
  BOOST_TEST(topics("?_limit=3000&_page=4").empty());
  BOOST_TEST(del("/retainer/messages").text == R"({"code":0,"data":{"removed":9000}})");
  BOOST_TEST(messages() == 0);
}

BOOST_FIXTURE_TEST_CASE(removing, retaining_broker) {
  retain({"a/b", "a/c", "b", "c"});
  BOOST_TEST(del("/retainer/messages/a%2F%23").text == R"({"code":0,"data":{"removed":2}})");
  BOOST_TEST((topics() == std::vector<std::string>{"b", "c"}));
  BOOST_TEST(del("/retainer/messages/b").text == R"({"code":0,"data":{"removed":1}})");
  BOOST_TEST(del("/retainer/messages/b").text == R"({"code":0,"data":{"removed":0}})");
  BOOST_TEST(del("/retainer/messages/b%23").status == 400);
  peer_ptr late = mqtt({.client_id = "late"});
  late->subscribe("#", 1);
  BOOST_TEST(late->next().topic == "c");
}

BOOST_AUTO_TEST_SUITE_END()
