// The users of enhanced authentication: who may log in when the API adds, changes and removes them.
#include "api/fixture.hpp"
#include "support/scram_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;
using namespace troupe;

namespace {

std::string user_body(const std::string& name, const std::string& password,
                      const std::string& mechanism = "SCRAM-SHA-1") {
  return R"({"mechanism":")" + mechanism + R"(","username":")" + name + R"(","password":")" + password +
         R"(","salt":"some salt"})";
}

struct sasl_broker : served_broker {
  sasl_broker()
      : served_broker("allow_anonymous = false\nauth.scram.user.1.username = configured\n"
                      "auth.scram.user.1.password = first\n") {}

  bool done(const reply& r) {
    BOOST_TEST(r.code() == 0, r.text);
    return r.code() == 0;
  }
};

// One log-in, and a second one on the same connection.
class login {
public:
  login(int port, const std::string& user, const std::string& password,
        const std::string& mechanism = "SCRAM-SHA-1")
      : mechanism_(mechanism),
        scram_(mechanism == "SCRAM-SHA-1" ? "SHA1" : "SHA256", user, password),
        client_(static_cast<std::uint16_t>(port), mqtt::protocol_version::v5) {}

  bool connect() {
    const auto first = properties(scram_.first());
    client_.send(mqtt::connect{.version = mqtt::protocol_version::v5,
                               .clean_start = true,
                               .client_id = "c",
                               .properties = first.view()});
    return goes_on() && client_.expect<mqtt::connack>().reason == mqtt::reason_code::success;
  }

  bool again() {
    const auto first = properties(scram_.first());
    client_.send(mqtt::auth{mqtt::reason_code::reauthenticate, first.view()});
    return goes_on() && client_.expect<mqtt::auth>().reason == mqtt::reason_code::success;
  }

private:
  mqtt::property_writer properties(const std::string& data) const {
    mqtt::property_writer p;
    p.text(mqtt::property::authentication_method, mechanism_);
    p.text(mqtt::property::authentication_data, data);
    return p;
  }

  // Answers the challenge, if there is one; false when the server ends it before.
  bool goes_on() try {
    const auto challenge = client_.expect<mqtt::auth>();
    const auto data = challenge.properties.text(mqtt::property::authentication_data).value_or("");
    const auto last = properties(scram_.last(data));
    client_.send(mqtt::auth{mqtt::reason_code::continue_authentication, last.view()});
    return true;
  } catch (const unexpected&) {
    return false;
  }

  std::string mechanism_;
  scram_client scram_;
  mqtt_client client_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(sasl_users)

BOOST_FIXTURE_TEST_CASE(log_in_while_they_are_there, sasl_broker) {
  BOOST_TEST(login(mqtt_port(), "configured", "first").connect());
  BOOST_TEST(!login(mqtt_port(), "alice", "wonderland").connect());
  done(post("/sasl", user_body("alice", "wonderland")));
  login alice(mqtt_port(), "alice", "wonderland");
  BOOST_TEST(alice.connect());
  BOOST_TEST(!login(mqtt_port(), "alice", "wonderland", "SCRAM-SHA-256").connect()); // the other mechanism
  done(post("/sasl", user_body("alice", "second", "SCRAM-SHA-256")));
  BOOST_TEST(login(mqtt_port(), "alice", "second", "SCRAM-SHA-256").connect());
  BOOST_TEST(login(mqtt_port(), "alice", "wonderland").connect());
  done(put("/sasl", user_body("alice", "changed")));
  BOOST_TEST(!login(mqtt_port(), "alice", "wonderland").connect());
  BOOST_TEST(login(mqtt_port(), "alice", "changed").connect());
  done(del("/sasl?mechanism=SCRAM-SHA-1&username=alice"));
  BOOST_TEST(!login(mqtt_port(), "alice", "changed").connect());
  BOOST_TEST(login(mqtt_port(), "alice", "second", "SCRAM-SHA-256").connect());
}

// A connection asks the users of now when it authenticates again.
BOOST_FIXTURE_TEST_CASE(count_for_a_re_authentication, sasl_broker) {
  done(post("/sasl", user_body("alice", "wonderland")));
  login alice(mqtt_port(), "alice", "wonderland");
  BOOST_TEST(alice.connect());
  BOOST_TEST(alice.again());
  done(put("/sasl", user_body("alice", "changed")));
  BOOST_CHECK_THROW(alice.again(), unexpected);
}

BOOST_FIXTURE_TEST_CASE(outlive_a_kill, sasl_broker) {
  done(post("/sasl", user_body("alice", "wonderland")));
  done(put("/sasl", user_body("configured", "by the API")));
  BOOST_TEST(login(mqtt_port(), "configured", "by the API").connect());
  process().kill9();
  process().start_again();
  BOOST_TEST(login(mqtt_port(), "alice", "wonderland").connect());
  BOOST_TEST(login(mqtt_port(), "configured", "first").connect()); // the configuration wins again
  BOOST_TEST(get("/sasl?mechanism=SCRAM-SHA-1&username=alice").text ==
             R"({"code":0,"data":{"mechanism":"SCRAM-SHA-1","username":"alice","salt":"some salt",)"
             R"("iteration_count":4096}})");
}

BOOST_FIXTURE_TEST_CASE(of_a_plugin_that_is_off, sasl_broker) {
  done(post("/sasl", user_body("alice", "wonderland")));
  done(put("/plugins/emqx_sasl/unload"));
  BOOST_TEST(!login(mqtt_port(), "alice", "wonderland").connect());
  BOOST_TEST(post("/sasl", user_body("bob", "b")).status == 404);
  done(put("/plugins/emqx_sasl/load"));
  BOOST_TEST(login(mqtt_port(), "alice", "wonderland").connect());
}

BOOST_AUTO_TEST_SUITE_END()
