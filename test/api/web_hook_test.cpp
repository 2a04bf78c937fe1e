// emqx_web_hook tells an HTTP server of what clients do, and troubles nobody while that server is slow or
// gone.
#include "api/fixture.hpp"
#include "support/closing_server.hpp"
#include "support/gate.hpp"
#include "support/web_server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <thread>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

/// Where the requests go; it can let them wait.
class hook_sink : public gate {
public:
  explicit hook_sink(std::uint16_t port = 0) : server_([this](const auto&, auto& r) { answer(r); }, port) {}
  ~hook_sink() { let_go(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook?v=1"; }

  std::vector<web_server::asked> requests() const { return server_.requests(); }

  std::vector<object> told() const {
    std::vector<object> out;
    for (const auto& r : server_.requests())
      out.push_back(boost::json::parse(r.body).get_object());
    return out;
  }

  /// The first event of this action, as soon as it is there.
  object first(const std::string& action) const {
    object found;
    const bool came = eventually([&] {
      for (auto& e : told())
        if (e.at("action").as_string() == action) {
          found = std::move(e);
          return true;
        }
      return false;
    });
    BOOST_TEST_REQUIRE(came, action);
    return found;
  }

private:
  void answer(httplib::Response& r) {
    pass();
    r.status = 200;
  }

  web_server server_;
};

/// Answers the first event of a client last, and notes events as it answers them.
class uneven_sink {
public:
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  std::size_t count() const {
    const std::scoped_lock lock{mutex_};
    return count_;
  }

  /// The actions of each client.
  std::map<std::string, std::string> told() const {
    const std::scoped_lock lock{mutex_};
    return told_;
  }

private:
  void answer(const httplib::Request& q) {
    auto event = boost::json::parse(q.body).get_object();
    const std::string action{event.at("action").as_string()};
    const auto& client = event.at(action == "message_publish" ? "from_client_id" : "clientid").as_string();
    std::this_thread::sleep_for(pauses_.at(action));
    const std::scoped_lock lock{mutex_};
    told_[std::string{client}] += action + ' ';
    ++count_;
  }

  const std::map<std::string, milliseconds> pauses_{{"client_connected", milliseconds{20}},
                                                    {"message_publish", milliseconds{5}},
                                                    {"client_disconnected", milliseconds{0}}};
  mutable std::mutex mutex_;
  std::map<std::string, std::string> told_;
  std::size_t count_ = 0;
  web_server server_{[this](const auto& q, auto&) { answer(q); }};
};

// A broker that tells of published messages.
std::string telling_of_messages(const std::string& url, int requests) {
  return "plugins.load = emqx_web_hook\nweb.hook.url = " + url +
         "\nweb.hook.rule.message.publish.1 = {\"action\": \"on_message_publish\"}\nweb.hook.pool_size = " +
         std::to_string(requests) + '\n';
}

bool alarmed(served_broker& broker) {
  return broker.get("/alarms/present").text.find("emqx_web_hook") != std::string::npos;
}

struct telling_broker : hook_sink, served_broker {
  explicit telling_broker(const std::string& more = "")
      : served_broker("plugins.load = emqx_web_hook\nweb.hook.url = " + url() + "\nweb.hook.pool_size = 1\n" +
                      more) {}

  std::uint16_t port() const { return static_cast<std::uint16_t>(mqtt_port()); }
};

struct choosy_broker : telling_broker {
  choosy_broker()
      : telling_broker(
            "web.hook.rule.message.publish.1 = {\"action\": \"on_message_publish\", \"topic\": \"a/+\"}\n"
            "web.hook.rule.client.subscribe.1 = {\"action\": \"on_client_subscribe\", \"topic\": \"s/#\"}\n"
            "web.hook.headers.X-Token = t\nweb.hook.body.encoding_of_payload_field = base62\n") {}
};

struct closed_broker : telling_broker {
  closed_broker() : telling_broker("allow_anonymous = false\n") {}
};

struct small_queue : telling_broker {
  small_queue()
      : telling_broker("web.hook.rule.message.publish.1 = {\"action\": \"on_message_publish\"}\n"
                       "rule_engine.max_queue_len = 10\n") {}
};

struct without_hook : hook_sink, served_broker {
  without_hook()
      : served_broker("web.hook.api.url = " + url() +
                      "\nweb.hook.rule.message.publish.1 = {\"action\": \"on_message_publish\"}\n") {}

  void change(const std::string& how) {
    BOOST_TEST(put("/plugins/emqx_web_hook/" + how).text == R"({"code":0})");
  }
};

std::string without(object o, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    BOOST_TEST(o.at(name).is_int64(), name);
    o.erase(name);
  }
  return boost::json::serialize(o);
}

} // namespace

BOOST_AUTO_TEST_SUITE(web_hook)

BOOST_FIXTURE_TEST_CASE(all_events_with_their_members, telling_broker) {
  mqtt_client c =
      connected(port(), {.client_id = "c", .keep_alive = 33, .username = "u"}, protocol_version::v5);
  c.subscribe("a/#", {.level = qos::at_least_once, .retain_as_published = true, .retain_handling = 1});
  c.publish("a/1", "text \xFF", qos::at_least_once, true);
  c.expect_message();
  c.unsubscribe("a/#");
  c.disconnect();
  const std::string who = R"("clientid":"c","username":"u",)";
  const std::string from = R"("from_client_id":"c","from_username":"u","topic":"a/1","qos":1,"retain":true,)"
                           "\"payload\":\"text \xEF\xBF\xBD\"}";
  const std::string connection = R"("ipaddress":"127.0.0.1","keepalive":33,"proto_ver":5)";
  const std::string options = R"("topic":"a/#","opts":{"qos":1,"nl":0,"rap":1,"rh":1}})";
  BOOST_TEST(without(first("client_connect"), {}) ==
             R"({"action":"client_connect",)" + who + connection + "}");
  BOOST_TEST(without(first("client_connack"), {}) ==
             R"({"action":"client_connack",)" + who + connection + R"(,"conn_ack":"success"})");
  BOOST_TEST(without(first("client_connected"), {"connected_at"}) ==
             R"({"action":"client_connected",)" + who + connection + "}");
  BOOST_TEST(without(first("client_subscribe"), {}) == R"({"action":"client_subscribe",)" + who + options);
  BOOST_TEST(without(first("session_subscribed"), {}) ==
             R"({"action":"session_subscribed",)" + who + options);
  BOOST_TEST(without(first("message_publish"), {"ts"}) == R"({"action":"message_publish",)" + from);
  BOOST_TEST(without(first("message_delivered"), {"ts"}) == R"({"action":"message_delivered",)" + who + from);
  BOOST_TEST(without(first("message_acked"), {"ts"}) ==
             R"({"action":"message_acked","clientid":"c",)" + from);
  BOOST_TEST(without(first("client_unsubscribe"), {}) ==
             R"({"action":"client_unsubscribe",)" + who +
                 R"("topic":"a/#","opts":{"qos":0,"nl":0,"rap":0,"rh":0}})");
  BOOST_TEST(without(first("session_unsubscribed"), {}) ==
             R"({"action":"session_unsubscribed",)" + who + R"("topic":"a/#"})");
  BOOST_TEST(without(first("client_disconnected"), {}) ==
             R"({"action":"client_disconnected",)" + who + R"("reason":"normal"})");
  BOOST_TEST(without(first("session_terminated"), {}) ==
             R"({"action":"session_terminated",)" + who + R"("reason":"normal"})");
  BOOST_TEST(requests().size() == 12U);
  const auto metrics = [this] { return get("/nodes/emqx@127.0.0.1/metrics").data().as_object(); };
  std::size_t counted = 0;
  for (const auto& m : metrics())
    if (m.key().starts_with("webhook.")) {
      ++counted;
      BOOST_TEST(m.value().as_int64() == 1, m.key());
    }
  BOOST_TEST(counted == 12U);
  BOOST_TEST(put("/plugins/emqx_web_hook/unload").code() == 0);
  BOOST_TEST(!metrics().contains("webhook.client_connect"));
  const auto request = requests().front();
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.target == "/hook?v=1");
  BOOST_TEST(request.content_type == "application/json");
}

BOOST_FIXTURE_TEST_CASE(who_is_refused_and_has_no_name, closed_broker) {
  mqtt_client c{port(), protocol_version::v311};
  c.connect(connect_options{.client_id = "c"});
  BOOST_TEST(without(first("client_connack"), {}) ==
             R"({"action":"client_connack","clientid":"c","username":null,"ipaddress":"127.0.0.1",)"
             R"("keepalive":60,"proto_ver":4,"conn_ack":"not_authorized"})");
}

BOOST_FIXTURE_TEST_CASE(rules_choose, choosy_broker) {
  mqtt_client c = connected(port(), "c", protocol_version::v5);
  c.subscribe("t/1", qos::at_most_once);
  c.subscribe("s/1", qos::at_most_once);
  c.publish("b/1", "no", qos::at_least_once);
  c.publish("a/1", "yes\xFF", qos::at_least_once);
  const auto published = first("message_publish");
  BOOST_TEST(published.at("topic").as_string() == "a/1");
  BOOST_TEST(published.at("payload").as_string() == "eWVz9CD"); // base62 of EMQ X
  BOOST_TEST(first("client_subscribe").at("topic").as_string() == "s/1");
  BOOST_TEST(requests().size() == 2U);
  BOOST_TEST(requests().front().headers.find("X-Token")->second == "t");
}

BOOST_FIXTURE_TEST_CASE(load_and_unload_take_effect_at_once, without_hook) {
  const auto port = static_cast<std::uint16_t>(mqtt_port());
  mqtt_client c = connected(port, "c", protocol_version::v5);
  const auto publish = [&](const char* topic) { c.publish(topic, "x", qos::at_least_once); };
  publish("unheard");
  change("load");
  publish("heard");
  BOOST_TEST(first("message_publish").at("topic").as_string() == "heard");
  change("unload");
  publish("unheard again");
  change("load");
  publish("heard again");
  BOOST_TEST(eventually([&] { return told().size() >= 2; }));
  BOOST_TEST(told().at(1).at("topic").as_string() == "heard again");
  c.disconnect();
  process().terminate();
  process().start_again();
  connected(port, "c", protocol_version::v5).publish("heard later", "x", qos::at_least_once);
  BOOST_TEST(eventually([&] { return told().size() >= 3; }));
  BOOST_TEST(told().at(2).at("topic").as_string() == "heard later");
}

// Clients do not notice; an alarm tells of it.
BOOST_AUTO_TEST_CASE(a_server_that_is_not_there) {
  const auto place = free_port();
  served_broker broker{telling_of_messages("http://127.0.0.1:" + std::to_string(place), 32)};
  const auto alarm = [&] { return alarmed(broker); };
  BOOST_TEST(eventually(alarm));
  mqtt_client c = connected(static_cast<std::uint16_t>(broker.mqtt_port()), "c", protocol_version::v5);
  c.publish("kept", "x", qos::at_least_once);
  const hook_sink sink{place};
  BOOST_TEST(eventually([&] { return !alarm(); }));
  BOOST_TEST(broker.get("/alarms/history").text.find("emqx_web_hook") != std::string::npos);
  c.publish("told", "x", qos::at_least_once);
  BOOST_TEST(eventually([&] { return sink.requests().size() == 2; }));
  BOOST_TEST(sink.told().front().at("topic").as_string() == "kept");
  BOOST_TEST(sink.told().back().at("topic").as_string() == "told");
}

// More than may wait is dropped, counted and told; nothing grows, and clients do not wait.
BOOST_FIXTURE_TEST_CASE(a_server_that_is_too_slow, small_queue) {
  hold();
  mqtt_client c = connected(port(), "c", protocol_version::v5);
  for (int i = 0; i < 100; ++i)
    c.publish("a", "x", qos::at_least_once);
  let_go();
  BOOST_TEST(eventually([&] { return told().size() >= 10; }));
  const auto dropped = [&] {
    c.publish("a", "x", qos::at_least_once); // with the next event that it gets
    return process().log().find("events were dropped so far") != std::string::npos;
  };
  BOOST_TEST(eventually(dropped));
}

// What happens while the server is gone waits for it.
BOOST_AUTO_TEST_CASE(an_outage_loses_nothing) {
  constexpr int before = 20, all = 320;
  const auto place = free_port();
  auto sink = std::make_unique<hook_sink>(place);
  served_broker broker{telling_of_messages(sink->url(), 4)};
  std::map<std::string, peer_ptr> clients;
  for (const char* id : {"a", "b", "c"})
    clients[id] = broker.mqtt({.client_id = id});
  const auto publish = [&](int first, int last) {
    for (int i = first; i < last; ++i)
      for (auto& [id, client] : clients)
        client->publish("t", std::to_string(i), 1);
  };
  publish(0, before);
  BOOST_TEST(eventually([&] { return sink->requests().size() == clients.size() * before; }));
  sink.reset();
  publish(before, all);
  BOOST_TEST(eventually([&] { return alarmed(broker); }));
  sink = std::make_unique<hook_sink>(place);
  const auto missed = clients.size() * (all - before);
  BOOST_TEST(eventually([&] { return sink->requests().size() >= missed; }, seconds{30}));
  std::map<std::string, int> next;
  for (const auto& e : sink->told()) {
    const std::string from{e.at("from_client_id").as_string()};
    BOOST_TEST(e.at("payload").as_string() == std::to_string(before + next[from]++));
  }
  BOOST_TEST(sink->requests().size() == missed);
  BOOST_TEST(eventually([&] { return !alarmed(broker); }));
}

// However long the server takes for each of them.
BOOST_AUTO_TEST_CASE(events_of_a_client_keep_their_order) {
  constexpr int all = 150;
  const uneven_sink sink;
  served_broker broker{telling_of_messages(sink.url(), 16) +
                       "web.hook.rule.client.connected.1 = {\"action\": \"on_client_connected\"}\n"
                       "web.hook.rule.client.disconnected.1 = {\"action\": \"on_client_disconnected\"}\n"};
  for (int i = 0; i < all; ++i) {
    const auto c = broker.mqtt({.client_id = std::to_string(i)});
    c->publish("t", "x", 1);
    c->disconnect();
  }
  BOOST_TEST(eventually([&] { return sink.count() == 3U * all; }));
  const auto told = sink.told();
  BOOST_TEST(told.size() == static_cast<std::size_t>(all));
  for (const auto& [client, actions] : told)
    BOOST_TEST(actions == "client_connected message_publish client_disconnected ", client);
}

// Nor does one overtake another whose connection was closed before the answer.
BOOST_AUTO_TEST_CASE(one_that_is_told_again_keeps_its_place) {
  const closing_server sink{1};
  served_broker broker{telling_of_messages("http://127.0.0.1:" + std::to_string(sink.port()), 4)};
  const auto c = broker.mqtt({.client_id = "c"});
  for (int i = 0; i < 5; ++i)
    c->publish("t", std::to_string(i), 1);
  BOOST_TEST(eventually([&] { return sink.bodies().size() == 10; }));
  std::string payloads;
  for (const auto& body : sink.bodies())
    payloads += boost::json::parse(body).at("payload").as_string();
  BOOST_TEST(payloads == "0011223344");
}

BOOST_AUTO_TEST_CASE(the_log_says_what_its_end_gives_up) {
  served_broker broker{telling_of_messages("http://127.0.0.1:" + std::to_string(free_port()), 4)};
  const auto c = broker.mqtt({.client_id = "c"});
  for (int i = 0; i < 5; ++i)
    c->publish("t", "x", 1);
  BOOST_TEST(eventually([&] {
    const auto metrics = broker.get("/nodes/emqx@127.0.0.1/metrics");
    return metrics.data().at("webhook.message_publish").as_int64() == 5;
  }));
  BOOST_TEST(broker.put("/plugins/emqx_web_hook/unload").code() == 0);
  BOOST_TEST(
      eventually([&] { return broker.process().log().find("5 events were not told") != std::string::npos; }));
}

BOOST_AUTO_TEST_SUITE_END()
