// The documents of the settings against the schema, so that neither can rot.
#include "actors/node/config/schema.hpp"
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace troupe;

namespace {

std::string read_conf(const std::string& name) {
  std::ifstream in{std::string{TROUPE_CONF_DIR} + name};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// A setting as `troupe --help-config` describes it.
struct described {
  std::string key, default_text, description, global_key;
};

std::vector<described> all_settings() {
  std::vector<described> result;
  std::istringstream in{describe_settings()};
  static const std::string for_all = "    for all zones: ";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(for_all)) {
      result.back().global_key = line.substr(for_all.size());
    } else if (line.starts_with("    ")) {
      result.back().description = line.substr(4);
    } else {
      const auto equals = line.find(" = ");
      result.push_back({line.substr(0, equals), line.substr(equals + 3), {}, {}});
    }
  }
  return result;
}

// The lines that conf/settings.md has for what the schema holds.
std::set<std::string> reference_lines() {
  std::set<std::string> lines;
  for (const auto& s : all_settings())
    lines.insert("| `" + s.key + "` | " + s.default_text + " | " + s.description +
                 (s.global_key.empty() ? "" : "; for all zones: `" + s.global_key + "`") + " |");
  for (const auto& k : config::ignored_keys())
    lines.insert("| `" + std::string{k.key} + "` | " + std::string{k.reason} + " |");
  return lines;
}

// The key as conf/troupe.conf has it.
std::string as_shipped(const std::string& key) {
  return std::regex_replace(std::regex_replace(key, std::regex{"<name>"}, "external"), std::regex{"<n>"},
                            "1");
}

// The schema has what all kinds of listeners have below that of TCP.
std::string of_all_kinds(const std::string& key) {
  return std::regex_replace(key, std::regex{R"(^listener\.ssl\.external\.(peer_cert_as_))"},
                            "listener.tcp.external.$1");
}

} // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(the_reference_has_exactly_what_the_schema_has) {
  auto expected = reference_lines();
  std::istringstream in{read_conf("settings.md")};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| `"))
      BOOST_TEST(expected.erase(line) == 1U, "conf/settings.md, but not the schema, has the line: " + line);
  for (const auto& line : expected)
    BOOST_TEST(false, "conf/settings.md lacks the line: " + line);
}

// Commented out or not, for the zone or the listener `external` or for all.
BOOST_AUTO_TEST_CASE(the_shipped_file_names_every_setting) {
  const auto text = read_conf("troupe.conf");
  const auto names = [&text](const std::string& key) {
    return text.find('\n' + key + " = ") != std::string::npos ||
           text.find("\n## " + key + " = ") != std::string::npos ||
           text.find("\n# " + key + " = ") != std::string::npos;
  };
  for (const auto& s : all_settings()) {
    const auto key = as_shipped(s.key);
    BOOST_TEST((names(key) || (!s.global_key.empty() && names(s.global_key))),
               "conf/troupe.conf has no line for " + key);
  }
}

// What `##` comments out is the default; what a single `#` does is an example.
BOOST_AUTO_TEST_CASE(the_shipped_file_marks_defaults_and_examples) {
  std::map<std::string, std::string> defaults;
  for (const auto& s : all_settings()) {
    defaults[as_shipped(s.key)] = s.default_text;
    if (!s.global_key.empty())
      defaults[s.global_key] = s.default_text;
  }
  static const std::regex form{R"((##?) ([a-z_]+(\.[A-Za-z0-9_-]+)*) = (.*))"};
  std::istringstream in{read_conf("troupe.conf")};
  int seen = 0;
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, form))
      continue;
    ++seen;
    const auto key = parts[2].str(), value = parts[4].str();
    const auto known = defaults.find(of_all_kinds(key));
    BOOST_REQUIRE_MESSAGE(known != defaults.end(), "conf/troupe.conf, but not the schema, has " + key);
    const bool is_default = known->second == value;
    BOOST_TEST(is_default == (parts[1] == "##"),
               "conf/troupe.conf: " + line + " while the default is \"" + known->second + '"');
    for (const auto& e : load_settings(key + " = " + value, "", {}).errors)
      BOOST_TEST(e.find("is not valid") == std::string::npos, e);
  }
  BOOST_TEST(seen > 200);
}

BOOST_AUTO_TEST_CASE(patterns_stand_for_keys) {
  using config::known_without_effect;
  for (const char* key :
       {"zone.external.enable_stats", "zone.mine.mqtt_piggyback", "zone.external.hibernate_after",
        "listener.ws.external.mqtt_piggyback", "cluster.name", "cluster.static.seeds", "log.error.file",
        "listener.tcp.external.active_n", "management.listener.https.inet6",
        "management.listener.http.inet6"})
    BOOST_TEST(known_without_effect(key), key);
  for (const char* key : {"zone.external.enable_stat", "zone.external", "zone.external.enable_stats.more",
                          "listener.tcp.external.active", "node.nmae", "cluster", "log.error.files"})
    BOOST_TEST(!known_without_effect(key), key);
}

BOOST_AUTO_TEST_SUITE_END()
