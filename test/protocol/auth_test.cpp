// Enhanced authentication: AUTH packets, sections 3.15 and 4.12.
#include "protocol/fixture.hpp"
#include "support/scram_client.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;

struct scram_broker : suite_broker {
  scram_broker()
      : suite_broker("allow_anonymous = false\nzone.external.idle_timeout = 3s\n"
                     "auth.scram.user.1.username = alice\nauth.scram.user.1.password = wonderland\n"
                     "auth.scram.user.2.username = bob\nauth.scram.user.2.password = builder\n") {}
};

property_writer method_and_data(std::string_view method, std::string_view data) {
  property_writer p;
  p.text(property::authentication_method, method);
  if (!data.empty())
    p.text(property::authentication_data, data);
  return p;
}

std::string_view data_of(const mqtt::property_view& p) {
  return p.text(property::authentication_data).value_or("");
}

// A client in the middle of its authentication, step by step.
struct login {
  explicit login(std::string user = "alice", std::string password = "wonderland",
                 std::string name = "SCRAM-SHA-256")
      : method(std::move(name)),
        scram(method == "SCRAM-SHA-1" ? "SHA1" : "SHA256", std::move(user), std::move(password)) {}

  void send_connect(std::string_view data, std::optional<std::string_view> username = {}) {
    const auto properties = method_and_data(method, data);
    client.send(mqtt::connect{.version = v5,
                              .clean_start = true,
                              .client_id = id,
                              .username = username,
                              .properties = properties.view()});
  }

  void send_auth(reason_code reason, std::string_view data, std::string_view as_method = {}) {
    const auto properties = method_and_data(as_method.empty() ? method : as_method, data);
    client.send(mqtt::auth{reason, properties.view()});
  }

  // An AUTH of the server with the method of the CONNECT; its data.
  std::string_view expect_auth(reason_code reason = reason_code::continue_authentication) {
    const auto a = client.expect<mqtt::auth>();
    BOOST_TEST(a.reason == reason);
    BOOST_TEST(a.properties.text(property::authentication_method).value_or("") == method);
    BOOST_TEST(!a.properties.text(property::reason_string).has_value()); // [MQTT-3.15.2-2]
    BOOST_TEST(!a.properties.text(property::user_property).has_value()); // [MQTT-3.15.2-3]
    return data_of(a.properties);
  }

  // Up to the point where only the proof is missing.
  std::string challenge() {
    send_connect(scram.first());
    return std::string{expect_auth()};
  }

  mqtt::connack connect(std::optional<std::string_view> username = {}) {
    send_connect(scram.first(), username);
    send_auth(reason_code::continue_authentication, scram.last(expect_auth()));
    return client.expect<mqtt::connack>();
  }

  void expect_refusal(reason_code reason) {
    const auto answer = client.expect<mqtt::connack>();
    BOOST_TEST(answer.reason == reason);
    client.expect_closed();
  }

  // AUTH in both directions, while the connection lives.
  void reauthenticate() {
    send_auth(reason_code::reauthenticate, scram.first());
    send_auth(reason_code::continue_authentication, scram.last(expect_auth()));
    BOOST_TEST(scram.accepts(expect_auth(reason_code::success)));
  }

  std::string id = unique("c");
  std::string method;
  scram_client scram;
  mqtt_client client{port(), v5};
};

} // namespace

BOOST_AUTO_TEST_SUITE(enhanced_authentication, *boost::unit_test::fixture<scram_broker>())

// [MQTT-4.12.0-5]
BOOST_AUTO_TEST_CASE(the_connack_names_the_method_and_proves_the_server) {
  for (const char* method : {"SCRAM-SHA-256", "SCRAM-SHA-1"}) {
    login l{"alice", "wonderland", method};
    const auto answer = l.connect();
    BOOST_TEST(answer.reason == reason_code::success);
    BOOST_TEST(answer.properties.text(property::authentication_method).value_or("") == method);
    BOOST_TEST(l.scram.accepts(data_of(answer.properties)));
    l.client.subscribe(l.id, qos1);
    l.client.publish(l.id, "works", qos1);
    BOOST_TEST(brief(l.client.expect_message()) == l.id + " works 1");
  }
}

// [MQTT-4.12.0-2]
BOOST_AUTO_TEST_CASE(the_server_asks_with_AUTH_0x18) {
  login l;
  l.send_connect(""); // no data: the server asks for it
  BOOST_TEST(l.expect_auth() == "");
  l.send_auth(reason_code::continue_authentication, l.scram.first());
  l.send_auth(reason_code::continue_authentication, l.scram.last(l.expect_auth()));
  BOOST_TEST(l.client.expect<mqtt::connack>().reason == reason_code::success);
}

// [MQTT-4.12.0-1]
BOOST_AUTO_TEST_CASE(a_method_that_is_unknown) {
  for (const char* method : {"PLAIN", "", "SCRAM-SHA-512"}) {
    login l{"alice", "wonderland", method};
    l.send_connect("n,,n=alice,r=x");
    l.expect_refusal(reason_code::bad_authentication_method);
  }
}

// [MQTT-4.12.0-4]
BOOST_AUTO_TEST_CASE(a_failure_is_a_connack_and_the_end) {
  login bad;
  bad.send_auth(reason_code::continue_authentication, bad.scram.last(bad.challenge() + "x"));
  bad.expect_refusal(reason_code::not_authorized);
  for (const char* user : {"alice", "nobody"}) {
    login l{user, "queen"};
    l.send_auth(reason_code::continue_authentication, l.scram.last(l.challenge()));
    l.expect_refusal(reason_code::not_authorized);
  }
  login garbage;
  garbage.send_connect("garbage");
  garbage.expect_refusal(reason_code::not_authorized);
}

// [MQTT-4.12.0-3]
BOOST_AUTO_TEST_CASE(AUTH_of_the_client_is_0x18) {
  login l;
  const auto challenge = l.challenge();
  l.send_auth(reason_code::reauthenticate, l.scram.last(challenge));
  l.expect_refusal(reason_code::protocol_error);
}

// [MQTT-4.12.0-5]
BOOST_AUTO_TEST_CASE(all_AUTH_packets_have_the_method_of_the_connect) {
  login l;
  const auto challenge = l.challenge();
  l.send_auth(reason_code::continue_authentication, l.scram.last(challenge), "SCRAM-SHA-1");
  l.expect_refusal(reason_code::protocol_error);
}

// [MQTT-3.1.2-30]
BOOST_AUTO_TEST_CASE(only_AUTH_and_DISCONNECT_before_the_connack) {
  login l;
  l.challenge();
  l.client.send(mqtt::publish{"t", "p", {}, 0, qos0, false, false});
  l.expect_refusal(reason_code::protocol_error);
  login leaves;
  leaves.challenge();
  leaves.client.send(mqtt::disconnect{});
  leaves.client.expect_closed();
  login vanishes;
  vanishes.challenge();
}

// [MQTT-3.15.2-1]
BOOST_AUTO_TEST_CASE(reasons_of_AUTH) {
  for (const char* bytes : {"F0 00", "F0 02 00 00", "F0 12 00 10 15 000D 'SCRAM-SHA-256'", "F0 02 18 00"}) {
    login l;
    l.challenge();
    l.client.send_bytes(hex(bytes));
    BOOST_TEST(is_error(l.client.expect<mqtt::connack>().reason));
    l.client.expect_closed();
  }
  login flags; // [MQTT-3.15.1-1]
  flags.challenge();
  flags.client.send_bytes(hex("F1 12 18 10 15 000D 'SCRAM-SHA-256'"));
  flags.expect_refusal(reason_code::malformed_packet);
}

BOOST_AUTO_TEST_CASE(an_authentication_must_come_to_an_end) {
  login l;
  l.challenge();
  l.client.expect_closed(seconds{8});
}

BOOST_AUTO_TEST_CASE(without_a_method_nobody_gets_in) {
  mqtt_client c{port(), v5};
  BOOST_TEST(c.connect(unique("c")).reason == reason_code::not_authorized);
}

BOOST_AUTO_TEST_CASE(the_user_name_is_that_of_the_login) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  const auto rows = http_get(suite_broker::get().http_port(), "/api/v4/clients?clientid=" + l.id);
  BOOST_TEST(rows.body.find("\"username\":\"alice\"") != std::string::npos, rows.body);
  login same;
  BOOST_TEST(same.connect("alice").reason == reason_code::success);
  login other;
  BOOST_TEST(other.connect("bob").reason == reason_code::not_authorized);
  other.client.expect_closed();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(banned_users, *boost::unit_test::fixture<scram_broker>())

// By the name that CONNECT tells, and by the one that only the exchange tells.
BOOST_AUTO_TEST_CASE(are_not_let_in) {
  const auto http = suite_broker::get().http_port();
  http_request(http, "POST", "/api/v4/banned", R"({"as":"username","who":"bob"})");
  login told("bob", "builder");
  told.send_connect(told.scram.first(), "bob");
  told.expect_refusal(reason_code::banned);
  login proven("bob", "builder");
  BOOST_TEST(proven.connect().reason == reason_code::banned);
  proven.client.expect_closed();
  http_request(http, "DELETE", "/api/v4/banned/username/bob");
  BOOST_TEST(login("bob", "builder").connect().reason == reason_code::success);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(re_authentication, *boost::unit_test::fixture<scram_broker>())

// [MQTT-4.12.1-1]
BOOST_AUTO_TEST_CASE(on_a_connection_that_lives) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  l.reauthenticate();
  l.reauthenticate();
  l.client.expect_nothing();
}

BOOST_AUTO_TEST_CASE(other_packets_flow_meanwhile) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  l.client.subscribe(l.id, qos0);
  l.send_auth(reason_code::reauthenticate, l.scram.first());
  const std::string challenge{l.expect_auth()};
  l.client.publish(l.id, "meanwhile", qos0);
  BOOST_TEST(brief(l.client.expect_message()) == l.id + " meanwhile 0");
  l.send_auth(reason_code::continue_authentication, l.scram.last(challenge));
  BOOST_TEST(l.scram.accepts(l.expect_auth(reason_code::success)));
}

// [MQTT-4.12.1-2]
BOOST_AUTO_TEST_CASE(a_failure_ends_the_connection) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  l.send_auth(reason_code::reauthenticate, "n,,n=alice,r=x");
  l.expect_auth();
  l.send_auth(reason_code::continue_authentication, "c=biws,r=x,p=AAAA");
  l.client.expect_disconnect(reason_code::not_authorized);
}

BOOST_AUTO_TEST_CASE(another_user_cannot_take_over) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  scram_client bob{"SHA256", "bob", "builder"};
  l.send_auth(reason_code::reauthenticate, bob.first());
  l.send_auth(reason_code::continue_authentication, bob.last(l.expect_auth()));
  l.client.expect_disconnect(reason_code::not_authorized);
}

// [MQTT-4.12.1-1]
BOOST_AUTO_TEST_CASE(the_method_stays) {
  login l;
  BOOST_TEST(l.connect().reason == reason_code::success);
  l.send_auth(reason_code::reauthenticate, "n,,n=alice,r=x", "SCRAM-SHA-1");
  l.client.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_CASE(AUTH_out_of_turn) {
  login continues; // what nobody began
  BOOST_TEST(continues.connect().reason == reason_code::success);
  continues.send_auth(reason_code::continue_authentication, "c=biws");
  continues.client.expect_disconnect(reason_code::protocol_error);
  login twice;
  BOOST_TEST(twice.connect().reason == reason_code::success);
  twice.send_auth(reason_code::reauthenticate, twice.scram.first());
  twice.expect_auth();
  twice.send_auth(reason_code::reauthenticate, twice.scram.first());
  twice.client.expect_disconnect(reason_code::protocol_error);
}

BOOST_AUTO_TEST_SUITE_END()
