// Where the rules of access come from: acl_file, or what EMQ X ships.
#include "troupe/access/acl_file.hpp"
#include "troupe/access/acl_rules.hpp"
#include "troupe/actors/acl.hpp"
#include "troupe/actors/text_file.hpp"

namespace troupe {

namespace {

// As in conf/acl.conf (test/actors/acl_test.cpp compares).
constexpr const char* shipped_rules = R"(
{allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.
{allow, {ipaddr, "127.0.0.1"}, pubsub, ["$SYS/#", "#"]}.
{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.
{allow, all}.
)";

} // namespace

loaded_acl_file read_acl_file(const acl_settings& config) {
  loaded_acl_file result;
  auto file = config.file.empty() ? text_file{} : read_text_file(config.file, access::max_acl_file);
  if (!file.there && (config.file.empty() || !config.configured))
    file.text = shipped_rules;
  else if (!file.there || !file.error.empty()) {
    result.errors.push_back(config.file + ": cannot be read" +
                            (file.there ? " (" + file.error + ")" : std::string{}));
    return result;
  }
  auto parsed = access::parse_acl_file(file.text);
  for (const auto& e : parsed.errors)
    result.errors.push_back(config.file + ":" + std::to_string(e.line) + ": " + e.text);
  if (parsed.errors.empty()) {
    result.count = parsed.rules.size();
    result.rules = std::make_shared<const access::acl_rules>(std::move(parsed.rules));
  }
  return result;
}

} // namespace troupe
