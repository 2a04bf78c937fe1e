// Which variables of the environment are settings, and what is said of those that are none.
#include "actors/node/config/sources.hpp"
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::vector<std::string> warnings_of(const environment& variables) {
  const auto l = load_settings("", "", variables);
  BOOST_TEST(l.errors.empty());
  return l.warnings;
}

} // namespace

BOOST_AUTO_TEST_SUITE(variables)

BOOST_AUTO_TEST_CASE(a_misspelt_one_of_ours_is_unknown) {
  const auto told = warnings_of({{"TROUPE_ALOW_ANONYMOUS", "false"},
                                 {"TROUPE_LOG_LEVEL", "debug"},
                                 {"TROUPE_ZONE__EXTERNAL__MAX_INFLIHGT", "1"}});
  BOOST_REQUIRE(told.size() == 3U);
  BOOST_TEST(told[0] == "environment TROUPE_ALOW_ANONYMOUS: unknown key \"alow_anonymous\", ignored");
  BOOST_TEST(told[1] == "environment TROUPE_LOG_LEVEL: unknown key \"log_level\", ignored");
  BOOST_TEST(told[2] == "environment TROUPE_ZONE__EXTERNAL__MAX_INFLIHGT: unknown key "
                        "\"zone.external.max_inflihgt\", ignored");
}

BOOST_AUTO_TEST_CASE(those_of_the_scripts_of_emq_x_are_not) {
  BOOST_TEST(warnings_of({{"EMQX_HOME", "/opt/emqx"},
                          {"EMQX_WAIT_TIME", "5"},
                          {"EMQX_LICENSE_CONF", ""},
                          {"EMQX_ALOW_ANONYMOUS", "false"}})
                 .empty());
}

BOOST_AUTO_TEST_CASE(those_of_tools_are_not) {
  BOOST_TEST(warnings_of({{"TROUPE_CTL_SECRET", "secret"},
                          {"TROUPE_BROWSER", "1"},
                          {"TROUPE_FUZZ_SEED", "1"},
                          {"TROUPE_FUZZ_SECONDS", "8"},
                          {"TROUPE_LONG", "1"},
                          {"TROUPE_API_DOCUMENT", "api.txt"}})
                 .empty());
}

// As Kubernetes sets them for services named troupe and troupe-mqtt.
BOOST_AUTO_TEST_CASE(those_of_a_service_with_our_name_are_not) {
  BOOST_TEST(warnings_of({{"TROUPE_SERVICE_HOST", "10.0.0.1"},
                          {"TROUPE_SERVICE_PORT", "1883"},
                          {"TROUPE_SERVICE_PORT_MQTT", "1883"},
                          {"TROUPE_PORT", "tcp://10.0.0.1:1883"},
                          {"TROUPE_PORT_1883_TCP", "tcp://10.0.0.1:1883"},
                          {"TROUPE_PORT_1883_TCP_ADDR", "10.0.0.1"},
                          {"TROUPE_MQTT_SERVICE_HOST", "10.0.0.2"},
                          {"TROUPE_MQTT_PORT_1883_TCP", "tcp://10.0.0.2:1883"}})
                 .empty());
  BOOST_TEST(warnings_of({{"TROUPE_RPC_TCP_SERVER_PORT", "5370"}, {"TROUPE_PORT", "1883"}}).size() == 2U);
}

BOOST_AUTO_TEST_CASE(known_ones_without_a_dot_are_settings) {
  const auto l = load_settings("", "", {{"TROUPE_ALLOW_ANONYMOUS", "false"}});
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(!l.values.zones.at("external").allow_anonymous);
}

// Only what a plugin reads anew is looked at then.
// Container scripts of EMQ X take what is no part of a name for a separator.
BOOST_AUTO_TEST_CASE(lists_of_plugins_have_any_separators) {
  const std::vector<std::string> both{"emqx_auth_username", "emqx_recon"};
  for (const char* between : {",", " ", "|", ";", ":", "\n", "\t", ", ", " | ", "\r\n"}) {
    const auto names = "emqx_auth_username" + std::string{between} + "emqx_recon";
    const auto l = load_settings("", "", {{"EMQX_LOADED_PLUGINS", names}});
    BOOST_TEST(l.errors.empty(), between);
    BOOST_TEST(l.values.plugins == both, between);
  }
  const auto l = load_settings("", "", {{"EMQX_LOADED_MODULES", "emqx_mod_delayed|emqx_mod_topic_metrics"}})
                     .values.modules;
  BOOST_TEST((l.delayed && l.topic_metrics && !l.rewrite));
  BOOST_TEST(load_settings("", "", {{"EMQX_LOADED_PLUGINS", "emqx-recon"}}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_reload_of_a_plugin_says_nothing_of_them) {
  const auto l = config::load_plugin_settings("emqx_auth_http", {}, {}, {{"TROUPE_ALOW_ANONYMOUS", "false"}});
  BOOST_TEST(l.warnings.empty());
}

BOOST_AUTO_TEST_SUITE_END()
