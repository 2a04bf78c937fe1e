// The exchange of AUTH packets, without a connection.
#include "troupe/mqtt/enhanced_auth.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;
using action = enhanced_auth::verdict::action;

namespace {

std::shared_ptr<const scram_users> users() {
  static const auto made = [] {
    auto u = std::make_shared<scram_users>(4096, "secret");
    u->add("user", "pencil");
    return u;
  }();
  return made;
}

struct exchange {
  std::unique_ptr<enhanced_auth> auth = enhanced_auth::make("SCRAM-SHA-1", users());
  std::shared_ptr<const scram_users> present = users(); // when it authenticates again

  enhanced_auth::verdict on(reason_code reason, std::string_view data,
                            std::string_view method = "SCRAM-SHA-1") {
    property_writer p;
    if (!method.empty())
      p.text(property::authentication_method, method);
    p.text(property::authentication_data, data);
    return auth->on_auth({reason, p.view()}, present, "nonce");
  }
};

constexpr auto first = "n,,n=user,r=client";
constexpr auto wrong_proof = "c=biws,r=clientnonce,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";

} // namespace

BOOST_AUTO_TEST_SUITE(enhanced_auth_exchange)

BOOST_AUTO_TEST_CASE(methods) {
  BOOST_TEST((enhanced_auth::make("SCRAM-SHA-256", users()) != nullptr));
  BOOST_TEST((enhanced_auth::make("PLAIN", users()) == nullptr));
  BOOST_TEST((enhanced_auth::make("SCRAM-SHA-256", nullptr) == nullptr));
  BOOST_TEST(
      (enhanced_auth::make("SCRAM-SHA-256", std::make_shared<scram_users>(4096, "secret")) == nullptr));
}

BOOST_AUTO_TEST_CASE(data_may_come_with_the_connect_or_later) {
  exchange e;
  auto v = e.auth->begin(first, "nonce");
  BOOST_TEST((v.what == action::continue_));
  BOOST_TEST((v.reason == reason_code::continue_authentication));
  BOOST_TEST(v.data.starts_with("r=clientnonce,s="));
  BOOST_TEST(e.auth->pending());
  exchange later;
  v = later.auth->begin("", "nonce");
  BOOST_TEST((v.what == action::continue_));
  BOOST_TEST(v.data.empty());
  v = later.on(reason_code::continue_authentication, first);
  BOOST_TEST(v.data.starts_with("r=clientnonce,s="));
}

BOOST_AUTO_TEST_CASE(failures_end_it) {
  exchange e;
  e.auth->begin(first, "nonce");
  const auto v = e.on(reason_code::continue_authentication, wrong_proof);
  BOOST_TEST((v.what == action::refuse));
  BOOST_TEST((v.reason == reason_code::not_authorized));
  BOOST_TEST(!e.auth->pending());
  BOOST_TEST(e.auth->username().empty());
  BOOST_TEST((e.on(reason_code::continue_authentication, first).reason == reason_code::protocol_error));
}

BOOST_AUTO_TEST_CASE(MQTT_4_12_0_5_the_method_stays) {
  for (const char* method : {"SCRAM-SHA-256", "", "scram-sha-1"}) {
    exchange e;
    e.auth->begin(first, "nonce");
    BOOST_TEST((e.on(reason_code::continue_authentication, wrong_proof, method).reason ==
                reason_code::protocol_error));
  }
}

BOOST_AUTO_TEST_CASE(re_authentication_does_not_nest) {
  exchange e;
  e.auth->begin(first, "nonce");
  BOOST_TEST((e.on(reason_code::reauthenticate, first).reason == reason_code::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
