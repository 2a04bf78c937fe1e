// Who guesses passwords: each guess is answered slowly, and too many of them ban the address.
#include "api/fixture.hpp"
#include "support/scram_client.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

using namespace troupe::test;
using namespace troupe;

namespace {

constexpr const char* detects = "zone.external.enable_auth_failure_detect = on\n";

// Its clients come through a proxy, from the addresses that they say.
struct guessed_broker : served_broker {
  explicit guessed_broker(const std::string& more)
      : served_broker("listener.tcp.external.proxy_protocol = on\nallow_anonymous = false\n"
                      "plugins.load = emqx_auth_username\nauth.user.1.username = u\n"
                      "auth.user.1.password = right\nauth.scram.user.1.username = u\n"
                      "auth.scram.user.1.password = right\nauth_failure_policy = 3, 1m, 1h\n" +
                      more) {}

  mqtt_client from(const std::string& host) {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
    c.send_bytes("PROXY TCP4 " + host + " 127.0.0.1 5000 1883\r\n");
    return c;
  }

  // What CONNACK says to another client id each time: all shards are guessed at.
  reason_code login(const std::string& host, const std::string& password) {
    return from(host)
        .connect({.client_id = host + std::to_string(++clients_), .username = "u", .password = password})
        .reason;
  }

  // By SCRAM, with a wrong password.
  reason_code scram(const std::string& host) {
    auto c = from(host);
    scram_client who{"SHA256", "u", "wrong"};
    const auto properties = [](const std::string& data) {
      property_writer p;
      p.text(property::authentication_method, "SCRAM-SHA-256");
      p.text(property::authentication_data, data);
      return p;
    };
    const auto first = properties(who.first());
    c.send(mqtt::connect{.version = protocol_version::v5,
                         .clean_start = true,
                         .client_id = "scram" + std::to_string(++clients_),
                         .properties = first.view()});
    auto answer = c.next();
    if (const auto* banned = std::get_if<mqtt::connack>(&answer))
      return banned->reason;
    const auto data = std::get<mqtt::auth>(answer).properties.text(property::authentication_data);
    const auto last = properties(who.last(data.value_or("")));
    proven = clock::now();
    c.send(mqtt::auth{reason_code::continue_authentication, last.view()});
    return c.expect<mqtt::connack>().reason;
  }

  boost::json::array bans() { return get("/banned").data().as_array(); }

  int clients_ = 0;
  clock::time_point proven; // when scram sent its last proof
};

} // namespace

BOOST_AUTO_TEST_SUITE(auth_failures)

BOOST_AUTO_TEST_CASE(too_many_ban_the_address) {
  guessed_broker broker{detects};
  BOOST_TEST((broker.login("192.0.2.1", "right") == reason_code::success));
  for (int i = 0; i < 2; ++i)
    BOOST_TEST((broker.login("192.0.2.1", "wrong") == reason_code::not_authorized));
  BOOST_TEST((broker.login("192.0.2.1", "right") == reason_code::success)); // two are not too many
  BOOST_TEST((broker.login("192.0.2.2", "wrong") == reason_code::not_authorized));
  BOOST_TEST(broker.bans().empty());
  BOOST_TEST((broker.login("192.0.2.1", "wrong") == reason_code::not_authorized));
  BOOST_TEST_REQUIRE(eventually([&] { return !broker.bans().empty(); }));
  BOOST_TEST(eventually([&] { return broker.login("192.0.2.1", "right") == reason_code::banned; }));
  BOOST_TEST((broker.login("192.0.2.2", "right") == reason_code::success));
  const auto rows = broker.bans();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  const auto& ban = rows[0].as_object();
  BOOST_TEST(ban.at("who").as_string() == "192.0.2.1");
  BOOST_TEST(ban.at("as").as_string() == "peerhost");
  BOOST_TEST(ban.at("by").as_string() == "auth failure detector");
  BOOST_TEST(ban.at("reason").as_string() == "too many refused logins");
  BOOST_TEST(ban.at("until").as_int64() == ban.at("at").as_int64() + 3600);
  BOOST_TEST(broker.process().has_logged("3 logins from 192.0.2.1 were refused"));
  // Whoever has forgotten his password calls the operator.
  BOOST_TEST(broker.del("/banned/peerhost/192.0.2.1").code() == 0);
  BOOST_TEST((broker.login("192.0.2.1", "right") == reason_code::success));
}

BOOST_AUTO_TEST_CASE(guesses_by_scram_count_too) {
  guessed_broker broker{detects};
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((broker.scram("192.0.2.1") == reason_code::not_authorized));
    const auto took = std::chrono::duration_cast<milliseconds>(clock::now() - broker.proven);
    BOOST_TEST(took.count() >= 900); // the timers' tick is 100 ms
  }
  BOOST_TEST(eventually([&] { return broker.scram("192.0.2.1") == reason_code::banned; }));
}

// What of it is under way when the address is banned is not told whether it was right.
BOOST_AUTO_TEST_CASE(guesses_in_parallel_are_no_more_than_in_a_row) {
  constexpr int guesses = 300, threshold = 3, threads = 2;
  guessed_broker broker{std::string{detects} + "node.io_threads = " + std::to_string(threads) + "\n"};
  std::vector<mqtt_client> guessers;
  for (int i = 0; i < guesses; ++i)
    guessers.push_back(broker.from("192.0.2.1"));
  for (int i = 0; i < guesses; ++i)
    guessers[i].send(mqtt::connect{.version = protocol_version::v5,
                                   .clean_start = true,
                                   .client_id = "g" + std::to_string(i),
                                   .username = "u",
                                   .password = "wrong" + std::to_string(i)});
  int judged = 0, banned = 0;
  for (auto& g : guessers) {
    const auto reason = g.expect<mqtt::connack>().reason;
    judged += reason == reason_code::not_authorized ? 1 : 0;
    banned += reason == reason_code::banned ? 1 : 0;
  }
  BOOST_TEST(judged >= threshold);
  BOOST_TEST(judged <= threshold * threads);
  BOOST_TEST(judged + banned == guesses);
  BOOST_TEST(broker.bans().size() == 1U);
  const std::string line = "were refused: it is banned";
  BOOST_TEST(broker.process().has_logged(line));
  const auto log = broker.process().log();
  BOOST_TEST(log.find(line) == log.rfind(line)); // said once
  BOOST_TEST((broker.login("192.0.2.2", "right") == reason_code::success));
}

BOOST_AUTO_TEST_CASE(a_guess_is_answered_slowly_and_nobody_else_waits) {
  guessed_broker broker{std::string{detects} + "auth_failure_policy = 100, 1m, 1h\nnode.io_threads = 1\n"};
  auto other = broker.from("192.0.2.2");
  other.connect({.client_id = "other", .username = "u", .password = "right"});
  const auto begin = clock::now();
  std::vector<mqtt_client> guessers;
  for (int i = 0; i < 20; ++i) {
    guessers.push_back(broker.from("192.0.2.1"));
    guessers.back().send(mqtt::connect{.version = protocol_version::v5,
                                       .clean_start = true,
                                       .client_id = "g" + std::to_string(i),
                                       .username = "u",
                                       .password = "wrong"});
  }
  other.expect_nothing(); // it is served meanwhile
  guessers.pop_back();    // who goes away is no trouble
  for (auto& g : guessers)
    BOOST_TEST((g.expect<mqtt::connack>().reason == reason_code::not_authorized));
  const auto took = clock::now() - begin;
  BOOST_TEST(std::chrono::duration_cast<milliseconds>(took).count() >= 900); // the timers' tick is 100 ms
  guessers.front().expect_closed();
  BOOST_TEST((broker.login("192.0.2.1", "right") == reason_code::success));
}

BOOST_AUTO_TEST_CASE(nothing_is_detected_unless_configured) {
  guessed_broker broker{""};
  for (int i = 0; i < 6; ++i)
    BOOST_TEST((broker.login("192.0.2.1", "wrong") == reason_code::not_authorized));
  BOOST_TEST(broker.bans().empty());
  BOOST_TEST((broker.login("192.0.2.1", "right") == reason_code::success));
}

BOOST_AUTO_TEST_SUITE_END()
