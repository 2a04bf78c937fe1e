// Rules whose HTTP server goes and comes back while messages flow, closes connections, or speaks by TLS.
#include "api/rule_fixture.hpp"
#include "support/closing_server.hpp"
#include "support/database_server.hpp"
#include "support/web_server.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace troupe::test;
using boost::json::serialize;

void answer_ok(const httplib::Request&, httplib::Response& r) { r.status = 200; }

struct outage_broker : rule_broker {
  std::string make_hook(int port, object more = {}) {
    more["url"] = "http://127.0.0.1:" + std::to_string(port) + "/hook";
    return make_resource("web_hook", std::move(more));
  }

  std::string make_hook_rule(const std::string& hook) {
    return make_rule(R"(select payload, clientid from "a")", "data_to_webserver",
                     {{"$resource", hook}, {"payload_tmpl", "${payload}"}}, instead());
  }

  std::int64_t matched(const std::string& rule) {
    return get("/rules/" + rule).data().at("metrics").at(0).at("matched").as_int64();
  }

  static void publish(peer& by, int first, int last) {
    for (int i = first; i < last; ++i)
      by.publish("a", std::to_string(i), 1);
  }
};

// Of a request that was sent again both count: the server may have had the first one.
void take_bodies(const std::vector<web_server::asked>& from, std::set<std::string>& to) {
  for (const auto& r : from)
    to.insert(r.body);
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_outages)

BOOST_FIXTURE_TEST_CASE(everything_arrives_when_the_server_is_back, outage_broker) {
  constexpr int all = 600; // more than may be on their way
  std::set<std::string> got;
  auto server = std::make_unique<web_server>(answer_ok);
  const auto port = server->port();
  const auto hook = make_hook(port, {{"pool_size", 4}});
  const auto rule = make_hook_rule(hook);
  auto c = mqtt({.client_id = "c"});
  publish(*c, 0, 50);
  BOOST_TEST(eventually([&] { return !server->requests().empty(); }));
  server->stop();
  take_bodies(server->requests(), got);
  server.reset();
  publish(*c, 50, all);
  BOOST_TEST(eventually([&] { return !alive(hook) && alarmed(hook); }));
  server = std::make_unique<web_server>(answer_ok, port);
  BOOST_TEST(eventually([&] { return count(rule, "success") == all; }, seconds{30}));
  take_bodies(server->requests(), got);
  BOOST_TEST(got.size() == static_cast<std::size_t>(all));
  BOOST_TEST(count(rule, "failed") == 0);
  BOOST_TEST(eventually([&] { return alive(hook) && !alarmed(hook); }));
  BOOST_TEST(matched(rule) == all);
}

// One connection, so that each waits for the one before.
BOOST_FIXTURE_TEST_CASE(what_was_kept_comes_in_order, outage_broker) {
  const auto port = free_port();
  const auto hook = make_hook(port, {{"pool_size", 1}});
  BOOST_TEST(eventually([&] { return !alive(hook); }));
  const auto rule = make_hook_rule(hook);
  publish(*mqtt({.client_id = "c"}), 0, 300);
  web_server server{answer_ok, port};
  BOOST_TEST(eventually([&] { return count(rule, "success") == 300; }, seconds{30}));
  const auto got = server.requests();
  BOOST_TEST_REQUIRE(got.size() == 300U);
  for (int i = 0; i < 300; ++i)
    BOOST_TEST(got[static_cast<std::size_t>(i)].body == std::to_string(i));
}

BOOST_FIXTURE_TEST_CASE(connections_that_are_closed, outage_broker) {
  const closing_server patient{3}, never{100};
  const auto good = make_hook_rule(make_hook(patient.port()));
  auto c = mqtt({.client_id = "c"});
  c->publish("a", "x", 1);
  BOOST_TEST(eventually([&] { return count(good, "success") == 1; }));
  BOOST_TEST(patient.bodies().size() == 4U);
  BOOST_TEST(del("/rules/" + good).code() == 0);
  const auto bad = make_hook_rule(make_hook(never.port()));
  c->subscribe("failed/#", 0);
  c->publish("a", "y", 1);
  BOOST_TEST(c->next().payload == "y");
  BOOST_TEST(count(bad, "failed") == 1);
  BOOST_TEST(never.bodies().size() == 4U); // and three more
}

// It was answered: the data has arrived, whatever the server thinks of it.
BOOST_FIXTURE_TEST_CASE(an_answer_is_not_asked_for_twice, outage_broker) {
  const closing_server server{0, 503};
  const auto rule = make_hook_rule(make_hook(server.port()));
  auto c = mqtt({.client_id = "c"});
  for (const char* text : {"x", "y"}) // the second would come behind a repetition of the first
    c->publish("a", text, 1);
  BOOST_TEST(eventually([&] { return count(rule, "success") == 2; }));
  BOOST_TEST(server.bodies().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_end_does_not_wait_for_a_server, outage_broker) {
  const auto rule = make_hook_rule(make_hook(free_port()));
  publish(*mqtt({.client_id = "c"}), 0, 1'000);
  BOOST_TEST(eventually([&] { return matched(rule) == 256; })); // which wait for answers; the others for them
  BOOST_TEST(process().terminate() == 0);                       // within five seconds
}

// It fails what is under way and gives up the rest, as soon as its resource goes, too.
BOOST_FIXTURE_TEST_CASE(a_rule_that_is_deleted_meanwhile, outage_broker) {
  const auto hook = make_hook(free_port());
  const auto rule = make_hook_rule(hook);
  publish(*mqtt({.client_id = "c"}), 0, 300);
  BOOST_TEST(eventually([&] { return matched(rule) == 256; }));
  BOOST_TEST(del("/rules/" + rule).code() == 0);
  BOOST_TEST(del("/resources/" + hook).code() == 0);
  BOOST_TEST(eventually([&] { return process().log().find("gives up 44 messages") != std::string::npos; }));
  const auto failures = [&] {
    return get("/nodes/emqx@127.0.0.1/metrics").data().at("actions.failure").as_int64();
  };
  BOOST_TEST(eventually([&] { return failures() == 256; }));
}

// Whom the broker trusts decides: the server's CA, another one, or anybody.
BOOST_FIXTURE_TEST_CASE(by_tls, outage_broker) {
  const temporary_folder folder, others;
  const tls_files own{folder.path()}, other{others.path()};
  web_server server{answer_ok, own.certificate, own.key};
  const auto config = [&](const char* host, object more) {
    more["url"] = std::string{"https://"} + host + ":" + std::to_string(server.port()) + "/";
    more["keep_time"] = 0;
    return more;
  };
  const auto reaches = [&](const object& how) {
    const auto hook = make_resource("web_hook", how);
    const auto rule = make_hook_rule(hook);
    mqtt({.client_id = "c"})->publish("a", "x", 1);
    BOOST_TEST(eventually([&] { return count(rule, "success") + count(rule, "failed") == 1; }));
    const bool reached = count(rule, "success") == 1;
    BOOST_TEST(del("/rules/" + rule).code() == 0);
    BOOST_TEST(del("/resources/" + hook).code() == 0);
    return reached;
  };
  BOOST_TEST(reaches(config("127.0.0.1", {{"cacertfile", own.authority}})));
  BOOST_TEST(!reaches(config("127.0.0.1", {{"cacertfile", other.authority}})));
  BOOST_TEST(!reaches(config("127.0.0.1", {}))); // the system does not trust it
  BOOST_TEST(!reaches(config("localhost", {{"cacertfile", own.authority}})));
  BOOST_TEST(reaches(config("localhost", {{"verify", false}})));
  BOOST_TEST(reaches(config(
      "127.0.0.1", {{"cacertfile", own.authority}, {"certfile", own.certificate}, {"keyfile", own.key}})));
  const auto refused =
      post("/resources", serialize(object{{"type", "web_hook"},
                                          {"config", config("127.0.0.1", {{"certfile", own.certificate},
                                                                          {"keyfile", other.key}})}}));
  BOOST_TEST(refused.code() == 400, refused.text);
  BOOST_TEST(refused.text.find("bad_tls_options") != std::string::npos, refused.text);
}

BOOST_AUTO_TEST_SUITE_END()
