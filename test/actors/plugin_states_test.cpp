// Which plugins are loaded: the file that says it, the first start, and their order.
#include "actors/plugins/plugin_states.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::string names(const std::vector<loaded_plugin>& plugins) {
  std::string out;
  for (const auto& p : plugins)
    out += (out.empty() ? "" : " ") + std::string{p.loaded ? "" : "-"} + p.name;
  return out;
}

std::string read(std::string_view text) {
  const auto found = parse_loaded_plugins(text);
  return names(found.plugins) + (found.error.empty() ? "" : " | " + found.error);
}

std::string active(const plugin_states& states) {
  std::string out;
  for (const auto* p : all_plugins())
    if (states.loaded(*p))
      out += (out.empty() ? "" : " ") + std::string{p->name};
  return out;
}

std::string chain(const plugin_states& states) {
  std::string out;
  for (const auto kind : states.authenticators())
    out += (out.empty() ? "" : " ") + std::string{plugin_of(kind).name};
  return out;
}

constexpr const char* by_default =
    "emqx_management emqx_prometheus emqx_recon emqx_retainer emqx_rule_engine emqx_sasl";

} // namespace

BOOST_AUTO_TEST_SUITE(states_of_plugins)

BOOST_AUTO_TEST_CASE(terms_of_the_file) {
  BOOST_TEST(read("") == "");
  BOOST_TEST(read("{emqx_management, true}.\n{emqx_recon,false}.\nemqx_retainer.\n") ==
             "emqx_management -emqx_recon emqx_retainer");
  BOOST_TEST(read("%% loaded\n { a ,\ttrue } . b\n.%end") == "a b");
  BOOST_TEST(read("a. b. {a, false}.") == "-a b");
  BOOST_TEST(read("a.\n{b}.\nc.") == "a | line 2: expected {name, true} or {name, false}");
  BOOST_TEST(read("a.\n\n{b, yes}.").ends_with("line 3: expected {name, true} or {name, false}"));
  BOOST_TEST(read("a").ends_with("line 1: expected a dot behind the term"));
  BOOST_TEST(read("{a, true}").ends_with("expected a dot behind the term"));
  for (const char* wrong : {"'a'.", "A.", "1.", ".", "{,true}.", "\xff."})
    BOOST_TEST(read(wrong).ends_with("expected the name of a plugin, or {name, true}"), wrong);
  std::string many;
  for (int i = 0; i < 10'001; ++i)
    many += "a" + std::to_string(i) + ".";
  BOOST_TEST(parse_loaded_plugins(many).error == "line 1: too many plugins");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  const std::vector<loaded_plugin> plugins{{"emqx_management", true}, {"emqx_recon", false}};
  const auto text = format_loaded_plugins(plugins);
  BOOST_TEST(text == "{emqx_management, true}.\n{emqx_recon, false}.\n");
  BOOST_TEST(read(text) == names(plugins));
}

BOOST_AUTO_TEST_CASE(first_start) {
  BOOST_TEST(active(plugin_states::of_first_start({})) == by_default);
  const auto states =
      plugin_states::of_first_start({"emqx_auth_username", "emqx_retainer", "emqx_auth_clientid"});
  BOOST_TEST(active(states) == "emqx_auth_clientid emqx_auth_username " + std::string{by_default});
  BOOST_TEST(chain(states) == "emqx_auth_username emqx_auth_clientid");
}

BOOST_AUTO_TEST_CASE(loading_goes_behind_the_others) {
  plugin_states states{parse_loaded_plugins("{emqx_auth_mnesia, true}.{emqx_other, true}."
                                            "{emqx_auth_clientid, false}.{emqx_auth_username, true}.")
                           .plugins};
  BOOST_TEST(chain(states) == "emqx_auth_mnesia emqx_auth_username");
  states.set(auth_clientid_plugin, true);
  BOOST_TEST(chain(states) == "emqx_auth_mnesia emqx_auth_username emqx_auth_clientid");
  states.set(auth_mnesia_plugin, false);
  states.set(retainer_plugin, false); // not there
  BOOST_TEST(chain(states) == "emqx_auth_username emqx_auth_clientid");
  states.set(auth_mnesia_plugin, true);
  BOOST_TEST(chain(states) == "emqx_auth_username emqx_auth_clientid emqx_auth_mnesia");
  BOOST_TEST(names(states.entries()) == "emqx_other emqx_auth_username emqx_auth_clientid emqx_auth_mnesia");
  BOOST_TEST(states.unknown() == std::vector<std::string>{"emqx_other"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_table) {
  std::string last;
  for (const auto* p : all_plugins()) {
    BOOST_TEST((last < p->name));
    last = p->name;
    BOOST_TEST((find_plugin(p->name) == p));
    BOOST_TEST((&plugin_of(p->kind) == p));
    BOOST_TEST(p->authenticates() == (p->type == plugin_type::auth));
    BOOST_TEST(!known_elsewhere(p->name));
  }
  BOOST_TEST((find_plugin("emqx_none") == nullptr));
  BOOST_TEST(known_elsewhere("emqx_auth_mongo"));
  BOOST_TEST(known_elsewhere("emqx"));
  BOOST_TEST(!known_elsewhere("emqx_none"));
}

BOOST_AUTO_TEST_SUITE_END()
