// Users of enhanced authentication in the configuration.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;

namespace {

loaded_settings load(std::string_view text) { return load_settings(text, "/etc/troupe/troupe.conf", {}); }

bool says(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& l) { return l.find(text) != std::string::npos; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(scram_users_of_the_configuration)

BOOST_AUTO_TEST_CASE(scram_users_are_derived_at_once) {
  BOOST_TEST(!load("").values.scram);
  const auto l = load("auth.scram.user.1.username = device\nauth.scram.user.1.password = secret\n"
                      "auth.scram.user.x.username = other\nauth.scram.user.x.password = p w\n"
                      "auth.scram.iterations = 5000\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST_REQUIRE((l.values.scram != nullptr));
  const auto device = l.values.scram->find(mqtt::scram_hash::sha256, "device");
  BOOST_TEST(device.exists);
  BOOST_TEST(device.credentials.iterations == 5000U);
  const auto again = mqtt::scram_derive(mqtt::scram_hash::sha256, "secret", device.credentials.salt, 5000);
  BOOST_TEST(again.stored_key == device.credentials.stored_key);
  BOOST_TEST(l.values.scram->find(mqtt::scram_hash::sha1, "other").exists);
}

BOOST_AUTO_TEST_CASE(mistakes_in_scram_users) {
  const auto alone = load("\nauth.scram.user.1.username = device\n");
  BOOST_TEST(says(alone.errors, "troupe.conf:2: auth.scram.user.1: needs .username and .password"));
  const auto name = load("auth.scram.user.1.username = d\xC3\xA9vice\nauth.scram.user.1.password = p\n");
  BOOST_TEST(says(name.errors, "troupe.conf:1: auth.scram.user.1.username"));
  const auto password = load("auth.scram.user.1.username = u\nauth.scram.user.1.password = s\xC3\xA9"
                             "cret\n");
  BOOST_TEST(says(password.errors, "troupe.conf:2: auth.scram.user.1.password: the value is not valid"));
  BOOST_TEST(!says(password.errors, "cret\"")); // never shown
  BOOST_TEST(says(load("auth.scram.iterations = 1000\n").errors, "an integer from 4096 on"));
  BOOST_TEST(says(load("mqtt.server_reference = \xFF\n").errors, "UTF-8"));
}

BOOST_AUTO_TEST_SUITE_END()
