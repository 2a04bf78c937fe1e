// Rules at work: what clients publish, what rules make of it, and what the API tells of it.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>
#include <thread>

namespace {

using namespace troupe::test;
using boost::json::serialize;

struct rule_broker : served_broker {
  using served_broker::served_broker;

  static object republish(const std::string& topic, const std::string& payload = "${payload}",
                          int level = 0) {
    return {{"name", "republish"},
            {"params", object{{"target_topic", topic}, {"target_qos", level}, {"payload_tmpl", payload}}}};
  }

  // Its id.
  std::string make_rule(const std::string& sql, boost::json::array actions, object more = {}) {
    more["rawsql"] = sql;
    more["actions"] = std::move(actions);
    const auto made = post("/rules", serialize(more));
    BOOST_TEST_REQUIRE(made.code() == 0, made.text);
    return made.data().at("id").as_string().c_str();
  }

  object rule(const std::string& id) { return get("/rules/" + id).data().as_object(); }

  std::int64_t count(const std::string& id, const char* name) {
    return rule(id).at("metrics").at(0).at(name).as_int64();
  }

  std::int64_t action_count(const std::string& id, std::size_t action, const char* name) {
    return rule(id).at("actions").at(action).at("metrics").at(0).at(name).as_int64();
  }

  bool matched(const std::string& id, std::int64_t n) {
    return eventually([&] { return count(id, "matched") == n; });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_FIXTURE_TEST_CASE(a_message_is_published_again, rule_broker) {
  const auto id = make_rule(R"(SELECT payload.temp AS t, clientid FROM "dev/+/temp" WHERE payload.temp > 30)",
                            {republish("alarm/${clientid}", "hot: ${t}", 1)});
  auto sensor = mqtt({.client_id = "s1"}), screen = mqtt({.client_id = "screen"});
  screen->subscribe("alarm/#", 1);
  sensor->publish("dev/1/temp", R"({"temp":20})", 1);
  sensor->publish("other/1/temp", R"({"temp":40})", 1);
  sensor->publish("dev/1/temp", R"({"temp":31.5})", 1);
  const auto got = screen->next();
  BOOST_TEST(got.topic == "alarm/s1");
  BOOST_TEST(got.payload == "hot: 31.5");
  BOOST_TEST(got.qos == 1);
  BOOST_TEST(matched(id, 1));
  BOOST_TEST(action_count(id, 0, "success") == 1);
  BOOST_TEST(action_count(id, 0, "failed") == 0);
}

BOOST_FIXTURE_TEST_CASE(messages_of_the_api_and_wills, rule_broker) {
  make_rule(R"(select clientid as c, username as u, payload as p from "w/#")",
            {republish("seen", "${c} ${u} ${p}")});
  auto reader = mqtt({.client_id = "reader"});
  reader->subscribe("seen", 0);
  post("/mqtt/publish", R"({"topic":"w/1","payload":"x","clientid":"h"})");
  BOOST_TEST(reader->next().payload == "h undefined x");
  {
    auto dying =
        connected(static_cast<std::uint16_t>(mqtt_port()),
                  connect_options{.client_id = "dying",
                                  .username = "u",
                                  .will = troupe::mqtt::will{"w/2", "gone", {}, qos::at_most_once, false}});
  }
  BOOST_TEST(reader->next().payload == "dying u gone");
}

BOOST_FIXTURE_TEST_CASE(each_element_of_a_list, rule_broker) {
  const auto id = make_rule(R"(FOREACH payload.l AS e DO e.v AS v, topic INCASE e.v > 1 FROM "l")",
                            {republish("out/${v}", "${topic}")});
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out/#", 0);
  c->publish("l", R"({"l":[{"v":1},{"v":2},{"v":3}]})", 1);
  BOOST_TEST(c->next().topic == "out/2");
  BOOST_TEST(c->next().topic == "out/3");
  BOOST_TEST(matched(id, 1));
  BOOST_TEST(action_count(id, 0, "success") == 2);
}

BOOST_FIXTURE_TEST_CASE(the_rule_that_feeds_itself, rule_broker) {
  const auto id = make_rule(R"(select * from "loop")", {republish("loop")});
  auto c = mqtt({.client_id = "c"});
  c->subscribe("loop", 0);
  c->publish("loop", "x", 1);
  BOOST_TEST(c->next().payload == "x");
  BOOST_TEST(c->next().payload == "x");
  BOOST_TEST(matched(id, 2));
  BOOST_TEST(action_count(id, 0, "success") == 1);
  BOOST_TEST(action_count(id, 0, "failed") == 1);
}

// 32 times from one to the other, and then an action fails.
BOOST_FIXTURE_TEST_CASE(rules_that_feed_each_other, rule_broker) {
  const auto there = make_rule(R"(select * from "ping")", {republish("pong")});
  const auto back = make_rule(R"(select * from "pong")", {republish("ping")});
  const auto other =
      make_rule(R"(select * from "$events/message_dropped" where topic = 'ping')", {republish("end")});
  auto c = mqtt({.client_id = "c"});
  c->publish("ping", "x", 1);
  BOOST_TEST(eventually([&] { return action_count(there, 0, "failed") == 1; }));
  BOOST_TEST(count(there, "matched") == 17);
  BOOST_TEST(count(back, "matched") == 16);
  BOOST_TEST(action_count(there, 0, "success") == 16);
  BOOST_TEST(action_count(back, 0, "success") == 16);
  BOOST_TEST(action_count(back, 0, "failed") == 0);
  BOOST_TEST(matched(other, 17)); // nobody subscribes: events carry the count, too
  BOOST_TEST(action_count(other, 0, "failed") == 1);
  BOOST_TEST(process().has_logged("feed each other"));
  c->publish("ping", "y", 1); // the next one is another one
  BOOST_TEST(eventually([&] { return action_count(there, 0, "failed") == 2; }));
  BOOST_TEST(count(there, "matched") == 34);
}

// What a rule remembers for a client's connection: no other one has it, and it ends with that.
BOOST_FIXTURE_TEST_CASE(what_is_remembered_of_a_connection, rule_broker) {
  make_rule(R"(select proc_dict_get('last') as last, proc_dict_put('last', payload) as p, clientid from "d")",
            {republish("before/${clientid}", "${last}")});
  const auto id = make_rule(R"(select proc_dict_get('since') as since, clientid from "ask")",
                            {republish("since/${clientid}", "${since}")});
  make_rule(R"(select proc_dict_put('since', keepalive) as p from "$events/client_connected")",
            {object{{"name", "do_nothing"}}});
  auto reader = mqtt({.client_id = "reader"});
  reader->subscribe("before/#", 0);
  reader->subscribe("since/#", 0);
  auto a = mqtt({.client_id = "a"}), b = mqtt({.client_id = "b"});
  const auto before = [&](const peer_ptr& who, const char* payload) {
    who->publish("d", payload, 1);
    return reader->next().payload;
  };
  BOOST_TEST(before(a, "1") == "undefined");
  BOOST_TEST(before(b, "2") == "undefined");
  BOOST_TEST(before(a, "3") == "1");
  BOOST_TEST(before(b, "4") == "2");
  a = mqtt({.client_id = "a"});
  BOOST_TEST(before(a, "5") == "undefined");
  BOOST_TEST(eventually([&] { // another rule has put it there, and messages and events are of one connection
    b->publish("ask", "", 1);
    return reader->next().payload == "60";
  }));
  BOOST_TEST(count(id, "failed") == 0);
}

BOOST_FIXTURE_TEST_CASE(actions_that_fail, rule_broker) {
  auto failing = republish("bad/#");
  failing["fallbacks"] = boost::json::array{republish("instead")};
  const auto goes_on = make_rule(R"(select * from "a")", {failing, republish("next")});
  const auto stops =
      make_rule(R"(select * from "b")", {failing, republish("never")}, {{"on_action_failed", "stop"}});
  auto c = mqtt({.client_id = "c"});
  for (const char* topic : {"instead", "next", "never"})
    c->subscribe(topic, 0);
  c->publish("a", "1", 1);
  BOOST_TEST(c->next().topic == "instead");
  BOOST_TEST(c->next().topic == "next");
  c->publish("b", "2", 1);
  BOOST_TEST(c->next().topic == "instead");
  BOOST_TEST(matched(stops, 1));
  c->publish("next", "3", 0);
  BOOST_TEST(c->next().topic == "next");
  BOOST_TEST(action_count(stops, 0, "failed") == 1);
  BOOST_TEST(action_count(stops, 1, "success") == 0);
  BOOST_TEST(rule(goes_on).at("actions").at(0).at("fallbacks").at(0).at("metrics").at(0).at("success") == 1);
}

// Nobody is hurt by a rule that makes no sense of a message.
BOOST_FIXTURE_TEST_CASE(a_rule_that_fails, rule_broker) {
  const auto bad = make_rule(R"(select * from "n" where payload.n / 0 > 1)", {republish("out")});
  const auto good = make_rule(R"(select * from "n")", {republish("out")});
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out", 0);
  c->publish("n", R"({"n":1})", 1);
  BOOST_TEST(c->next().payload == R"({"n":1})");
  BOOST_TEST(eventually([&] { return count(bad, "failed") == 1; }));
  BOOST_TEST(count(bad, "matched") == 0);
  BOOST_TEST(count(good, "matched") == 1);
  BOOST_TEST(process().has_logged("[Rule] " + bad));
}

BOOST_FIXTURE_TEST_CASE(several_topics_count_once, rule_broker) {
  const auto id = make_rule(R"(select * from "m/#", "m/+", "m/1")", {republish("out")});
  auto c = mqtt({.client_id = "c"});
  c->publish("m/1", "x", 1);
  c->publish("m/1", "x", 1);
  BOOST_TEST(matched(id, 2));
}

BOOST_FIXTURE_TEST_CASE(switched_and_changed, rule_broker) {
  const auto id = make_rule(R"(select * from "old")", {republish("out", "1")});
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out", 0);
  const auto change = [&](const char* body) { BOOST_TEST(put("/rules/" + id, body).code() == 0); };
  c->publish("old", "", 1);
  BOOST_TEST(c->next().payload == "1");
  change(R"({"enabled":false})");
  c->publish("old", "", 1);
  change(R"({"enabled":true,"rawsql":"select * from \"new\""})");
  c->publish("old", "", 1);
  c->publish("new", "", 1);
  BOOST_TEST(c->next().payload == "1");
  BOOST_TEST(matched(id, 2));
  BOOST_TEST(action_count(id, 0, "success") == 2); // the same action as before
  change(
      R"({"actions":[{"name":"republish","params":{"target_topic":"out","target_qos":0,"payload_tmpl":"2"}}]})");
  BOOST_TEST(action_count(id, 0, "success") == 0);
  c->publish("new", "", 1);
  BOOST_TEST(c->next().payload == "2");
  BOOST_TEST(put("/rules/" + id + "/reset_metrics").code() == 0);
  BOOST_TEST(count(id, "matched") == 0);
  BOOST_TEST(del("/rules/" + id).code() == 0);
  c->publish("new", "", 1);
  c->publish("out", "3", 0);
  BOOST_TEST(c->next().payload == "3");
}

// Each message is the old definition's or the new one's, never both's or nobody's.
BOOST_FIXTURE_TEST_CASE(changed_while_messages_flow, rule_broker) {
  constexpr int messages = 4000;
  const auto id = make_rule(R"(select payload as p from "flow")", {republish("out", "${p}")});
  auto sender = mqtt({.client_id = "sender"}), reader = mqtt({.client_id = "reader"});
  reader->subscribe("out", 0);
  std::thread sending{[&] {
    for (int i = 0; i < messages; ++i)
      sender->publish("flow", std::to_string(i), i % 50 == 0 ? 1 : 0);
  }};
  for (int i = 0; i < 30; ++i)
    put("/rules/" + id, i % 2 == 0 ? R"({"rawsql":"select payload as p from \"flow\", \"x\""})"
                                   : R"({"rawsql":"select payload as p, qos from \"flow\""})");
  int wrong = 0;
  for (int i = 0; i < messages; ++i)
    wrong += reader->next().payload == std::to_string(i) ? 0 : 1;
  sending.join();
  BOOST_TEST(wrong == 0);
  BOOST_TEST(matched(id, messages));
}

BOOST_FIXTURE_TEST_CASE(rules_survive_a_restart, rule_broker) {
  const auto id = make_rule(R"(select * from "kept")", {republish("out")}, {{"description", "d"}});
  const auto off = make_rule(R"(select * from "kept")", {republish("never")}, {{"enabled", false}});
  const auto before = get("/rules").text;
  mqtt({.client_id = "a"})->publish("kept", "x", 1);
  BOOST_TEST(matched(id, 1));
  BOOST_TEST(process().terminate() == 0);
  process().start_again();
  BOOST_TEST(get("/rules").text == before); // with metrics from 0
  auto c = mqtt({.client_id = "c"});
  c->subscribe("out", 0);
  c->subscribe("never", 0);
  c->publish("kept", "y", 1);
  BOOST_TEST(c->next().topic == "out");
  BOOST_TEST(matched(id, 1));
  BOOST_TEST(count(off, "matched") == 0);
}

BOOST_FIXTURE_TEST_CASE(what_never_happens_cannot_be_tried, rule_broker) {
  const auto tried = [&](const std::string& from) {
    return post("/rules",
                serialize(object{{"test", true}, {"rawsql", "select * from " + from}, {"ctx", object{}}}));
  };
  for (const char* from : {R"("$events/nosuch")", R"("$events/client_connected", "$events/nosuch")"}) {
    const auto r = tried(from);
    BOOST_TEST(r.code() == 400);
    BOOST_TEST(r.body.at("message").as_string() == "Bad Arguments: {unknown_event,$events/nosuch}");
  }
  BOOST_TEST(tried(R"("$events/client_connected")").code() == 0);
  BOOST_TEST(tried(R"("$events/#")").code() == 0);
  BOOST_TEST(tried(R"("#")").code() == 0); // the topic is empty, the sample's topic is seen
  BOOST_TEST(tried(R"("#")").data().at("topic").as_string() == "t/a");
  BOOST_TEST(tried(R"("t/#")").code() == 404);
}

// As actions write it, and valid JSON whatever the rule makes.
BOOST_FIXTURE_TEST_CASE(what_is_tried_out, rule_broker) {
  const auto tried = [&](const std::string& sql) {
    return post("/rules", serialize(object{{"test", true}, {"rawsql", sql}, {"ctx", object{{"topic", "t"}}}}))
        .text;
  };
  BOOST_TEST(tried(R"(select power(3, 1) as x, 1.6e-19 as y from "t")") ==
             R"({"code":0,"data":{"x":3.0,"y":1.6e-19}})");
  BOOST_TEST(tried(R"(select base64_decode('/w==') as x from "t")") ==
             "{\"code\":0,\"data\":{\"x\":\"\xEF\xBF\xBD\"}}");
  BOOST_TEST(tried(R"(foreach [1, 2.5] as i do i as v from "t")") ==
             R"({"code":0,"data":[{"v":1},{"v":2.5}]})");
  BOOST_TEST(tried(R"(foreach [] as i do i as v from "t")") == R"({"code":0,"data":[]})");
}

BOOST_FIXTURE_TEST_CASE(lines_of_a_file, rule_broker) {
  const auto to_file = [](object params) {
    return object{{"name", "save_to_file"}, {"params", std::move(params)}};
  };
  const auto rule = make_rule(R"(select payload as p from "f")",
                              {to_file({{"file", "all.json"}}),
                               to_file({{"file", "few"}, {"payload_tmpl", "${p}"}, {"max_bytes", 1024}})});
  auto c = mqtt({.client_id = "c"});
  c->publish("f", "1", 1);
  c->publish("f", "2", 1);
  BOOST_TEST(eventually([&] { return action_count(rule, 1, "success") == 2; }));
  const auto text = [&](const char* name) {
    return read_text(process().folder() / "data" / "rule_files" / name);
  };
  BOOST_TEST(text("all.json") == "{\"p\":\"1\"}\n{\"p\":\"2\"}\n");
  BOOST_TEST(text("few") == "1\n2\n");
  c->publish("f", std::string(1000, 'x'), 1);
  c->publish("f", std::string(100, 'y'), 1);
  BOOST_TEST(eventually([&] { return action_count(rule, 1, "success") == 4; }));
  BOOST_TEST(text("few.old") == "1\n2\n" + std::string(1000, 'x') + "\n");
  BOOST_TEST(text("few") == std::string(100, 'y') + "\n");
  c->publish("f", std::string(2000, 'z'), 1);
  BOOST_TEST(eventually([&] { return action_count(rule, 1, "failed") == 1; }));
}

// Each rule is an actor: the lines of both stay whole, and none is lost when the file is full.
BOOST_FIXTURE_TEST_CASE(one_file_of_two_rules, rule_broker) {
  constexpr int messages = 2000;
  const auto file = [](const char* line) {
    return object{{"name", "save_to_file"},
                  {"params", object{{"file", "both"}, {"payload_tmpl", line}, {"max_bytes", 240'000}}}};
  };
  const std::string padding(100, '-');
  const auto one = make_rule(R"(select payload as p from "both/#")", {file(("1 ${p} " + padding).c_str())});
  const auto two = make_rule(R"(select payload as p from "both/+")", {file(("2 ${p} " + padding).c_str())});
  auto c = mqtt({.client_id = "c"});
  for (int i = 0; i < messages; ++i)
    c->publish("both/1", std::to_string(10'000 + i), i % 50 == 0 ? 1 : 0);
  BOOST_TEST(eventually([&] { return action_count(one, 0, "success") == messages; }));
  BOOST_TEST(eventually([&] { return action_count(two, 0, "success") == messages; }));
  const auto folder = process().folder() / "data" / "rule_files";
  std::multiset<std::string> lines, expected;
  std::istringstream in{read_text(folder / "both.old") + read_text(folder / "both")};
  for (std::string line; std::getline(in, line);)
    lines.insert(line);
  for (const char* rule : {"1 ", "2 "})
    for (int i = 0; i < messages; ++i)
      expected.insert(rule + std::to_string(10'000 + i) + ' ' + padding);
  BOOST_TEST((lines == expected));
}

// On the console, whatever the level of the log is.
BOOST_FIXTURE_TEST_CASE(what_a_rule_works_with_is_shown, rule_broker) {
  const object inspect{{"name", "inspect"}, {"params", object{{"a", 1}}}};
  const auto id = make_rule(R"(select payload as p from "i")", {inspect});
  make_rule(R"(select clientid as who from "$events/session_subscribed")", {inspect});
  auto c = mqtt({.client_id = "c\x7F"});
  const auto shown = [&](const std::string& text) {
    return eventually([&] { return process().log().find(text) != std::string::npos; });
  };
  c->publish("i", "x\n\x7F", 1);
  BOOST_TEST(shown("[inspect] " + id + " inspect_"));
  BOOST_TEST(shown("\n\tSelected Data: {\"p\":\"x\\n\\x7f\"}\n\tEnvs: {\"event\":\"message.publish\","));
  BOOST_TEST(shown(R"("clientid":"c\x7f",)"));
  BOOST_TEST(shown("\n\tAction Init Params: {\"a\":1}\n"));
  c->subscribe("s", 0);
  BOOST_TEST(shown("\n\tSelected Data: {\"who\":\"c\\x7f\"}\n\tEnvs: {\"event\":\"session.subscribed\","));
  c->publish("i", std::string(100'000, 'y'), 1);
  BOOST_TEST(shown("yyy...\n\tEnvs: "));
  BOOST_TEST(process().log().find(std::string(10'000, 'y')) == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(no_more_is_shown_than_one_can_read, rule_broker) {
  make_rule(R"(select payload as p from "i")", {object{{"name", "inspect"}}});
  auto c = mqtt({.client_id = "c"});
  for (int i = 0; i < 2000; ++i)
    c->publish("i", "x", i % 100 == 0 ? 1 : 0);
  BOOST_TEST(eventually([&] {
    c->publish("i", "x", 1);
    return process().log().find(" more before)\n\tSelected Data: ") != std::string::npos;
  }));
}

// A rule that is behind loses messages, and counts them; nobody waits for it.
BOOST_AUTO_TEST_CASE(a_rule_that_is_behind) {
  rule_broker b{"rule_engine.max_queue_len = 10\n"};
  const auto id = b.make_rule(R"(select * from "many")", {rule_broker::republish("out")});
  auto c = b.mqtt({.client_id = "c"});
  constexpr int messages = 5000;
  for (int i = 0; i < messages; ++i)
    c->publish("many", "x", i % 100 == 0 ? 1 : 0);
  BOOST_TEST(eventually([&] { return b.count(id, "matched") + b.count(id, "dropped") == messages; }));
}

BOOST_AUTO_TEST_SUITE_END()
