// CONNECT while plugins of authentication are loaded: what each version is told, and what waits meanwhile.
#include "protocol/fixture.hpp"

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

// The names of each case are its own, so that the cases share the broker.
struct guarded : suite_broker {
  guarded()
      : suite_broker("plugins.load = emqx_auth_username,emqx_auth_mnesia\nallow_anonymous = false\n"
                     "auth.user.1.username = alice\nauth.user.1.password = wonderland\n"
                     "auth.mnesia.1.login = root\nauth.mnesia.1.password = toor\n"
                     "auth.mnesia.1.is_superuser = true\n") {}
};

struct anonymous : suite_broker {
  anonymous()
      : suite_broker("plugins.load = emqx_auth_username\nauth.user.1.username = alice\n"
                     "auth.user.1.password = wonderland\n") {}
};

struct bypassed : suite_broker {
  bypassed()
      : suite_broker("plugins.load = emqx_auth_username\nauth.user.1.username = alice\n"
                     "auth.user.1.password = wonderland\nzone.external.bypass_auth_plugins = true\n") {}
};

connect_options named(const char* username, const char* password) {
  connect_options o{.client_id = unique("c")};
  if (username != nullptr)
    o.username = username;
  if (password != nullptr)
    o.password = password;
  return o;
}

// The answer, and that a refusal ends the connection.
reason_code answer(protocol_version version, const connect_options& options) {
  mqtt_client c{port(), version};
  const auto got = c.connect(options).reason;
  if (got == reason_code::success)
    c.expect_nothing();
  else
    c.expect_closed();
  return got;
}

std::int64_t ended(const char* why) {
  const auto text = http_get(suite_broker::get().http_port(), "/api/v4/listeners").body;
  const auto at = text.find(std::string{"\""} + why + "\":");
  return at == std::string::npos ? 0 : number_in(text, why);
}

} // namespace

BOOST_AUTO_TEST_SUITE(authenticators, *boost::unit_test::fixture<guarded>())

BOOST_AUTO_TEST_CASE(every_version_is_let_in_or_refused) {
  for (const auto version : all_versions)
    BOOST_TEST_CONTEXT("version " << static_cast<int>(version)) {
      BOOST_TEST(answer(version, named("alice", "wonderland")) == reason_code::success);
      BOOST_TEST(answer(version, named("root", "toor")) == reason_code::success);
      BOOST_TEST(answer(version, named("alice", "Wonderland")) == reason_code::not_authorized);
      BOOST_TEST(answer(version, named("alice", "")) == reason_code::not_authorized);
      BOOST_TEST(answer(version, named("root", nullptr)) == reason_code::not_authorized);
      BOOST_TEST(answer(version, named("bob", "wonderland")) == reason_code::not_authorized);
      BOOST_TEST(answer(version, named(nullptr, nullptr)) == reason_code::not_authorized);
    }
}

// 0x87 of 5.0, 5 of the others.
BOOST_AUTO_TEST_CASE(the_bytes_of_a_refusal) {
  mqtt_client three{port(), v311};
  three.send_bytes(hex("10 17 00 04 'MQTT' 04 c2 00 3c 00 01 'c' 00 05 'alice' 00 01 'x'"));
  three.expect_bytes(hex("20 02 00 05"));
  three.expect_closed();
  mqtt_client old{port(), v31};
  old.send_bytes(hex("10 19 00 06 'MQIsdp' 03 c2 00 3c 00 01 'c' 00 05 'alice' 00 01 'x'"));
  old.expect_bytes(hex("20 02 00 05"));
  old.expect_closed();
  mqtt_client five{port(), v5};
  five.send_bytes(hex("10 18 00 04 'MQTT' 05 c2 00 3c 00 00 01 'c' 00 05 'alice' 00 01 'x'"));
  const auto refused = five.expect<mqtt::connack>();
  BOOST_TEST(refused.reason == reason_code::not_authorized);
  five.expect_closed();
}

// What a client sends behind its CONNECT is handled when it is let in, in order.
BOOST_AUTO_TEST_CASE(packets_behind_the_connect_wait) {
  for (const auto version : all_versions) {
    const auto topic = unique("t");
    mqtt_client c{port(), version};
    const std::string id = unique("c");
    auto bytes = encoded(mqtt::connect{.version = version,
                                       .clean_start = true,
                                       .keep_alive = 60,
                                       .client_id = id,
                                       .username = "alice",
                                       .password = "wonderland"},
                         version);
    bytes += encoded(mqtt::subscribe{1, {}, {{topic, {.level = qos1}}}}, version);
    bytes += encoded(mqtt::publish{.topic = topic, .payload = "1", .packet_id = 2, .level = qos1}, version);
    bytes += encoded(mqtt::publish{.topic = topic, .payload = "2"}, version);
    c.send_bytes(bytes);
    BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::success);
    BOOST_TEST(c.expect_suback().packet_id == 1);
    std::string payloads;
    bool acknowledged = false;
    for (int i = 0; i < 3; ++i) {
      auto p = c.next();
      if (const auto* message = std::get_if<mqtt::publish>(&p))
        payloads += message->payload;
      else
        acknowledged = true;
    }
    BOOST_TEST(payloads == "12");
    BOOST_TEST(acknowledged);
  }
}

// Of one who is refused nothing is handled.
BOOST_AUTO_TEST_CASE(packets_behind_a_refused_connect_are_nothing) {
  auto watcher = client(named("alice", "wonderland"));
  const auto topic = unique("t");
  watcher.subscribe(topic, qos0);
  mqtt_client c{port(), v311};
  const std::string id = unique("c");
  c.send_bytes(encoded(mqtt::connect{.version = v311,
                                     .clean_start = true,
                                     .client_id = id,
                                     .username = "alice",
                                     .password = "x",
                                     .will = mqtt::will{topic, "will", {}, qos0, false}},
                       v311) +
               encoded(mqtt::publish{.topic = topic, .payload = "no"}, v311));
  BOOST_TEST(c.expect<mqtt::connack>().reason == reason_code::not_authorized);
  c.expect_closed();
  auto publisher = client(named("root", "toor"));
  expect_fence(watcher, publisher, topic);
}

BOOST_AUTO_TEST_CASE(who_goes_meanwhile_costs_nothing) {
  for (int i = 0; i < 50; ++i) {
    mqtt_client c{port(), v311};
    const std::string id = unique("c");
    c.send_bytes(encoded(mqtt::connect{.version = v311,
                                       .clean_start = true,
                                       .client_id = id,
                                       .username = "alice",
                                       .password = "wonderland"},
                         v311));
    c.socket().abort();
  }
  const auto sessions = [] {
    return number_in(http_get(suite_broker::get().http_port(), "/api/v4/stats").body, "sessions.count");
  };
  BOOST_TEST(eventually([&] { return sessions() == 0; }));
  client(named("alice", "wonderland")).expect_nothing();
}

BOOST_AUTO_TEST_CASE(listeners_count_the_refused) {
  const auto before = ended("not_authorized");
  answer(v5, named("alice", "x"));
  answer(v311, named("bob", "x"));
  BOOST_TEST(eventually([&] { return ended("not_authorized") == before + 2; }));
}

BOOST_AUTO_TEST_CASE(no_secret_is_logged) {
  answer(v5, named("alice", "not-her-secret"));
  BOOST_TEST(suite_broker::get().has_logged("not_authorized"));
  const auto log = suite_broker::get().log();
  BOOST_TEST(log.find("not-her-secret") == std::string::npos);
  BOOST_TEST(log.find("wonderland") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(anonymous_beside_authenticators, *boost::unit_test::fixture<anonymous>())

BOOST_AUTO_TEST_CASE(whom_nobody_knows_is_let_in) {
  BOOST_TEST(answer(v5, named(nullptr, nullptr)) == reason_code::success);
  BOOST_TEST(answer(v311, named("bob", "x")) == reason_code::success);
  BOOST_TEST(answer(v5, named("alice", "x")) == reason_code::not_authorized);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bypassed_authenticators, *boost::unit_test::fixture<bypassed>())

BOOST_AUTO_TEST_CASE(no_plugin_is_asked) {
  BOOST_TEST(answer(v5, named("alice", "x")) == reason_code::success);
}

BOOST_AUTO_TEST_SUITE_END()
