// Figures for monitoring systems: the same as those of /metrics and /stats.
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <sstream>

using namespace troupe::test;

namespace {

struct sample {
  std::string type;
  long long value = -1;
};

// Lines of the text format 0.0.4 as this broker uses it: no labels, whole numbers, a type for each name.
std::map<std::string, sample> parse(const std::string& text) {
  std::map<std::string, sample> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first, second, name, type;
    words >> first >> second;
    if (first == "#") {
      BOOST_TEST(second == "TYPE");
      words >> name >> type;
      BOOST_TEST(out.emplace(name, sample{type, -1}).second, name + " is there twice");
    } else {
      BOOST_TEST_REQUIRE(out.count(first) == 1u, first);
      out[first].value = std::stoll(second);
    }
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(prometheus)

BOOST_FIXTURE_TEST_CASE(text, served_broker) {
  peer_ptr c = mqtt({.client_id = "c"});
  c->subscribe("t", 1);
  c->publish("t", "x", 1, true);
  c->next();
  BOOST_TEST(eventually([&] { return get("/stats").data().at(0).at("stats").at("retained.count") == 1; }));
  const reply scraped = raw_get("/metrics", "Basic YWRtaW46cHVibGlj");
  BOOST_TEST(scraped.status == 200);
  BOOST_TEST(scraped.content_type == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(raw_get("/metrics", "").status == 401);
  for (const auto& found : {parse(scraped.text), parse(get("/emqx_prometheus?type=prometheus").text)}) {
    BOOST_TEST(found.at("emqx_packets_connect").value == 1);
    BOOST_TEST(found.at("emqx_packets_connect").type == "counter");
    BOOST_TEST(found.at("emqx_messages_qos1_received").value == 1);
    BOOST_TEST(found.at("emqx_connections_count").value == 1);
    BOOST_TEST(found.at("emqx_connections_count").type == "gauge");
    BOOST_TEST(found.at("emqx_retained_count").value == 1);
    BOOST_TEST(found.at("emqx_messages_retained").type == "gauge");
    BOOST_TEST(found.at("emqx_vm_used_memory").value > 1'000'000);
    const auto metrics = get("/nodes/emqx@127.0.0.1/metrics").data().as_object();
    const auto stats = get("/nodes/emqx@127.0.0.1/stats").data().as_object();
    BOOST_TEST(found.size() == metrics.size() + stats.size() + 4);
  }
}

BOOST_FIXTURE_TEST_CASE(json, served_broker) {
  peer_ptr c = mqtt({.client_id = "c"});
  for (const char* path : {"/emqx_prometheus", "/emqx_statsd", "/emqx_prometheus?type=json"}) {
    const auto found = get(path).data().as_object();
    BOOST_TEST(found.at("packets").at("emqx_packets_connect") == 1);
    BOOST_TEST(found.at("stats").at("emqx_connections_count") == 1);
    BOOST_TEST(found.at("client").at("emqx_client_connected") == 1);
    BOOST_TEST(found.at("session").at("emqx_session_created") == 1);
    for (const char* group : {"metrics", "messages", "delivery"})
      BOOST_TEST(!found.at(group).as_object().empty(), group);
  }
}

BOOST_AUTO_TEST_SUITE_END()
