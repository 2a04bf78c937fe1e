// Listeners are closed and opened again.
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(listeners)

BOOST_FIXTURE_TEST_CASE(restart, served_broker) {
  peer_ptr stays = mqtt({.client_id = "stays"});
  for (const char* path :
       {"/listeners/mqtt:tcp:external/restart", "/nodes/emqx@127.0.0.1/listeners/mqtt:tcp:external/restart",
        "/listeners/mqtt%3Atcp%3Aexternal/restart"}) {
    BOOST_TEST(put(path).text == R"({"code":0})", path);
    peer_ptr comes = mqtt({.client_id = "comes"}); // the listener is there when the answer is
    comes->subscribe("t", 0);
    stays->publish("t", path);
    BOOST_TEST(comes->next().payload == path);
  }
  BOOST_TEST(eventually([&] { return get("/clients").data().as_array().size() == 1u; }));
}

struct without_reuse : served_broker {
  without_reuse() : served_broker("listener.tcp.external.reuseaddr = false\n") {}
};

// To bind the address anew would fail for the connections that there are.
BOOST_FIXTURE_TEST_CASE(an_address_that_may_not_be_used_again, without_reuse) {
  peer_ptr stays = mqtt({.client_id = "stays"});
  BOOST_TEST(put("/listeners/mqtt:tcp:external/restart").text == R"({"code":0})");
  peer_ptr comes = mqtt({.client_id = "comes"});
  comes->subscribe("t", 0);
  stays->publish("t", "x");
  BOOST_TEST(comes->next().payload == "x");
}

BOOST_FIXTURE_TEST_CASE(identifiers_are_for_those_who_ask, served_broker) {
  const auto first = [this](const std::string& query) {
    return get("/nodes/emqx@127.0.0.1/listeners" + query).data().as_array().at(0).as_object();
  };
  BOOST_TEST(!first("").contains("identifier"));
  BOOST_TEST(!first("?identifiers=false").contains("identifier"));
  BOOST_TEST(first("?identifiers=true").at("identifier").as_string() == "mqtt:tcp:external");
  BOOST_TEST(get("/listeners?identifiers=some").status == 400);
}

BOOST_FIXTURE_TEST_CASE(refusals, served_broker) {
  BOOST_TEST(put("/listeners/mqtt:tcp:none/restart").text == R"({"code":112,"message":"not_found"})");
  const auto http = put("/listeners/http:management/restart");
  BOOST_TEST(http.status == 403);
  BOOST_TEST(http.body.at("message").as_string() == "http_listener_restart_unsupported");
  BOOST_TEST(put("/nodes/never@seen/listeners/mqtt:tcp:external/restart").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
