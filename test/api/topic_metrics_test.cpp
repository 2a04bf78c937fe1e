// The figures of registered topics.
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

struct measured_broker : served_broker {
  measured_broker() : served_broker("modules.load = emqx_mod_topic_metrics\nnode.io_threads = 3\n") {}

  std::int64_t figure(const std::string& topic, const std::string& name) {
    return get("/topic-metrics/" + topic).data().at(name + ".count").as_int64();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(topic_metrics)

BOOST_FIXTURE_TEST_CASE(the_module_is_off, served_broker) {
  for (const reply& r :
       {get("/topic-metrics"), get("/topic-metrics/a"), post("/topic-metrics", R"({"topic":"a"})"),
        del("/topic-metrics"), del("/topic-metrics/a")})
    BOOST_TEST(r.text == R"({"code":102,"message":"module_not_loaded"})");
}

BOOST_FIXTURE_TEST_CASE(messages_are_counted_by_quality, measured_broker) {
  peer_ptr subscriber = mqtt({.client_id = "s"}), publisher = mqtt({.client_id = "p"});
  subscriber->subscribe("m/a", 1);
  publisher->publish("m/a", "too early", 2);
  subscriber->next();
  BOOST_TEST(post("/topic-metrics", R"({"topic":"m/a"})").text == R"({"code":0})");
  BOOST_TEST(post("/topic-metrics", R"({"topic":"m/nobody"})").text == R"({"code":0})");
  BOOST_TEST(post("/topic-metrics", R"({"topic":"m/a"})").text == R"({"code":0})"); // again
  for (int level : {0, 1, 1, 2, 2, 2})
    publisher->publish("m/a", "m", level);
  publisher->publish("m/nobody", "m", 1);
  publisher->publish("m/other", "m", 1);
  for (int i = 0; i < 6; ++i)
    subscriber->next();
  const std::pair<const char*, int> expected[] = {
      {"messages.in", 6},       {"messages.out", 6},      {"messages.qos0.in", 1},
      {"messages.qos1.in", 2},  {"messages.qos2.in", 3},  {"messages.qos0.out", 1},
      {"messages.qos1.out", 5}, {"messages.qos2.out", 0}, {"messages.dropped", 0}};
  for (auto [name, count] : expected)
    BOOST_TEST(figure("m%2Fa", name) == count, name);
  BOOST_TEST(figure("m%2Fnobody", "messages.dropped") == 1);
  BOOST_TEST(eventually(
      [&] { return get("/topic-metrics/m%2Fa").data().at("messages.in.rate").to_number<double>() > 0; }));
  reply all = get("/topic-metrics");
  BOOST_TEST(all.data().as_array().size() == 2u);
  for (const auto& row : all.data().as_array())
    BOOST_TEST(row.at("metrics").as_object().size() == 18u);
  BOOST_TEST(del("/topic-metrics/m%2Fa").text == R"({"code":0})");
  BOOST_TEST(get("/topic-metrics/m%2Fa").text == R"({"code":0,"data":{}})");
  BOOST_TEST(del("/topic-metrics").text == R"({"code":0})");
  BOOST_TEST(get("/topic-metrics").text == R"({"code":0,"data":[]})");
  publisher->publish("m/a", "m", 1); // nothing watches any more
  BOOST_TEST(subscriber->next().payload == "m");
}

BOOST_FIXTURE_TEST_CASE(names_are_checked, measured_broker) {
  BOOST_TEST(post("/topic-metrics", "{}").text == R"({"code":107,"message":"missing_required_params"})");
  BOOST_TEST(post("/topic-metrics", R"({"topic":7})").status == 400);
  for (const reply& r : {post("/topic-metrics", R"({"topic":"a/#"})"), get("/topic-metrics/a%2F%23"),
                         del("/topic-metrics/a%2F+")})
    BOOST_TEST(r.text == R"({"code":115,"message":"invalid_topic_name"})");
}

BOOST_FIXTURE_TEST_CASE(places_are_512, measured_broker) {
  for (int i = 0; i < 513; ++i)
    BOOST_TEST_REQUIRE(post("/topic-metrics", R"({"topic":"t)" + std::to_string(i) + "\"}").text ==
                       R"({"code":0})");
  BOOST_TEST(get("/topic-metrics").data().as_array().size() == 512u);
}

BOOST_AUTO_TEST_SUITE_END()
