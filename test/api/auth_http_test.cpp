// emqx_auth_http against a web server: who may connect, who may do everything, who may publish and subscribe,
// and what happens while the server is slow or gone.
#include "api/fixture.hpp"
#include "support/gate.hpp"
#include "support/web_server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <vector>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

/// The service: names of users say what it answers. Questions about topics wait while it is held, and those
/// about `silent/…` while `silence` is.
class service : public gate {
public:
  explicit service(std::uint16_t port = 0)
      : server_([this](const auto& q, auto& r) { answer(q, r); }, port) {}

  ~service() {
    let_go();
    silence.let_go();
  }

  gate silence;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }

  std::vector<web_server::asked> asked(const std::string& path) const {
    std::vector<web_server::asked> out;
    for (auto& r : server_.requests())
      if (r.target.starts_with(path))
        out.push_back(std::move(r));
    return out;
  }

private:
  void answer(const httplib::Request& q, httplib::Response& r) {
    if (q.path == "/auth") {
      const auto user = q.get_param_value("username");
      if (user == "waits")
        pass();
      const int status = std::atoi(user.c_str());
      r.status = status > 0 ? status : 200;
      if (user == "ignored")
        r.set_content("ignore", "text/plain");
      if (user == "mounted")
        r.set_content(R"({"mountpoint":"at/%c/"})", "application/json");
      if (user == "badly mounted")
        r.set_content(R"({"mountpoint":"at/#/"})", "application/json");
    } else if (q.path == "/super") {
      r.status = q.get_param_value("username") == "root" ? 200 : 401;
    } else if (q.path == "/acl") {
      pass();
      const auto topic = q.get_param_value("topic");
      if (topic.starts_with("silent/"))
        silence.pass();
      r.status = topic.starts_with("no/") ? 403 : 200;
      if (topic.starts_with("ask others/"))
        r.set_content("ignore", "text/plain");
    }
  }

  web_server server_;
};

struct asking_broker : service, served_broker {
  explicit asking_broker(const std::string& more = "")
      : served_broker(
            "plugins.load = emqx_auth_http\nallow_anonymous = false\nauth.http.auth_req = " + url("/auth") +
            "\nauth.http.super_req = " + url("/super") + "\nauth.http.acl_req = " + url("/acl") +
            "\nauth.http.request.retry_times = 0\n" + more) {}

  reason_code connect(const connect_options& o, protocol_version version = v5) {
    return mqtt_client{port(), version}.connect(o).reason;
  }
  reason_code connect(const std::string& user) {
    return connect({.client_id = "c", .username = user, .password = "p"});
  }
  mqtt_client client(const std::string& id, const std::string& user = "u", protocol_version version = v5) {
    return connected(port(), {.client_id = id, .username = user, .password = "p"}, version);
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(mqtt_port()); }
};

struct without_cache : asking_broker {
  without_cache() : asking_broker("enable_acl_cache = off\n") {}
};

struct with_file : asking_broker {
  with_file() : asking_broker("acl_nomatch = deny\nacl_file = " + rules() + "\n") {}

  static std::string rules() {
    static const temporary_folder folder;
    write_text(folder.path() / "acl.conf", "{allow, all, pubsub, [\"ask others/yes\"]}.\n{deny, all, pubsub, "
                                           "[\"yes/#\"]}.\n");
    return (folder.path() / "acl.conf").string();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(auth_http)

BOOST_FIXTURE_TEST_CASE(statuses_are_reasons, asking_broker) {
  const std::pair<const char*, reason_code> rows[] = {
      {"alice", reason_code::success},
      {"400", reason_code::bad_user_name_or_password},
      {"401", reason_code::bad_user_name_or_password},
      {"403", reason_code::not_authorized},
      {"429", reason_code::banned},
      {"503", reason_code::server_unavailable},
      {"504", reason_code::server_busy},
      {"500", reason_code::server_unavailable},
      {"204", reason_code::server_unavailable},
      {"ignored", reason_code::not_authorized}, // nobody else knows it
  };
  for (const auto& [user, reason] : rows)
    BOOST_TEST((connect(user) == reason), user);
  BOOST_TEST(
      (connect({.client_id = "c", .username = "401"}, v311) == reason_code::bad_user_name_or_password));
}

BOOST_FIXTURE_TEST_CASE(what_it_is_told, asking_broker) {
  BOOST_TEST((connect({.client_id = "a&b", .username = "x y", .password = "p=%"}) == reason_code::success));
  const auto seen = asked("/auth");
  BOOST_TEST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0].method == "POST");
  BOOST_TEST(seen[0].content_type == "application/x-www-form-urlencoded");
  BOOST_TEST(seen[0].body == "clientid=a%26b&username=x%20y&password=p%3D%25");
  client("pub").publish("t/1", "x", qos::at_least_once);
  const auto topic = asked("/acl");
  BOOST_TEST_REQUIRE(topic.size() == 1U);
  BOOST_TEST(topic[0].method == "GET");
  BOOST_TEST(topic[0].target ==
             "/acl?access=2&username=u&clientid=pub&ipaddr=127.0.0.1&topic=t%2F1&mountpoint=");
}

BOOST_AUTO_TEST_CASE(bodies_and_headers_as_configured) {
  asking_broker b{"auth.http.auth_req.content_type = json\nauth.http.header.X-Key = secret\n"
                  "auth.http.auth_req.params = id=%c,ip=%a,port=%p,what=%r\n"
                  "auth.http.auth_req.headers.X-Own = auth\nauth.http.acl_req.headers.X-Own = acl\n"};
  b.connect("alice");
  const auto seen = b.asked("/auth");
  BOOST_TEST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0].body ==
             R"({"id":"c","ip":"127.0.0.1","port":")" + std::to_string(b.port()) + R"(","what":"mqtt"})");
  BOOST_TEST(seen[0].headers.find("X-Key")->second == "secret");
  BOOST_TEST_REQUIRE(seen[0].headers.count("X-Own") == 1U);
  BOOST_TEST(seen[0].headers.find("X-Own")->second == "auth");
}

BOOST_FIXTURE_TEST_CASE(superusers_are_not_asked_about, asking_broker) {
  auto root = client("r", "root");
  BOOST_TEST((root.publish("no/a", "x", qos::at_least_once) == reason_code::no_matching_subscribers));
  BOOST_TEST(asked("/acl").empty());
}

BOOST_FIXTURE_TEST_CASE(a_mount_point, asking_broker) {
  auto plain = client("p");
  plain.subscribe("at/m/t", qos::at_most_once);
  client("m", "mounted").publish("t", "x", qos::at_least_once);
  BOOST_TEST(plain.expect_message().topic == "at/m/t");
}

BOOST_FIXTURE_TEST_CASE(a_mount_point_that_is_none, asking_broker) {
  BOOST_TEST((connect({.client_id = "m", .username = "badly mounted", .password = "p"}) ==
              reason_code::server_unavailable));
  BOOST_TEST(process().has_logged("m is refused, as its mount point at/#/ has a wildcard"));
}

BOOST_FIXTURE_TEST_CASE(topics, asking_broker) {
  for (const auto version : {v311, v5}) {
    auto c = client("c", "u", version);
    const bool five = version == v5;
    c.send(mqtt::subscribe{7, {}, {{"yes/#", {}}, {"no/#", {}}, {"$share/g/no/x", {}}, {"$share/g/a", {}}}});
    const auto answer = c.expect_suback();
    const auto refused = five ? reason_code::not_authorized : reason_code::unspecified_error;
    BOOST_TEST_REQUIRE(answer.reasons.size() == 4U);
    BOOST_TEST((answer.reasons[0] == reason_code::success));
    BOOST_TEST((answer.reasons[1] == refused));
    BOOST_TEST((answer.reasons[2] == refused));
    BOOST_TEST((answer.reasons[3] == reason_code::success));
    for (const auto level : {qos::at_least_once, qos::exactly_once}) {
      const auto denied = c.publish("no/a", "x", level);
      BOOST_TEST((denied == (five ? reason_code::not_authorized : reason_code::success)));
    }
    c.publish("yes/a", "x", qos::at_least_once);
    BOOST_TEST(c.expect_message().topic == "yes/a");
  }
}

// A CONNECT waits for what is said of its will, and nobody else does.
BOOST_AUTO_TEST_CASE(wills) {
  asking_broker b{
      "zone.external.enable_will_acl = on\nauth.http.acl_req.params = topic=%t,password=%P,mount=%m\n"};
  const auto connect_with = [&b](std::string topic, const std::string& user = "u") {
    mqtt_client c{b.port(), v5};
    const mqtt::will last{topic, "gone", {}, qos::at_least_once, false};
    c.send(mqtt::connect{.version = v5,
                         .clean_start = true,
                         .client_id = "w" + topic,
                         .username = user,
                         .password = "p",
                         .will = last});
    return c;
  };
  auto watcher = b.client("watcher", "root");
  watcher.subscribe("#", qos::at_least_once);
  b.hold();
  auto denied = connect_with("no/a"), allowed = connect_with("yes/a"), mounted = connect_with("t", "mounted"),
       gone = connect_with("no/gone");
  BOOST_TEST(eventually([&] { return b.asked("/acl").size() == 4U; }));
  watcher.expect_nothing();
  { const auto end = std::move(gone); }
  b.let_go();
  for (auto* c : {&denied, &allowed, &mounted})
    BOOST_TEST((c->expect<mqtt::connack>().reason == reason_code::success));
  for (const auto& q : b.asked("/acl")) {
    const bool of_mounted = q.target.find("topic=t&") != std::string::npos;
    BOOST_TEST(q.target.ends_with(of_mounted ? "&password=undefined&mount=at%2Fwt%2F"
                                             : "&password=undefined&mount="),
               q.target);
  }
  for (auto* c : {&denied, &allowed, &mounted})
    c->socket().abort();
  std::vector<std::string> topics;
  for (int i = 0; i < 2; ++i)
    topics.emplace_back(watcher.expect_message().topic);
  std::sort(topics.begin(), topics.end());
  BOOST_TEST(topics == (std::vector<std::string>{"at/wt/t", "yes/a"}), boost::test_tools::per_element());
  // Its answers are remembered, and what comes behind the CONNECT is asked about as ever.
  auto again = connect_with("no/b");
  again.expect<mqtt::connack>();
  BOOST_TEST((again.publish("no/b", "x", qos::at_least_once) == reason_code::not_authorized));
  BOOST_TEST((again.publish("yes/b", "x", qos::at_least_once) == reason_code::success));
  BOOST_TEST(watcher.expect_message().topic == "yes/b");
  BOOST_TEST(b.asked("/acl").size() == 6U);
  watcher.expect_nothing();
}

BOOST_FIXTURE_TEST_CASE(answers_are_remembered, asking_broker) {
  auto c = client("c");
  for (int i = 0; i < 3; ++i)
    c.publish("a", "x", qos::at_least_once);
  BOOST_TEST(asked("/acl").size() == 1U);
  c.subscribe("a", qos::at_most_once);
  BOOST_TEST(asked("/acl").size() == 2U);
}

// A packet makes others be forgotten that it needs itself.
BOOST_FIXTURE_TEST_CASE(a_full_cache_opens_nothing, asking_broker) {
  auto c = client("c");
  BOOST_TEST((c.subscribe("no/secret", qos::at_most_once).reasons.front() == reason_code::not_authorized));
  std::vector<std::string> names;
  for (int i = 0; i < 32; ++i) // acl_cache_max_size
    names.push_back("yes/" + std::to_string(i));
  mqtt::subscribe all{7, {}, {}};
  for (const auto& name : names)
    all.entries.push_back({name, {}});
  all.entries.push_back({"no/secret", {}});
  c.send(all);
  BOOST_TEST((c.expect_suback().reasons.back() == reason_code::not_authorized));

  BOOST_TEST(put("/plugins/emqx_delayed_publish/load").code() == 0);
  auto p = client("p");
  const auto answer = [&](const std::string& topic) { return p.publish(topic, "x", qos::at_least_once); };
  BOOST_TEST((answer("no/secret") == reason_code::not_authorized));
  for (int i = 0; i < 31; ++i)
    answer("yes/" + std::to_string(i));
  BOOST_TEST((answer("$delayed/1/no/secret") == reason_code::not_authorized));
  BOOST_TEST((answer("no/secret") == reason_code::not_authorized));
}

BOOST_FIXTURE_TEST_CASE(without_a_cache_each_packet_asks, without_cache) {
  auto c = client("c");
  for (int i = 0; i < 3; ++i)
    c.publish("a", "x", qos::at_least_once);
  BOOST_TEST(asked("/acl").size() == 3U);
  c.send(
      mqtt::subscribe{7, {}, {{"a", {}}, {"a", {}}, {"b", {}}}}); // what is asked already is not asked again
  c.expect_suback();
  BOOST_TEST(asked("/acl").size() == 5U);
}

// More filters than the cache holds, some of them again, some that others decide about.
BOOST_FIXTURE_TEST_CASE(each_filter_of_a_large_packet_is_asked_for_once, with_file) {
  constexpr std::size_t each = 100;
  const auto granted = reason_code::success, denied = reason_code::not_authorized;
  std::deque<std::string> names;
  mqtt::subscribe all{7, {}, {}};
  std::vector<reason_code> wanted;
  const auto add = [&](const std::string& name, reason_code reason) {
    all.entries.push_back({names.emplace_back(name), {}});
    wanted.push_back(reason);
  };
  for (std::size_t i = 0; i < each; ++i) {
    add("yes/" + std::to_string(i), granted);
    add("$share/g/no/" + std::to_string(i), denied);
    add("ask others/yes", granted);
    add("ask others/" + std::to_string(i), denied);
  }
  add("#/not one", reason_code::topic_filter_invalid); // nobody is asked about it
  add("yes/0", granted);
  add("no/0", denied);
  auto c = client("c");
  c.send(all);
  BOOST_TEST((c.expect_suback().reasons == wanted));
  BOOST_TEST(asked("/acl").size() == 3 * each + 1);
  c.send(mqtt::subscribe{8, {}, {{"yes/new", {}}, {"$share/g/t", {.no_local = true}}, {"yes/never", {}}}});
  c.expect_disconnect(reason_code::protocol_error);
  BOOST_TEST(asked("/acl").size() == 3 * each + 2);
}

BOOST_FIXTURE_TEST_CASE(a_topic_alias_stands_for_its_topic, without_cache) {
  auto c = client("c");
  c.publish("no/a", "x", qos::at_least_once, false, numbers({{property::topic_alias, 1}}));
  BOOST_TEST((c.publish("", "x", qos::at_least_once, false, numbers({{property::topic_alias, 1}})) ==
              reason_code::not_authorized));
  BOOST_TEST(asked("/acl").size() == 2U);
}

// Who is waited for holds up nobody but himself, and nothing is lost or overtaken.
BOOST_FIXTURE_TEST_CASE(a_waiting_packet_keeps_its_place, asking_broker) {
  auto watcher = client("w"), busy = client("b"), waiting = client("x");
  watcher.subscribe("#", qos::at_most_once);  // those of QoS 1 would wait for its acknowledgements
  busy.publish("b", "0", qos::at_least_once); // is remembered
  BOOST_TEST(watcher.expect_message().topic == "b");
  hold();
  std::string bytes;
  for (int i = 0; i < 200; ++i)
    bytes += encoded(mqtt::publish{.topic = i % 3 == 0 ? "no/x" : "x/" + std::to_string(i % 3),
                                   .payload = std::to_string(i),
                                   .packet_id = std::uint16_t(i % 2 == 0 ? 0 : i),
                                   .level = i % 2 == 0 ? qos::at_most_once : qos::at_least_once},
                     v5);
  bytes += encoded(mqtt::subscribe{1000, {}, {{"later", {}}}}, v5) +
           encoded(mqtt::publish{.topic = "later", .payload = "x"}, v5);
  waiting.send_bytes(bytes);
  BOOST_TEST(eventually([&] { return asked("/acl").size() >= 3U; }));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST((busy.publish("b", "1", qos::at_least_once) == reason_code::success));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(watcher.expect_message().topic == "b");
  watcher.expect_nothing();
  let_go();
  for (int i = 0; i < 200; ++i)
    if (i % 3 != 0)
      BOOST_TEST(watcher.expect_message().payload == std::to_string(i));
  BOOST_TEST(watcher.expect_message().topic == "later");
  int acknowledged = 0;
  for (bool done = false; !done;) {
    const auto p = waiting.next();
    if (const auto* ack = std::get_if<mqtt::ack>(&p)) {
      BOOST_TEST(ack->packet_id == 2 * acknowledged + 1);
      ++acknowledged;
    }
    done = std::holds_alternative<mqtt::publish>(p);
  }
  BOOST_TEST(acknowledged == 100);
}

// What was sent before the end of the connection counts.
BOOST_FIXTURE_TEST_CASE(a_client_that_goes_meanwhile, asking_broker) {
  auto watcher = client("w");
  watcher.subscribe("#", qos::at_least_once);
  hold();
  {
    auto c = client("x");
    c.send_bytes(encoded(mqtt::publish{.topic = "a", .payload = "1"}, v5) +
                 encoded(mqtt::publish{.topic = "a", .payload = "2"}, v5) + encoded(mqtt::disconnect{}, v5));
  }
  BOOST_TEST(eventually([&] { return asked("/acl").size() == 2U; }));
  {
    auto c = client("y");
    c.send_bytes(encoded(mqtt::publish{.topic = "never", .payload = "1"}, v5));
    BOOST_TEST(eventually([&] { return asked("/acl").size() == 3U; }));
    BOOST_TEST(del("/clients/y").code() == 0);
    c.expect_disconnect(reason_code::administrative_action);
  }
  let_go();
  BOOST_TEST(watcher.expect_message().payload == "1");
  BOOST_TEST(watcher.expect_message().payload == "2");
  watcher.expect_nothing();
}

BOOST_FIXTURE_TEST_CASE(others_decide_behind_it, with_file) {
  auto c = client("c");
  const auto answer = [&](const char* topic) { return c.publish(topic, "x", qos::at_least_once); };
  BOOST_TEST((answer("ask others/yes") == reason_code::no_matching_subscribers));
  BOOST_TEST((answer("ask others/no") == reason_code::not_authorized));  // acl_nomatch
  BOOST_TEST((answer("yes/a") == reason_code::no_matching_subscribers)); // it goes before the file
  auto dollar = client("d", "$u");                                       // about whom it is not asked
  BOOST_TEST((dollar.publish("yes/a", "x", qos::at_least_once) == reason_code::not_authorized));
  BOOST_TEST(put("/plugins/emqx_auth_http/unload").code() == 0);
  BOOST_TEST(put("/plugins/emqx_auth_username/load").code() == 0);
  BOOST_TEST(del("/acl-cache").code() == 0);
  BOOST_TEST((answer("yes/a") == reason_code::not_authorized)); // the file alone
}

BOOST_AUTO_TEST_CASE(a_service_that_is_down) {
  const auto where = free_port();
  const auto url = [&](const char* path) { return "http://127.0.0.1:" + std::to_string(where) + path; };
  served_broker b{"plugins.load = emqx_auth_http\nauth.http.auth_req = " + url("/auth") +
                  "\nauth.http.acl_req = " + url("/acl") + "\nauth.http.request.retry_times = 0\n"};
  const auto at = static_cast<std::uint16_t>(b.mqtt_port());
  const auto alarm = [&](const char* which) {
    return b.get("/alarms/" + std::string(which) + "/emqx@127.0.0.1")
               .text.find("resource_down/emqx_auth_http") != std::string::npos;
  };
  const auto connect = [&](protocol_version version) {
    return mqtt_client{at, version}.connect(connect_options{.client_id = "c", .username = "u"}).reason;
  };
  BOOST_TEST(eventually([&] { return alarm("present"); })); // before anybody connects
  BOOST_TEST((connect(v5) == reason_code::server_unavailable));
  BOOST_TEST((connect(v311) == reason_code::server_unavailable));
  {
    const service there{where};
    BOOST_TEST(eventually([&] { return !alarm("present"); }));
    BOOST_TEST(alarm("history"));
    BOOST_TEST((connect(v5) == reason_code::success));
    auto k = connected(at, connect_options{.client_id = "k", .username = "u"}, v5);
    BOOST_TEST((k.publish("no/a", "x", qos::at_least_once) == reason_code::not_authorized));
  }
  mqtt_client c{at, v5};
  BOOST_TEST((c.connect(connect_options{.client_id = "c", .username = "u"}).reason ==
              reason_code::server_unavailable));
  BOOST_TEST(eventually([&] { return alarm("present"); }));
}

// Nobody knows the topic then: the rules and acl_nomatch decide.
BOOST_AUTO_TEST_CASE(topics_while_the_service_is_down) {
  const auto where = free_port();
  auto there = std::make_unique<service>(where);
  served_broker b{"plugins.load = emqx_auth_http\nauth.http.auth_req = " + there->url("/auth") +
                  "\nauth.http.acl_req = " + there->url("/acl") + "\nauth.http.request.retry_times = 0\n"};
  auto c = connected(static_cast<std::uint16_t>(b.mqtt_port()),
                     connect_options{.client_id = "c", .username = "u"}, v5);
  BOOST_TEST((c.publish("no/a", "x", qos::at_least_once) == reason_code::not_authorized));
  there.reset();
  BOOST_TEST((c.publish("no/b", "x", qos::at_least_once) == reason_code::no_matching_subscribers));
  BOOST_TEST((c.publish("no/a", "x", qos::at_least_once) == reason_code::not_authorized)); // remembered
  there = std::make_unique<service>(where);
  BOOST_TEST(eventually( // what nobody knew is not
      [&] { return c.publish("no/b", "x", qos::at_least_once) == reason_code::not_authorized; }));
}

// Others have their answers meanwhile.
BOOST_AUTO_TEST_CASE(a_topic_that_is_never_answered_opens_no_other) {
  asking_broker b{"auth.http.request.timeout = 1s\n"};
  b.silence.hold();
  auto silent = b.client("s"), other = b.client("o");
  silent.send(mqtt::publish{.topic = "silent/a", .packet_id = 1, .level = qos::at_least_once});
  BOOST_TEST(eventually([&] { return b.asked("/acl").size() == 1U; }));
  int number = 0;
  const auto refused = [&] {
    return other.publish("no/" + std::to_string(number++), "x", qos::at_least_once) ==
           reason_code::not_authorized;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{1'500}; // of the timeout
  while (std::chrono::steady_clock::now() < end)
    BOOST_REQUIRE(refused());
  BOOST_TEST((silent.expect<mqtt::ack>().reason == reason_code::no_matching_subscribers));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(refused());
}

BOOST_AUTO_TEST_CASE(a_service_that_does_not_answer) {
  asking_broker b{"zone.external.idle_timeout = 1s\nauth.http.request.timeout = 30s\n"};
  b.hold();
  for (const auto version : {v311, v5})
    BOOST_TEST((b.connect({.client_id = "c", .username = "waits", .password = "p"}, version) ==
                reason_code::server_unavailable));
}

BOOST_FIXTURE_TEST_CASE(no_secret_is_logged, asking_broker) {
  connect({.client_id = "c", .username = "401", .password = "my-own-secret"});
  connect({.client_id = "c", .username = "503", .password = "my-own-secret"});
  BOOST_TEST(process().log().find("my-own-secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
