// What is answered while a shard is silent: a change is not told to be in effect everywhere, but it is made.
#include "actors/fake_node.hpp"
#include "support/process.hpp"
#include "troupe/actors/plugins.hpp"
#include "troupe/actors/rule_messages.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;

namespace {

struct half_dead_node : fake_node {
  half_dead_node() : fake_node(2) {
    config->acl.file.clear(); // what is shipped
    start();
    end_shard(1); // so that nobody waits here for one that hangs
  }

  template <class Answer, class Actor, class Question>
  Answer of(const Actor& whom, Question question) {
    return ask_actor<Answer>(system(), whom, std::move(question));
  }

  template <class Actor, class Change>
  void changes_half(const Actor& whom, Change change) {
    const auto o = of<troupe::outcome>(whom, std::move(change));
    BOOST_TEST(o.code == 102);
    BOOST_TEST(o.message == "not all shards have answered yet");
  }

  bool active(const std::string& module) {
    const auto rows = of<module_page>(where.modules, module_query{}).rows;
    return std::any_of(rows.begin(), rows.end(),
                       [&](const module_row& row) { return row.name == module && row.active; });
  }
};

put_rule rule_of(const std::string& id) {
  put_rule rule;
  rule.id = id;
  rule.sql = "SELECT * FROM \"" + id + "\"";
  rule.actions.emplace().push_back({"do_nothing", {}, {}});
  return rule;
}

} // namespace

BOOST_AUTO_TEST_SUITE(silent_shard)

BOOST_FIXTURE_TEST_CASE(access_rules, half_dead_node) {
  changes_half(where.acl, load_acl_file{});
  changes_half(where.acl, use_acl_plugins{});
  const acl_row row{{acl_subject_kind::all, {}}, "t", "pub", false};
  changes_half(where.access, put_acl{row});
  const acl_query all{{acl_subject_kind::all}, std::nullopt, 0, 10};
  BOOST_TEST(of<acl_page>(where.access, all).total == 1U);
  changes_half(where.access, remove_acl{row.who, row.topic});
  BOOST_TEST(of<acl_page>(where.access, all).total == 0U);
}

BOOST_FIXTURE_TEST_CASE(users_of_scram, half_dead_node) {
  const auto known = [this] {
    return of<sasl_user_answer>(where.sasl, sasl_user_query{mqtt::scram_hash::sha1, "u"}).user.has_value();
  };
  put_sasl_user u;
  u.name = "u";
  u.password = "p";
  u.salt = "salt";
  changes_half(where.sasl, u);
  BOOST_TEST(known());
  changes_half(where.sasl, remove_sasl_user{mqtt::scram_hash::sha1, "u"});
  BOOST_TEST(!known());
}

BOOST_FIXTURE_TEST_CASE(modules, half_dead_node) {
  for (const char* name : {"emqx_mod_presence", "emqx_mod_topic_metrics"})
    for (int i = 0; i < 2; ++i) {
      const bool on = !active(name);
      changes_half(where.modules, switch_module{name, on});
      BOOST_TEST(active(name) == on);
    }
  BOOST_TEST(shards[0]->features.presence == active("emqx_mod_presence"));
  const char* acl = "emqx_mod_acl_internal";
  changes_half(where.modules, switch_module{acl, false});
  BOOST_TEST(!active(acl));
  // Its rules are taken back, as when they cannot be kept.
  changes_half(where.modules, switch_module{acl, true});
  BOOST_TEST(!active(acl));
}

BOOST_FIXTURE_TEST_CASE(topics_that_are_watched, half_dead_node) {
  changes_half(where.topic_metrics, load_topic_metrics{true});
  changes_half(where.topic_metrics, register_topic{"t"});
  BOOST_TEST(of<topic_metrics_page>(where.topic_metrics, topic_metrics_query{}).rows.size() == 1U);
  BOOST_TEST((shards[0]->watched != nullptr));
  changes_half(where.topic_metrics, unregister_topics{});
  BOOST_TEST((shards[0]->watched == nullptr));
}

BOOST_FIXTURE_TEST_CASE(rules, half_dead_node) {
  const auto put = of<rule_put>(where.rules, rule_of("r"));
  BOOST_TEST(put.code == 102);
  BOOST_TEST(put.message == "not all shards have answered yet");
  BOOST_TEST(!put.row.has_value());
  BOOST_TEST(of<rule_page>(where.rules, rule_query{}).rows.size() == 1U);
  BOOST_CHECK_THROW(of<switched>(where.rules, switch_rules{false}), std::runtime_error);
  changes_half(where.rules, remove_rule{"r"});
  BOOST_TEST(of<rule_page>(where.rules, rule_query{}).rows.empty());
}

// A shard that does not know of the deletion would send what the next rule should get to the one that is
// gone.
BOOST_FIXTURE_TEST_CASE(slots_of_rules_that_a_shard_may_know, half_dead_node) {
  of<rule_put>(where.rules, rule_of("r"));
  of<rule_put>(where.rules, rule_of("kept"));
  changes_half(where.rules, remove_rule{"r"});
  of<rule_put>(where.rules, rule_of("q"));
  const auto& slots = shards[0]->rules->slots;
  BOOST_REQUIRE(slots.size() == 3U);
  BOOST_TEST(!slots[0].rule);
  BOOST_TEST(!!slots[2].rule);
}

BOOST_AUTO_TEST_CASE(slots_of_rules_that_all_shards_know_deleted) {
  fake_node node;
  node.start();
  ask_actor<rule_put>(node.system(), node.where.rules, rule_of("r"));
  ask_actor<rule_put>(node.system(), node.where.rules, rule_of("kept"));
  BOOST_TEST(ask_actor<troupe::outcome>(node.system(), node.where.rules, remove_rule{"r"}).code == 0);
  BOOST_TEST(ask_actor<rule_put>(node.system(), node.where.rules, rule_of("q")).code == 0);
  const auto& slots = node.shards[0]->rules->slots;
  BOOST_REQUIRE(slots.size() == 2U);
  BOOST_TEST(!!slots[0].rule);
}

// Their flags are as they will be: plugins_while_access_does_not_answer.
BOOST_FIXTURE_TEST_CASE(plugins_that_decide, half_dead_node) {
  temporary_folder folder;
  const auto plugins = make_plugins(folder.path().string());
  const switch_plugin load{"emqx_auth_clientid", switch_plugin::action::load};
  BOOST_CHECK_THROW(of<troupe::outcome>(plugins, load), std::runtime_error);
  BOOST_TEST(where.loaded->any_authenticator());
  BOOST_TEST(of<troupe::outcome>(plugins, load).code == 110);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(plugins), caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_SUITE_END()
