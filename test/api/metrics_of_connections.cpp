// Metrics and stats of connections and sessions.
#include "api/metrics_rows.hpp"
#include "support/scram_client.hpp"

namespace troupe::test {

namespace {

const figures one_more{{"connections.count", 1}, {"channels.count", 1}, {"sessions.count", 1}};
const figures one_less{{"connections.count", -1}, {"channels.count", -1}, {"sessions.count", -1}};

// The first of them knows nobody.
constexpr const char* authenticating = "plugins.load = emqx_auth_clientid,emqx_auth_username\n"
                                       "auth.user.1.username = alice\nauth.user.1.password = wonderland";

property_writer scram_data(std::string_view data) {
  property_writer p;
  p.text(property::authentication_method, "SCRAM-SHA-256");
  p.text(property::authentication_data, data);
  return p;
}

void log_in_by_scram(scene& s) {
  auto& c = s.dial("alice");
  scram_client scram{"SHA256", "alice", "wonderland"};
  const auto hello = scram_data(scram.first());
  c.send(mqtt::connect{.version = protocol_version::v5,
                       .clean_start = true,
                       .client_id = "alice",
                       .properties = hello.view()});
  const auto challenge = c.expect<mqtt::auth>();
  const auto proof = scram_data(scram.last(*challenge.properties.text(property::authentication_data)));
  c.send(mqtt::auth{reason_code::continue_authentication, proof.view()});
  c.expect<mqtt::connack>();
}

void refused(mqtt_client& c, const connect_options& options, reason_code reason) {
  if (const auto answer = c.connect(options); answer.reason != reason)
    throw unexpected{"not " + std::string{mqtt::to_string(reason)} + " but " +
                     std::string{mqtt::to_string(answer.reason)}};
  c.expect_closed();
}

} // namespace

std::vector<moved> moved_by_connections() {
  return {
      {"CONNECT", "", nothing_before, [](scene& s) { s.open("c"); },
       let_in() + figures{{"session.created", 1}}, one_more},
      {"the bytes of an exchange", "", nothing_before,
       [](scene& s) { s.open("c", {}, protocol_version::v311).expect_nothing(); },
       let_in() + in("pingreq") + out("pingresp") +
           figures{{"session.created", 1},
                   {"bytes.received", 2 + 10 + 2 + 1 + 2}, // CONNECT with a client id of one letter, PINGREQ
                   {"bytes.sent", 4 + 2}},                 // CONNACK, PINGRESP
       one_more},
      {"DISCONNECT", "", [](scene& s) { s.open("c"); }, [](scene& s) { s["c"].disconnect(); },
       in("disconnect") + figures{{"client.disconnected", 1}, {"session.terminated", 1}}, one_less},
      {"a lost connection whose session stays",
       "",
       [](scene& s) { s.open("c", lasting()); },
       [](scene& s) { s.lose("c"); },
       {{"client.disconnected", 1}},
       {{"connections.count", -1}}},
      {"a session that expires",
       "",
       [](scene& s) {
         s.open("c", {.clean = false, .properties = numbers({{property::session_expiry_interval, 1}})});
       },
       [](scene& s) { s.lose("c"); },
       {{"client.disconnected", 1}, {"session.terminated", 1}},
       one_less},
      {"a session that is resumed",
       "",
       [](scene& s) {
         s.open("c", lasting());
         s.detach("c");
       },
       [](scene& s) { s.open("c", lasting()); },
       let_in() + figures{{"session.resumed", 1}},
       {{"connections.count", 1}}},
      {"a session that is discarded where nobody is connected",
       "",
       [](scene& s) {
         s.open("c", lasting());
         s.detach("c");
       },
       [](scene& s) { s.open("c"); },
       let_in() + figures{{"session.discarded", 1}, {"session.created", 1}},
       {{"connections.count", 1}}},
      {"a takeover",
       "",
       [](scene& s) { s.open("old", lasting("c")); },
       [](scene& s) {
         s.open("new", lasting("c"));
         s["old"].expect_disconnect(reason_code::session_taken_over);
       },
       let_in() + out("disconnect") + figures{{"session.takeovered", 1}, {"session.resumed", 1}},
       {}},
      {"a client that another one replaces",
       "",
       [](scene& s) { s.open("old", lasting("c")); },
       [](scene& s) {
         s.open("new", {.client_id = "c"});
         s["old"].expect_disconnect(reason_code::session_taken_over);
       },
       let_in() + out("disconnect") + figures{{"session.discarded", 1}, {"session.created", 1}},
       {}},
      {"a client that is kicked", "", [](scene& s) { s.open("c"); },
       [](scene& s) {
         s.del("/clients/c");
         s["c"].expect_disconnect(reason_code::administrative_action);
       },
       out("disconnect") + figures{{"client.disconnected", 1}, {"session.terminated", 1}}, one_less},
      {"PINGREQ",
       "",
       [](scene& s) { s.open("c"); },
       [](scene& s) { s["c"].expect_nothing(); },
       in("pingreq") + out("pingresp"),
       {}},
  };
}

std::vector<moved> moved_by_refusals() {
  const auto answered = in("connect") + out("connack") +
                        figures{{"client.connect", 1}, {"client.connack", 1}, {"packets.connack.error", 1}};
  return {
      {"a CONNECT that no user authenticates",
       "allow_anonymous = false",
       nothing_before,
       [](scene& s) { refused(s.dial("c"), {.client_id = "c"}, reason_code::not_authorized); },
       answered + figures{{"packets.connack.auth_error", 1}, {"client.authenticate", 1}},
       {}},
      {"a CONNECT that a plugin lets in", authenticating, nothing_before,
       [](scene& s) { s.open("c", {.client_id = "c", .username = "alice", .password = "wonderland"}); },
       let_in() + figures{{"client.auth.anonymous", -1},
                          {"client.auth.ignore", 1},
                          {"client.auth.success", 1},
                          {"session.created", 1}},
       one_more},
      {"a CONNECT that a plugin refuses",
       authenticating,
       nothing_before,
       [](scene& s) {
         refused(s.dial("c"), {.client_id = "c", .username = "alice", .password = "x"},
                 reason_code::not_authorized);
       },
       answered + figures{{"packets.connack.auth_error", 1},
                          {"client.authenticate", 1},
                          {"client.auth.ignore", 1},
                          {"client.auth.failure", 1}},
       {}},
      {"a CONNECT that no plugin knows", authenticating, nothing_before, [](scene& s) { s.open("c"); },
       let_in() + figures{{"client.auth.ignore", 2}, {"session.created", 1}}, one_more},
      {"a CONNECT with a client id that is too long",
       "mqtt.max_clientid_len = 23",
       nothing_before,
       [](scene& s) {
         refused(s.dial("c"), {.client_id = std::string(24, 'c')}, reason_code::client_identifier_not_valid);
       },
       answered,
       {}},
      {"AUTH", "auth.scram.user.1.username = alice\nauth.scram.user.1.password = wonderland", nothing_before,
       log_in_by_scram,
       let_in() + out("auth") + in("auth") + figures{{"client.auth.anonymous", -1}, {"session.created", 1}},
       one_more},
      {"a wrong password",
       "auth.scram.user.1.username = alice\nauth.scram.user.1.password = other",
       nothing_before,
       [](scene& s) {
         try {
           log_in_by_scram(s);
         } catch (const unexpected&) { // there is no proof to read
         }
       },
       answered + out("auth") + in("auth") +
           figures{{"packets.connack.auth_error", 1}, {"client.authenticate", 1}},
       {}},
      {"a protocol error", "", [](scene& s) { s.open("c"); },
       [](scene& s) {
         const auto unasked = scram_data("x");
         s["c"].send(mqtt::auth{reason_code::reauthenticate, unasked.view()});
         s["c"].expect_disconnect(reason_code::protocol_error);
       },
       in("auth") + out("disconnect") + figures{{"client.disconnected", 1}, {"session.terminated", 1}},
       one_less},
  };
}

} // namespace troupe::test
