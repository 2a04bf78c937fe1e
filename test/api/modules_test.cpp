// Modules are switched, and what they do begins and ends at once.
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace troupe::test;

namespace {

struct switched_broker : served_broker {
  switched_broker()
      : served_broker("node.io_threads = 3\nmodule.rewrite.pub.rule.1 = old/# ^old/(.+)$ new/$1\n"
                      "module.subscription.1.topic = own/%c\nmodule.subscription.1.qos = 1\n") {}

  std::map<std::string, bool> active(const std::string& path = "/nodes/emqx@127.0.0.1/modules") {
    std::map<std::string, bool> out;
    const reply r = get(path);
    for (const auto& row : r.data().as_array())
      out[row.at("name").as_string().c_str()] = row.at("active").as_bool();
    return out;
  }

  void change(const std::string& what, int code = 0) {
    BOOST_TEST_CONTEXT(what) { BOOST_TEST(put("/modules/" + what).code() == code); }
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(modules)

BOOST_FIXTURE_TEST_CASE(the_list, served_broker) {
  const auto grouped = get("/modules").data().at(0).as_object();
  BOOST_TEST(grouped.at("node").as_string() == "emqx@127.0.0.1");
  const auto& rows = grouped.at("modules").as_array();
  const std::map<std::string, bool> expected{
      {"emqx_mod_delayed", false},     {"emqx_mod_topic_metrics", false}, {"emqx_mod_subscription", false},
      {"emqx_mod_acl_internal", true}, {"emqx_mod_rewrite", false},       {"emqx_mod_presence", true}};
  for (const auto& [name, on] : expected) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& r) { return r.at("name").as_string() == name; });
    BOOST_TEST_REQUIRE((row != rows.end()), name);
    BOOST_TEST(row->at("active").as_bool() == on, name);
    BOOST_TEST(!row->at("description").as_string().empty());
  }
  BOOST_TEST(get("/nodes/emqx@127.0.0.1/modules").data().as_array().size() == rows.size());
  BOOST_TEST(put("/modules/nope/load").status == 404);
  BOOST_TEST(put("/modules/nope/reload").status == 404);
  BOOST_TEST(put("/nodes/never@seen/modules/emqx_mod_delayed/load").status == 404);
}

BOOST_FIXTURE_TEST_CASE(switching_twice, switched_broker) {
  for (const char* name : {"emqx_mod_delayed", "emqx_mod_topic_metrics"}) {
    change(std::string(name) + "/unload", 111);
    change(std::string(name) + "/load");
    BOOST_TEST(active().at(name));
    const auto again = put("/nodes/emqx@127.0.0.1/modules/" + std::string(name) + "/load");
    BOOST_TEST(again.text == R"({"code":110,"message":"already_started"})");
    change(std::string(name) + "/reload");
    BOOST_TEST(put("/nodes/emqx@127.0.0.1/modules/" + std::string(name) + "/unload").code() == 0);
    BOOST_TEST(!active().at(name));
  }
}

BOOST_FIXTURE_TEST_CASE(rewriting, switched_broker) {
  peer_ptr subscriber = mqtt({.client_id = "s"}), publisher = mqtt({.client_id = "p"});
  subscriber->subscribe("+/x", 1);
  const auto arrives_at = [&] {
    publisher->publish("old/x", "m", 1);
    return subscriber->next().topic;
  };
  BOOST_TEST(arrives_at() == "new/x");
  change("emqx_mod_rewrite/unload");
  BOOST_TEST(arrives_at() == "old/x");
  change("emqx_mod_rewrite/load");
  BOOST_TEST(arrives_at() == "new/x");
}

BOOST_FIXTURE_TEST_CASE(delaying, switched_broker) {
  peer_ptr subscriber = mqtt({.client_id = "s"}), publisher = mqtt({.client_id = "p"});
  subscriber->subscribe("$delayed/1/x", 1);
  subscriber->subscribe("x", 1);
  publisher->publish("$delayed/1/x", "as it is", 1);
  BOOST_TEST(subscriber->next().topic == "$delayed/1/x");
  change("emqx_mod_delayed/load");
  publisher->publish("$delayed/1/x", "later", 1);
  BOOST_TEST(subscriber->next().topic == "x");
}

BOOST_FIXTURE_TEST_CASE(subscribing, switched_broker) {
  const auto topics = [&](const char* id) {
    return get(std::string("/subscriptions/") + id).data().as_array();
  };
  peer_ptr before = mqtt({.client_id = "before"});
  BOOST_TEST(eventually([&] { return topics("before").size() == 1; }));
  change("emqx_mod_subscription/unload");
  peer_ptr without = mqtt({.client_id = "without"});
  change("emqx_mod_subscription/load");
  peer_ptr after = mqtt({.client_id = "after"});
  BOOST_TEST(eventually([&] { return topics("after").size() == 1; }));
  BOOST_TEST(topics("without").empty());
}

BOOST_FIXTURE_TEST_CASE(telling_of_clients, switched_broker) {
  peer_ptr watcher = mqtt({.client_id = "w"});
  watcher->subscribe("$SYS/brokers/+/clients/+/connected", 1);
  BOOST_TEST(eventually([&] { return get("/subscriptions/w").data().as_array().size() == 2; }));
  change("emqx_mod_presence/unload");
  peer_ptr unseen = mqtt({.client_id = "unseen"});
  change("emqx_mod_presence/load");
  peer_ptr seen = mqtt({.client_id = "seen"});
  BOOST_TEST(watcher->next().topic == "$SYS/brokers/emqx@127.0.0.1/clients/seen/connected");
}

BOOST_FIXTURE_TEST_CASE(counting_topics, switched_broker) {
  BOOST_TEST(get("/topic-metrics").code() == 102);
  change("emqx_mod_topic_metrics/load");
  BOOST_TEST(post("/topic-metrics", R"({"topic":"t"})").code() == 0);
  BOOST_TEST(get("/topic-metrics").data().as_array().size() == 1u);
  change("emqx_mod_topic_metrics/unload");
  BOOST_TEST(get("/topic-metrics").code() == 102);
  change("emqx_mod_topic_metrics/load");
  BOOST_TEST(get("/topic-metrics").data().as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()
