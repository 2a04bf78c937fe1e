// Rules that are told of events.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

namespace {

using namespace troupe::test;
using boost::json::serialize;

// Rules that publish what they select, as JSON, to `seen`.
struct event_broker : served_broker {
  explicit event_broker(const std::string& settings = {})
      : served_broker("zone.external.max_mqueue_len = 2\n" + settings),
        watcher(mqtt({.client_id = "watcher"})) {
    watcher->subscribe("seen/#", 0);
  }

  void watch(const std::string& event, const std::string& columns, const std::string& where = "") {
    const object action{
        {"name", "republish"},
        {"params", object{{"target_topic", "seen/${event}"}, {"target_qos", 0}, {"payload_tmpl", "${all}"}}}};
    const auto made =
        post("/rules", serialize(object{{"rawsql", "SELECT event, json_encode(" + columns +
                                                       ") as all FROM \"$events/" + event + "\" " + where},
                                        {"actions", boost::json::array{action}}}));
    BOOST_TEST_REQUIRE(made.code() == 0, made.text);
  }

  std::string next() {
    const auto m = watcher->next();
    return m.topic + ' ' + m.payload;
  }

  // Two rules are two actors: either may be the first to publish.
  void expect_both(const std::string& one, const std::string& other) {
    const std::set<std::string> came{next(), next()}, expected{one, other};
    BOOST_TEST(came == expected, boost::test_tools::per_element());
  }

  peer_ptr watcher;
};

} // namespace

BOOST_AUTO_TEST_SUITE(rule_events)

BOOST_FIXTURE_TEST_CASE(clients_come_and_go, event_broker) {
  watch("client_connected",
        "[clientid, username, proto_name, proto_ver, keepalive, clean_start, is_bridge, mountpoint]");
  watch("client_disconnected", "[clientid, username, reason]");
  {
    auto c = mqtt({.client_id = "c", .version = 5, .username = "u"});
    BOOST_TEST(next() == R"(seen/client.connected ["c","u","MQTT",5,60,true,false,"undefined"])");
    c->disconnect();
  }
  BOOST_TEST(next() == R"(seen/client.disconnected ["c","u","normal"])");
  auto kicked = mqtt({.client_id = "kicked"});
  BOOST_TEST(next() == R"(seen/client.connected ["kicked","undefined","MQTT",4,60,true,false,"undefined"])");
  del("/clients/kicked");
  BOOST_TEST(next() == R"(seen/client.disconnected ["kicked","undefined","kicked"])");
}

BOOST_FIXTURE_TEST_CASE(where_they_come_from, event_broker) {
  watch("client_connected",
        "[peername, sockname, connected_at > 1500000000000, timestamp >= connected_at, node]");
  auto c = mqtt({.client_id = "c"});
  BOOST_TEST(next() == "seen/client.connected [\"127.0.0.1:" + std::to_string(c->local_port()) +
                           "\",\"127.0.0.1:" + std::to_string(mqtt_port()) +
                           "\",true,true,\"emqx@127.0.0.1\"]");
}

BOOST_FIXTURE_TEST_CASE(reasons_of_clients_that_leave, event_broker) {
  watch("client_disconnected", "[clientid, reason]");
  const std::pair<reason_code, const char*> reasons[] = {
      {reason_code::success, "normal"},
      {reason_code::disconnect_with_will, "disconnect_with_will_message"},
      {reason_code::unspecified_error, "unspecified_error"},
      {reason_code::administrative_action, "administrative_action"}};
  for (const auto& [reason, name] : reasons) {
    auto c = connected(static_cast<std::uint16_t>(mqtt_port()), "c", protocol_version::v5);
    c.disconnect(reason);
    BOOST_TEST(next() == "seen/client.disconnected [\"c\",\"" + std::string{name} + "\"]");
  }
}

BOOST_FIXTURE_TEST_CASE(subscriptions, event_broker) {
  watch("session_subscribed", "[clientid, username, peerhost, topic, qos]");
  watch("session_unsubscribed", "[clientid, topic, qos]");
  auto c = mqtt({.client_id = "c", .username = "u"});
  c->subscribe("a/+", 1);
  BOOST_TEST(next() == R"(seen/session.subscribed ["c","u","127.0.0.1","a/+",1])");
  c->subscribe("$share/g/b", 2);
  BOOST_TEST(next() == R"(seen/session.subscribed ["c","u","127.0.0.1","b",2])");
  c->unsubscribe("a/+");
  BOOST_TEST(next() == R"(seen/session.unsubscribed ["c","a/+",1])");
  c->unsubscribe("never");
  post("/mqtt/subscribe", R"({"topic":"api","qos":0,"clientid":"c"})");
  BOOST_TEST(next() == R"(seen/session.subscribed ["c","u","127.0.0.1","api",0])");
}

BOOST_FIXTURE_TEST_CASE(deliveries, event_broker) {
  const std::string who =
      "[from_clientid, from_username, clientid, username, topic, payload, qos, flags.retain, peerhost]";
  watch("message_delivered", who, "WHERE topic = 't'");
  watch("message_acked", who, "WHERE topic = 't'");
  auto from = mqtt({.client_id = "from", .username = "f"}), to = mqtt({.client_id = "to", .username = "t"});
  to->subscribe("t", 1);
  const auto members = R"( ["from","f","to","t","t","x",1,false,"127.0.0.1"])";
  from->publish("t", "x", 2);
  to->next(); // and acknowledges it
  expect_both("seen/message.delivered" + std::string{members}, "seen/message.acked" + std::string{members});
  from->publish("t", "x", 0);
  to->next();
  BOOST_TEST(next() == R"(seen/message.delivered ["from","f","to","t","t","x",0,false,"127.0.0.1"])");
  from->publish("t", "x", 1);
  BOOST_TEST(next() == "seen/message.delivered" + std::string{members}); // no other acknowledgement came
}

BOOST_FIXTURE_TEST_CASE(what_nobody_gets, event_broker) {
  watch("message_dropped", "[clientid, topic, payload, qos, reason]", "WHERE topic = 'nowhere'");
  watch("delivery_dropped", "[from_clientid, clientid, topic, payload, qos, reason]");
  auto from = mqtt({.client_id = "from"});
  from->publish("nowhere", "x", 1);
  BOOST_TEST(next() == R"(seen/message.dropped ["from","nowhere","x",1,"no_subscribers"])");
  {
    auto away = mqtt({.client_id = "away", .clean = false});
    away->subscribe("q", 1);
    away->drop();
    BOOST_TEST(eventually([&] { return !get("/clients/away").data().at(0).at("connected").as_bool(); }));
  }
  for (const char* payload : {"1", "2", "3"})
    from->publish("q", payload, 1);
  BOOST_TEST(next() == R"(seen/delivery.dropped ["from","away","q","1",1,"queue_full"])");
}

BOOST_FIXTURE_TEST_CASE(clients_that_ask, event_broker) {
  watch("client_connect", "[clientid, username, proto_ver, keepalive, expiry_interval, clean_start]");
  watch("client_connack", "[clientid, username, reason_code, conn_props.'Receive-Maximum']");
  auto c = mqtt({.client_id = "c", .username = "u"});
  expect_both(R"(seen/client.connect ["c","u",4,60,0,true])",
              R"(seen/client.connack ["c","u","success","undefined"])");
  const auto until = std::to_string(now_ms() / 1000 + 3600);
  BOOST_TEST(post("/banned", R"({"who":"bad","as":"clientid","until":)" + until + "}").code() == 0);
  mqtt_client bad{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
  connect_options options{.client_id = "bad"};
  options.properties = numbers({{property::session_expiry_interval, 7}, {property::receive_maximum, 3}});
  BOOST_TEST((bad.connect(options).reason == reason_code::banned));
  expect_both(R"(seen/client.connect ["bad","undefined",5,60,7,true])",
              R"(seen/client.connack ["bad","undefined","banned",3])");
}

BOOST_FIXTURE_TEST_CASE(sessions_that_go_on_and_end, event_broker) {
  watch("session_resumed", "[clientid, username, peerhost]");
  watch("session_terminated", "[clientid, reason]");
  mqtt({.client_id = "c", .username = "u", .clean = false})->drop();
  {
    auto again = mqtt({.client_id = "c", .username = "u", .clean = false});
    BOOST_TEST(next() == R"(seen/session.resumed ["c","u","127.0.0.1"])");
    again->disconnect();
  }
  auto fresh = mqtt({.client_id = "c"}); // the earlier session is discarded, which is no such end
  fresh->disconnect();
  BOOST_TEST(next() == R"(seen/session.terminated ["c","normal"])");
  mqtt({.client_id = "lost"})->drop(); // for the reason for which its connection ended
  BOOST_TEST(next() == R"(seen/session.terminated ["lost","tcp_closed"])");
  auto kicked = mqtt({.client_id = "kicked"});
  del("/clients/kicked");
  BOOST_TEST(next() == R"(seen/session.terminated ["kicked","kicked"])");
}

BOOST_FIXTURE_TEST_CASE(properties_of_packets, event_broker) {
  watch("client_connected", "conn_props");
  watch("client_disconnected", "disconn_props");
  watch("session_subscribed", "sub_props");
  watch("session_unsubscribed", "unsub_props");
  watch("message_acked", "[pub_props, puback_props]", "WHERE topic = 't'");
  connect_options options{.client_id = "c"};
  options.properties = numbers({{property::receive_maximum, 5}});
  options.properties.user_property("at", "connect");
  auto c = connected(static_cast<std::uint16_t>(mqtt_port()), std::move(options), protocol_version::v5);
  BOOST_TEST(next() == R"(seen/client.connected {"Receive-Maximum":5,"User-Property":{"at":"connect"},)"
                       R"("User-Property-Pairs":[{"key":"at","value":"connect"}]})");
  c.subscribe("t", {.level = qos::at_least_once}, numbers({{property::subscription_identifier, 9}}));
  BOOST_TEST(next() == R"(seen/session.subscribed {"Subscription-Identifier":9})");
  property_writer content;
  content.text(property::content_type, "a");
  c.publish("t", "x", qos::at_least_once, false, content);
  const auto m = c.expect<troupe::mqtt::publish>();
  property_writer why;
  why.text(property::reason_string, "read");
  c.send(troupe::mqtt::ack{packet_type::puback, m.packet_id, reason_code::success, why.view()});
  BOOST_TEST(next() == R"(seen/message.acked [{"Content-Type":"a"},{"Reason-String":"read"}])");
  c.unsubscribe("t");
  BOOST_TEST(next() == R"(seen/session.unsubscribed {})");
  c.disconnect(reason_code::success, why);
  BOOST_TEST(next() == R"(seen/client.disconnected {"Reason-String":"read"})");
}

BOOST_FIXTURE_TEST_CASE(all_events_and_unknown_ones, event_broker) {
  watch("no_such_event", "clientid"); // as in EMQ X it is taken, and waits for ever
  watch("#", "[clientid]", "WHERE event =~ 'client.connected'");
  auto c = mqtt({.client_id = "c"});
  BOOST_TEST(next() == R"(seen/client.connected ["c"])");
  // A message of this name is no event.
  c->publish("$events/no_such_event", "x", 1);
  auto d = mqtt({.client_id = "d"});
  BOOST_TEST(next() == R"(seen/client.connected ["d"])");
}

BOOST_FIXTURE_TEST_CASE(a_rule_on_deliveries_does_not_feed_itself, event_broker) {
  const auto made = post("/rules", R"({"rawsql":"select * from \"$events/message_delivered\"","actions":[
      {"name":"republish","params":{"target_topic":"seen/again","target_qos":-1,"payload_tmpl":"${payload}"}}]})");
  const std::string id = made.data().at("id").as_string().c_str();
  auto c = mqtt({.client_id = "c"});
  c->publish("seen/1", "x", 1);
  BOOST_TEST(next() == "seen/1 x");
  BOOST_TEST(next() == "seen/again x");
  const auto failed = [&] {
    return get("/rules/" + id).data().at("actions").at(0).at("metrics").at(0).at("failed").as_int64();
  };
  BOOST_TEST(eventually([&] { return failed() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(switched_off, event_broker) {
  watch("client_connected", "[clientid]");
  const std::string id = get("/rules").data().at(0).at("id").as_string().c_str();
  BOOST_TEST(put("/rules/" + id, R"({"enabled":false})").code() == 0);
  auto silent = mqtt({.client_id = "silent"});
  BOOST_TEST(put("/rules/" + id, R"({"enabled":true})").code() == 0);
  auto c = mqtt({.client_id = "c"});
  BOOST_TEST(next() == R"(seen/client.connected ["c"])");
  BOOST_TEST(put("/rules/" + id, R"({"rawsql":"select * from \"t\""})").code() == 0);
  auto d = mqtt({.client_id = "d"});
  BOOST_TEST(get("/rules/" + id).data().at("metrics").at(0).at("matched") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
