// Rules that send what they select to an HTTP server.
#include "api/rule_fixture.hpp"
#include "support/gate.hpp"
#include "support/web_server.hpp"

namespace {

using namespace troupe::test;
using boost::json::serialize;

void answer_ok(const httplib::Request&, httplib::Response& r) { r.status = 200; }

bool has_got(const web_server& server, std::size_t n) {
  return eventually([&] { return server.requests().size() >= n; });
}

struct hook_broker : rule_broker {
  std::string make_hook(int port, object more = {}) {
    more["url"] = "http://127.0.0.1:" + std::to_string(port) + "/hook";
    return make_resource("web_hook", std::move(more));
  }

  std::string make_hook_rule(const std::string& sql, object params, boost::json::array fallbacks = {}) {
    return make_rule(sql, "data_to_webserver", std::move(params), std::move(fallbacks));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rule_resources)

BOOST_FIXTURE_TEST_CASE(messages_go_to_a_server, hook_broker) {
  web_server server{answer_ok};
  const auto hook = make_hook(server.port(), {{"headers", object{{"token", "t"}}}});
  const auto all = make_hook_rule(R"(select payload.t as t, clientid from "a")", {{"$resource", hook}});
  const auto some = make_hook_rule(R"(select payload.t as t from "b")",
                                   {{"$resource", hook}, {"path", "/x/${t}"}, {"payload_tmpl", "t=${t}"}});
  auto c = mqtt({.client_id = "c"});
  c->publish("a", R"({"t":1})", 1);
  BOOST_TEST_REQUIRE(has_got(server, 1));
  c->publish("b", R"({"t":2})", 1);
  BOOST_TEST_REQUIRE(has_got(server, 2));
  const auto got = server.requests();
  BOOST_TEST(got[0].method == "POST");
  BOOST_TEST(got[0].target == "/hook");
  BOOST_TEST(got[0].content_type == "application/json");
  BOOST_TEST(got[0].headers.find("token")->second == "t");
  BOOST_TEST(got[0].body == R"({"t":1,"clientid":"c"})");
  BOOST_TEST(got[1].target == "/hook/x/2");
  BOOST_TEST(got[1].body == "t=2");
  BOOST_TEST(eventually([&] { return count(all, "success") == 1 && count(some, "success") == 1; }));
  BOOST_TEST(alive(hook));
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_not_there, hook_broker) {
  const auto port = free_port();
  const auto hook = make_hook(port);
  BOOST_TEST(eventually([&] { return !alive(hook); }));
  const auto rule = make_hook_rule(R"(select payload, clientid from "a")", {{"$resource", hook}}, instead());
  auto c = mqtt({.client_id = "c"});
  c->subscribe("failed/#", 0);
  c->publish("a", "x", 1);
  const auto message = c->next();
  BOOST_TEST(message.topic == "failed/c");
  BOOST_TEST(message.payload == "x");
  BOOST_TEST(count(rule, "failed") == 1);
  BOOST_TEST(get("/alarms/present").text.find(hook) != std::string::npos);
  web_server server{answer_ok, port};
  BOOST_TEST(post("/resources/" + hook, "").code() == 0); // look again
  BOOST_TEST(eventually([&] { return alive(hook); }));
  BOOST_TEST(eventually([&] { return get("/alarms/present").text.find(hook) == std::string::npos; }));
  c->publish("a", "y", 1);
  BOOST_TEST(has_got(server, 1));
  BOOST_TEST(eventually([&] { return count(rule, "success") == 1; }));
}

// As in EMQ X: the data has arrived, whatever the server thinks of it.
BOOST_FIXTURE_TEST_CASE(any_answer_is_a_success, hook_broker) {
  web_server server{[](const httplib::Request&, httplib::Response& r) { r.status = 500; }};
  const auto rule = make_hook_rule(R"(select * from "a")", {{"$resource", make_hook(server.port())}});
  mqtt({.client_id = "c"})->publish("a", "x", 1);
  BOOST_TEST(eventually([&] { return count(rule, "success") == 1; }));
}

BOOST_FIXTURE_TEST_CASE(changed_and_kept, hook_broker) {
  web_server first{answer_ok}, second{answer_ok};
  const auto hook = make_hook(first.port());
  const auto rule = make_hook_rule(R"(select payload from "a")", {{"$resource", hook}});
  auto c = mqtt({.client_id = "c"});
  c->publish("a", "1", 1);
  BOOST_TEST(has_got(first, 1));
  BOOST_TEST(eventually([&] { return count(rule, "success") == 1; }));
  const auto changed =
      put("/resources/" + hook,
          serialize(object{{"config", object{{"url", "http://127.0.0.1:" + std::to_string(second.port())},
                                             {"method", "PUT"}}}}));
  BOOST_TEST(changed.code() == 0, changed.text);
  c->publish("a", "2", 1);
  BOOST_TEST_REQUIRE(has_got(second, 1));
  BOOST_TEST(second.requests()[0].method == "PUT");
  BOOST_TEST(eventually([&] { return count(rule, "success") == 2; }));
  const auto before = get("/resources").text;
  BOOST_TEST(process().terminate() == 0);
  process().start_again();
  BOOST_TEST(get("/resources").text == before);
  mqtt({.client_id = "c"})->publish("a", "3", 1);
  BOOST_TEST(has_got(second, 2));
  BOOST_TEST(first.requests().size() == 1u);
  const auto refused = del("/resources/" + hook);
  BOOST_TEST(refused.code() == 400);
  BOOST_TEST(del("/rules/" + rule).code() == 0);
  BOOST_TEST(del("/resources/" + hook).code() == 0);
  BOOST_TEST(get("/resources").text == R"({"code":0,"data":[]})");
}

// The request that it has no answer to fails, with the figures that the action goes on with.
BOOST_FIXTURE_TEST_CASE(changed_while_it_is_asked, hook_broker) {
  gate answers;
  answers.hold();
  web_server slow{[&](const httplib::Request& q, httplib::Response&) {
    if (q.method != "HEAD")
      answers.pass();
  }};
  const std::unique_ptr<gate, decltype([](gate* g) { g->let_go(); })> at_the_end{&answers};
  web_server other{answer_ok};
  const auto hook = make_hook(slow.port());
  const auto rule = make_hook_rule(R"(select payload, clientid from "a")", {{"$resource", hook}}, instead());
  auto c = mqtt({.client_id = "c"});
  c->subscribe("failed/#", 0);
  c->publish("a", "1", 1);
  BOOST_TEST_REQUIRE(has_got(slow, 1));
  const auto url = "http://127.0.0.1:" + std::to_string(other.port());
  BOOST_TEST(put("/resources/" + hook, serialize(object{{"config", object{{"url", url}}}})).code() == 0);
  BOOST_TEST(c->next().payload == "1");
  BOOST_TEST(count(rule, "failed") == 1);
  c->publish("a", "2", 1);
  BOOST_TEST(has_got(other, 1));
  BOOST_TEST(eventually([&] { return count(rule, "success") == 1; }));
  BOOST_TEST(count(rule, "failed") == 1);
  const auto metrics = get("/rules/" + rule).data().at("metrics").at(0);
  BOOST_TEST(metrics.at("matched") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
