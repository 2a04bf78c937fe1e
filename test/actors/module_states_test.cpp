// Which modules are on: configured, switched, and what the shards are told.
#include "actors/node/module_states.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/module_record.hpp"
#include "troupe/mqtt/topic_hooks.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::string active_ones(const module_states& states) {
  std::string out;
  for (const auto& row : states.page().rows)
    out += row.active ? row.name.substr(std::string_view{"emqx_mod"}.size()) : "";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(states_of_modules)

BOOST_AUTO_TEST_CASE(as_configured) {
  settings config;
  BOOST_TEST(active_ones({config, {}, false}) ==
             "_acl_internal_presence"); // there are no rules for the others
  BOOST_TEST(active_ones({config, {}, true}) == "_acl_internal_rewrite_presence");
  config.auto_subscriptions[1];
  config.modules.delayed = config.modules.topic_metrics = true;
  config.presence.enabled = false;
  BOOST_TEST(active_ones({config, {}, false}) == "_delayed_topic_metrics_subscription_acl_internal");
}

BOOST_AUTO_TEST_CASE(as_they_were_switched) {
  settings config;
  const stored_modules stored{{"emqx_mod_delayed", R"({"name":"emqx_mod_delayed","active":true})"},
                              {"emqx_mod_presence", R"({"name":"emqx_mod_presence","active":false})"},
                              {"emqx_mod_acl_internal", R"({"name":"emqx_mod_acl_internal","active":false})"},
                              // and what another version, or nobody, has written
                              {"emqx_mod_later", R"({"name":"emqx_mod_later","active":true})"},
                              {"emqx_mod_rewrite", R"({"name":"emqx_mod_delayed","active":true})"},
                              {"emqx_mod_subscription", "{"},
                              {"emqx_mod_topic_metrics", R"({"name":"emqx_mod_topic_metrics"})"}};
  BOOST_TEST(active_ones({config, stored, false}) == "_delayed");
}

BOOST_AUTO_TEST_CASE(what_the_shards_are_told) {
  settings config;
  module_states states{config, {}, true};
  BOOST_TEST(states.features().hooks == mqtt::hook_rewrite);
  BOOST_TEST(states.features().presence);
  BOOST_TEST(!states.features().subscription);
  states.set(module_kind::delayed, true);
  states.set(module_kind::presence, false);
  states.set(module_kind::subscription, true);
  BOOST_TEST(states.features().hooks == (mqtt::hook_rewrite | mqtt::hook_delayed));
  BOOST_TEST(!states.features().presence);
  BOOST_TEST(states.features().subscription);
  module_states without{config, {}, false};
  without.set(module_kind::rewrite, true);
  BOOST_TEST(without.features().hooks == 0u); // there is nothing to rewrite by
}

BOOST_AUTO_TEST_CASE(records) {
  const auto read = [](const char* text) { return read_module_record(boost::json::parse(text)); };
  BOOST_TEST(boost::json::serialize(to_record("m", true)) == R"({"name":"m","active":true})");
  const auto m = read_module_record(to_record("m", false));
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST(m->name == "m");
  BOOST_TEST(!m->load);
  for (const char* bad : {"5", "[]", "{}", R"({"name":"m"})", R"({"active":true})",
                          R"({"name":5,"active":true})", R"({"name":"m","active":"true"})"})
    BOOST_TEST(!read(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
