// emqx_auth_jwt: tokens of a secret, of a public key and of a key set, in the broker.
#include "api/fixture.hpp"
#include "support/jwt_signer.hpp"
#include "support/web_server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

struct token_broker : served_broker {
  explicit token_broker(const std::string& more)
      : served_broker("plugins.load = emqx_auth_jwt\nallow_anonymous = false\n" + more) {}

  reason_code connect(const std::string& token, const std::string& user = "alice") {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
    return c.connect({.client_id = "c1", .username = user, .password = token}).reason;
  }
};

constexpr auto npos = std::string::npos;

std::string expiring(int seconds, const std::string& more = "") {
  return "{\"exp\":" + std::to_string(now_ms() / 1000 + seconds) + more + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt)

BOOST_AUTO_TEST_CASE(a_secret) {
  const jwt_signer signer{"HS256", "my secret"}, other{"HS256", "emqxsecret"};
  token_broker b{"auth.jwt.secret = my secret\n"};
  BOOST_TEST((b.connect(signer.token(expiring(60))) == reason_code::success));
  BOOST_TEST((b.connect(signer.token(expiring(-1))) == reason_code::not_authorized));
  BOOST_TEST((b.connect(other.token(expiring(60))) == reason_code::not_authorized));
  BOOST_TEST((b.connect("a password") == reason_code::not_authorized)); // nobody knows it
  BOOST_TEST(b.process().log().find(signer.token(expiring(-1)).substr(0, 20)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_secret_that_everybody_knows_is_told_of) {
  const jwt_signer signer{"HS256", "emqxsecret"};
  const temporary_folder folder;
  const auto key = folder.path() / "key.pem";
  write_text(key, jwt_signer{"ES256"}.pem());
  const auto pubkey = "auth.jwt.pubkey = " + key.string() + "\n";
  const std::pair<std::string, bool> rows[] = {{"", true},
                                               {"auth.jwt.secret = emqxsecret\n", true},
                                               {pubkey + "auth.jwt.secret = emqxsecret\n", true},
                                               {pubkey, false},
                                               {"auth.jwt.secret = my own\n", false}};
  for (const auto& [setting, taken] : rows) {
    token_broker b{setting};
    BOOST_TEST((b.connect(signer.token(expiring(60))) == reason_code::success) == taken, setting);
    const char* const warning = "emqx_auth_jwt: auth.jwt.secret";
    const bool told =
        taken ? b.process().has_logged(warning) : b.process().log().find(warning) != std::string::npos;
    BOOST_TEST(told == taken, setting);
  }
}

// What is no token is another plugin's, and a bad token is nobody's.
BOOST_AUTO_TEST_CASE(beside_another_plugin) {
  const jwt_signer signer{"HS256", "x"};
  served_broker b{
      "plugins.load = emqx_auth_jwt,emqx_auth_username\nallow_anonymous = false\nauth.jwt.secret = "
      "s\nauth.user.1.username = alice\nauth.user.1.password = wonderland\n"};
  const auto connect = [&](const std::string& password) {
    mqtt_client c{static_cast<std::uint16_t>(b.mqtt_port()), protocol_version::v311};
    return c.connect({.client_id = "c", .username = "alice", .password = password}).reason;
  };
  BOOST_TEST((connect("wonderland") == reason_code::success));
  BOOST_TEST((connect(signer.token(expiring(60))) == reason_code::not_authorized));
}

BOOST_AUTO_TEST_CASE(claims) {
  const jwt_signer signer{"HS256", "s"};
  token_broker b{"auth.jwt.secret = s\nauth.jwt.verify_claims = on\nauth.jwt.verify_claims.sub = "
                 "%u\nauth.jwt.verify_claims.device = dev-%c\n"};
  const auto with = [&](const std::string& more) { return b.connect(signer.token(expiring(60, more))); };
  BOOST_TEST((with(R"(,"sub":"alice","device":"dev-c1")") == reason_code::success));
  BOOST_TEST((with(R"(,"sub":"bob","device":"dev-c1")") == reason_code::not_authorized));
  BOOST_TEST((with(R"(,"sub":"alice","device":"dev-c2")") == reason_code::not_authorized));
  BOOST_TEST((with(R"(,"sub":"alice")") == reason_code::not_authorized));
  BOOST_TEST((with(R"(,"sub":["alice"],"device":"dev-c1")") == reason_code::not_authorized));
}

BOOST_AUTO_TEST_CASE(public_keys_and_user_names) {
  const temporary_folder folder;
  for (const char* algorithm : {"RS256", "ES256"}) {
    const jwt_signer signer{algorithm}, secret{"HS256", "emqxsecret"};
    write_text(folder.path() / "key.pem", signer.pem());
    token_broker b{"auth.jwt.from = username\nauth.jwt.pubkey = " + (folder.path() / "key.pem").string() +
                   "\n"};
    BOOST_TEST((b.connect("", signer.token(expiring(60))) == reason_code::success), algorithm);
    // EMQ X's secret is known to everybody.
    BOOST_TEST((b.connect("", secret.token(expiring(60))) == reason_code::not_authorized), algorithm);
  }
}

BOOST_AUTO_TEST_CASE(a_key_set_that_changes) {
  const jwt_signer first{"ES256"}, second{"RS256"};
  std::atomic<bool> rotated{false};
  web_server server{[&](const httplib::Request&, httplib::Response& r) {
    r.set_content("{\"keys\":[" + (rotated ? second.jwk("two") : first.jwk("one")) + "]}",
                  "application/json");
  }};
  token_broker b{"auth.jwt.jwks = http://127.0.0.1:" + std::to_string(server.port()) +
                 "/jwks\nauth.jwt.jwks.refresh_interval = 100ms\n"};
  const auto old = first.token(expiring(60), R"({"alg":"ES256","kid":"one"})");
  const auto fresh = second.token(expiring(60), R"({"alg":"RS256","kid":"two"})");
  BOOST_TEST((b.connect(old) == reason_code::success));
  BOOST_TEST((b.connect(fresh) == reason_code::not_authorized));
  rotated = true;
  BOOST_TEST(eventually([&] { return b.connect(fresh) == reason_code::success; }));
  BOOST_TEST((b.connect(old) == reason_code::not_authorized));
}

BOOST_AUTO_TEST_CASE(a_key_set_that_cannot_be_read) {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.json";
  const jwt_signer signer{"HS256", "s"};
  token_broker b{"auth.jwt.jwks = " + file.string() + "\n"};
  const auto down = [&] {
    return b.get("/alarms/present/emqx@127.0.0.1").text.find("resource_down/emqx_auth_jwt") !=
           std::string::npos;
  };
  BOOST_TEST(eventually(down));
  BOOST_TEST((b.connect(signer.token(expiring(60))) == reason_code::server_unavailable));
  write_text(file, "{\"keys\":[" + signer.jwk("a") + "]}");
  BOOST_TEST(eventually([&] { return !down(); }));
  BOOST_TEST((b.connect(signer.token(expiring(60))) == reason_code::success));
}

// Others than those with tokens do not wait for keys, and are not refused for their lack.
BOOST_AUTO_TEST_CASE(no_keys_and_no_token) {
  served_broker b{"plugins.load = emqx_auth_jwt,emqx_auth_username\nallow_anonymous = false\n"
                  "auth.jwt.jwks = http://127.0.0.1:" +
                  std::to_string(free_port()) +
                  "/jwks\nauth.user.1.username = alice\nauth.user.1.password = wonderland\n"};
  const auto connect = [&](const std::string& user, std::optional<std::string> password) {
    mqtt_client c{static_cast<std::uint16_t>(b.mqtt_port()), protocol_version::v5};
    return c.connect({.client_id = "c", .username = user, .password = std::move(password)}).reason;
  };
  BOOST_TEST(eventually([&] { return b.get("/alarms/present").text.find("emqx_auth_jwt") != npos; }));
  BOOST_TEST((connect("alice", "wonderland") == reason_code::success));
  BOOST_TEST((connect("alice", "wonder.l.and") == reason_code::not_authorized));
  BOOST_TEST((connect("bob", std::nullopt) == reason_code::not_authorized));
  BOOST_TEST(
      (connect("alice", jwt_signer{"HS256", "s"}.token(expiring(60))) == reason_code::server_unavailable));
}

// The keys outlive an outage, of which the alarm tells; a set without keys takes them away.
BOOST_AUTO_TEST_CASE(a_key_set_that_cannot_be_read_again) {
  const jwt_signer signer{"HS256", "s"};
  enum class state { good, broken, no_set, empty };
  std::atomic<state> now{state::good};
  web_server server{[&](const httplib::Request&, httplib::Response& r) {
    const state s = now;
    r.status = s == state::broken ? 500 : 200;
    r.set_content(s == state::no_set  ? "{}"
                  : s == state::empty ? "{\"keys\":[]}"
                                      : "{\"keys\":[" + signer.jwk("a") + "]}",
                  "application/json");
  }};
  token_broker b{"auth.jwt.jwks = http://127.0.0.1:" + std::to_string(server.port()) +
                 "/jwks\nauth.jwt.jwks.refresh_interval = 100ms\n"};
  const auto connect = [&] { return b.connect(signer.token(expiring(60))); };
  const auto told = [&](const std::string& what) {
    return b.get("/alarms/activated").text.find(what) != npos;
  };
  BOOST_TEST((connect() == reason_code::success));
  BOOST_TEST(!told("emqx_auth_jwt"));
  for (const auto& [next, reason] :
       {std::pair{state::broken, "HTTP 500"}, std::pair{state::no_set, "no key set"}}) {
    now = next;
    BOOST_TEST(eventually([&] { return connect() == reason_code::success && told(reason); }), reason);
    BOOST_TEST(told("resource/auth/emqx_auth_jwt/down"));
    BOOST_TEST(b.post("/alarms/deactivated",
                      R"({"node":"emqx@127.0.0.1","name":"resource/auth/emqx_auth_jwt/down"})")
                   .code() == 0);
    BOOST_TEST(eventually([&] { return connect() == reason_code::success && told(reason); }), reason);
    BOOST_TEST((connect() == reason_code::success));
    BOOST_TEST(b.process().has_logged(reason));
  }
  now = state::good;
  BOOST_TEST(eventually([&] { return connect() == reason_code::success && !told("emqx_auth_jwt"); }));
  now = state::empty;
  BOOST_TEST(eventually([&] { return connect() == reason_code::not_authorized; }));
  BOOST_TEST(!told("emqx_auth_jwt"));
  BOOST_TEST(b.process().has_logged("has no key of use"));
}

BOOST_AUTO_TEST_SUITE_END()
