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

  /// A rule on the topic "a" that stops where an action fails: two requests to these, then a message to
  /// `next`.
  std::string make_stopping_rule(const std::string& first, const std::string& second) {
    const auto hook = [](const std::string& to) {
      return object{{"name", "data_to_webserver"}, {"params", object{{"$resource", to}}}};
    };
    auto one = hook(first);
    one["fallbacks"] = instead();
    const object last{
        {"name", "republish"},
        {"params", object{{"target_topic", "next"}, {"target_qos", 1}, {"payload_tmpl", "${payload}"}}}};
    return make("/rules", {{"rawsql", R"(select payload, clientid from "a")"},
                           {"on_action_failed", "stop"},
                           {"actions", boost::json::array{one, hook(second), last}}});
  }

  std::int64_t count_of(const std::string& rule, std::size_t action, const char* name) {
    return get("/rules/" + rule).data().at("actions").at(action).at("metrics").at(0).at(name).as_int64();
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

// What is sent meanwhile waits for it.
BOOST_FIXTURE_TEST_CASE(a_server_that_is_not_there, hook_broker) {
  const auto port = free_port();
  const auto hook = make_hook(port);
  BOOST_TEST(eventually([&] { return !alive(hook); }));
  const auto rule = make_hook_rule(R"(select payload, clientid from "a")", {{"$resource", hook}}, instead());
  auto c = mqtt({.client_id = "c"});
  c->publish("a", "x", 1);
  BOOST_TEST(eventually([&] { return alarmed(hook); }));
  web_server server{answer_ok, port};
  BOOST_TEST(post("/resources/" + hook, "").code() == 0); // look again
  BOOST_TEST(eventually([&] { return alive(hook) && !alarmed(hook); }));
  c->publish("a", "y", 1);
  BOOST_TEST(has_got(server, 2));
  BOOST_TEST(eventually([&] { return count(rule, "success") == 2; }));
  BOOST_TEST(count(rule, "failed") == 0);
}

// Kept for no time, or for a second: the fallbacks have it.
BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_come, hook_broker) {
  auto c = mqtt({.client_id = "c"});
  c->subscribe("failed/#", 0);
  for (const int keep : {0, 1}) {
    const auto hook = make_hook(free_port(), {{"keep_time", keep}});
    BOOST_TEST(eventually([&] { return !alive(hook); }));
    const auto rule =
        make_hook_rule(R"(select payload, clientid from "a")", {{"$resource", hook}}, instead());
    c->publish("a", "x", 1);
    const auto message = c->next();
    BOOST_TEST(message.topic == "failed/c");
    BOOST_TEST(message.payload == "x");
    BOOST_TEST(count(rule, "failed") == 1);
    BOOST_TEST(del("/rules/" + rule).code() == 0);
  }
}

// It is one segment of the path, or one value of its query, however it is written.
BOOST_FIXTURE_TEST_CASE(what_a_client_is_called_in_a_path, hook_broker) {
  web_server server{answer_ok};
  make_hook_rule(R"(select clientid as c from "a")", {{"$resource", make_hook(server.port())},
                                                      {"path", "/devices/${c}/data?c=${c}"},
                                                      {"payload_tmpl", "x"}});
  const std::pair<const char*, const char*> rows[] = {
      {"a.b-c_d~1", "a.b-c_d~1"},
      {"a HTTP/1.1?x=", "a%20HTTP%2F1.1%3Fx%3D"},
      {"x/../../admin?y=1#", "x%2F..%2F..%2Fadmin%3Fy%3D1%23"},
      {"50%2F&", "50%252F%26"},
      {"\xC3\xA9", "%C3%A9"},
      {".", "%2E"},
      {"..", "%2E%2E"},
  };
  std::size_t sent = 0;
  for (const auto& [id, part] : rows) {
    mqtt({.client_id = id})->publish("a", "", 1);
    BOOST_TEST_REQUIRE(has_got(server, ++sent), id);
    BOOST_TEST(server.requests().back().target == std::string{"/hook/devices/"} + part + "/data?c=" + part);
  }
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

BOOST_FIXTURE_TEST_CASE(headers_that_are_not_sent, hook_broker) {
  const auto create = [this](const char* name, const char* value) {
    const object config{{"url", "http://127.0.0.1:1/"}, {"headers", object{{name, value}}}};
    return post("/resources", serialize(object{{"type", "web_hook"}, {"config", config}}));
  };
  for (const auto& [name, value] : {std::pair{"Host", "h"},
                                    {"content-length", "1"},
                                    {"Transfer-Encoding", "chunked"},
                                    {"connection", "close"},
                                    {"a b", "x"},
                                    {"", "x"},
                                    {"a\r\nb", "x"},
                                    {"a", "x\r\nb: y"},
                                    {"a", "\x01"}}) {
    const auto refused = create(name, value);
    BOOST_TEST(refused.code() == 400, name);
    BOOST_TEST(refused.body.at("message").as_string().starts_with("Bad Arguments: {bad_header,<<\""), name);
  }
  BOOST_TEST(create("Host", "h").body.at("message").as_string() ==
             "Bad Arguments: {bad_header,<<\"Host\">>,<<\"expected a header that the broker does not write "
             "itself, as it "
             "does Host, Content-Length, Transfer-Encoding and Connection\">>}");
  BOOST_TEST(create("X-Token", "a b").code() == 0);
}

BOOST_FIXTURE_TEST_CASE(mount_points_of_bridges_have_no_wildcards, hook_broker) {
  const auto create = [this](const char* mount_point) {
    const object config{{"address", "127.0.0.1:" + std::to_string(free_port())},
                        {"mountpoint", mount_point},
                        {"pool_size", 1}};
    return post("/resources", serialize(object{{"type", "bridge_mqtt"}, {"config", config}}));
  };
  for (const char* bad : {"a/#/", "+/"}) {
    const auto refused = create(bad);
    BOOST_TEST(refused.code() == 400, bad);
    BOOST_TEST(refused.body.at("message").as_string() ==
               "Bad Arguments: {invalid_data_type,{mountpoint,string}}");
  }
  BOOST_TEST(create("a/${node}/").code() == 0);
}

BOOST_FIXTURE_TEST_CASE(types_are_listed_by_their_titles, hook_broker) {
  std::string titles;
  const auto listed = get("/resource_types");
  for (const auto& row : listed.data().as_array())
    titles += std::string{row.at("title").at("en").as_string()} + ";";
  BOOST_TEST(titles == "EMQX Bridge;MQTT Bridge;MySQL;PostgreSQL;Redis;WebHook;");
}

// What is shown back is what happens.
BOOST_FIXTURE_TEST_CASE(numbers_are_whole_and_within_bounds, hook_broker) {
  const auto create = [this](const char* type, object config) {
    return post("/resources", serialize(object{{"type", type}, {"config", std::move(config)}}));
  };
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port());
  const std::pair<const char*, boost::json::value> bad[] = {
      {"pool_size", 0},       {"pool_size", 65},        {"pool_size", 1e18},      {"request_timeout", -1},
      {"request_timeout", 0}, {"request_timeout", 2.9}, {"connect_timeout", 0.5}, {"connect_timeout", 3601},
      {"keep_time", -5},      {"keep_time", 1e9}};
  for (const auto& [name, number] : bad) {
    const auto refused = create("web_hook", {{"url", url}, {name, number}});
    BOOST_TEST(refused.code() == 400, name << ' ' << number);
    BOOST_TEST(refused.text.find("Bad Arguments: {invalid_data_type,{{number,") != std::string::npos,
               refused.text);
  }
  const object database{{"server", "127.0.0.1:1"}, {"query_timeout", 0}};
  BOOST_TEST(create("backend_redis", database).code() == 400);
  BOOST_TEST(create("bridge_mqtt", {{"address", "127.0.0.1:1"}, {"pool_size", 1000}}).code() == 400);
  BOOST_TEST(get("/resources").data().as_array().empty());
  const auto made = create(
      "web_hook",
      {{"url", url}, {"pool_size", 32}, {"request_timeout", 5}, {"connect_timeout", 5.0}, {"keep_time", 0}});
  BOOST_TEST_REQUIRE(made.code() == 0, made.text);
  const std::string id = made.data().at("id").as_string().c_str();
  BOOST_TEST(put("/resources/" + id, R"({"config":{"url":")" + url + R"(","pool_size":0}})").code() == 400);
  BOOST_TEST(get("/resources/" + id).data().at("config").at("pool_size").as_int64() == 32);
}

// They would share an alarm, and bridges what the store keeps.
BOOST_FIXTURE_TEST_CASE(names_of_plugins_are_no_ids, hook_broker) {
  const auto create = [this](const char* id) {
    const object config{{"url", "http://127.0.0.1:" + std::to_string(free_port())}};
    return post("/resources", serialize(object{{"type", "web_hook"}, {"config", config}, {"id", id}}));
  };
  for (const char* id : {"emqx_web_hook", "emqx_auth_http", "emqx_bridge_mqtt", "emqx_bridge_mqtt:aws"}) {
    const auto refused = create(id);
    BOOST_TEST(refused.code() == 400, id);
    BOOST_TEST(refused.body.at("message").as_string() ==
               std::string{"Bad Arguments: "} + id + " is the name of a plugin");
  }
  BOOST_TEST(create("emqx_web_hook_2").code() == 0);
  BOOST_TEST(create("emqx").code() == 0);
}

// What follows an action that may fail waits until it is known whether it did.
BOOST_FIXTURE_TEST_CASE(actions_wait_for_answers_where_a_failure_stops_them, hook_broker) {
  gate answers;
  answers.hold();
  web_server first{answer_ok};
  web_server second{[&](const httplib::Request&, httplib::Response&) { answers.pass(); }};
  const std::unique_ptr<gate, decltype([](gate* g) { g->let_go(); })> at_the_end{&answers};
  const auto rule = make_stopping_rule(make_hook(first.port()), make_hook(second.port()));
  auto c = mqtt({.client_id = "c"});
  c->subscribe("next", 0);
  c->publish("a", "held", 1);
  BOOST_TEST_REQUIRE(has_got(second, 1));
  BOOST_TEST(eventually([&] { return count_of(rule, 0, "success") == 1; }));
  BOOST_TEST(count_of(rule, 1, "success") == 0);
  BOOST_TEST(count_of(rule, 2, "success") == 0);
  c->publish("next", "before", 1);
  BOOST_TEST(c->next().payload == "before");
  answers.let_go();
  BOOST_TEST(c->next().payload == "held");
  BOOST_TEST(count_of(rule, 1, "success") == 1);
  BOOST_TEST(count_of(rule, 2, "success") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_request_that_fails_stops_the_others, hook_broker) {
  web_server server{answer_ok};
  const auto nowhere = make_hook(free_port(), {{"keep_time", 1}});
  const auto rule = make_stopping_rule(nowhere, make_hook(server.port()));
  auto c = mqtt({.client_id = "c"});
  c->subscribe("next", 0);
  c->subscribe("failed/#", 0);
  c->publish("a", "lost", 1);
  const auto got = c->next();
  BOOST_TEST(got.topic == "failed/c");
  BOOST_TEST(got.payload == "lost");
  BOOST_TEST(count_of(rule, 0, "failed") == 1);
  BOOST_TEST(count_of(rule, 2, "success") == 0);
  c->publish("next", "later", 1);
  BOOST_TEST(c->next().payload == "later");
  BOOST_TEST(server.requests().empty());
}

// The request that it has no answer to fails, with the figures that the action goes on with.
BOOST_FIXTURE_TEST_CASE(changed_while_it_is_asked, hook_broker) {
  gate answers;
  answers.hold();
  web_server slow{[&](const httplib::Request&, httplib::Response&) { answers.pass(); }};
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
