// Where the rules of access come from: acl_file, or what EMQ X ships.
#include "troupe/access/acl_file.hpp"
#include "troupe/access/acl_rules.hpp"
#include "troupe/actors/acl.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace troupe {

namespace {

// As in conf/acl.conf (test/actors/acl_test.cpp compares).
constexpr const char* shipped_rules = R"(
{allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.
{allow, {ipaddr, "127.0.0.1"}, pubsub, ["$SYS/#", "#"]}.
{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.
{allow, all}.
)";

// One byte more than a file may have is enough to see that it is too large.
std::optional<std::string> read(const std::string& file) {
  std::error_code failed;
  std::ifstream in{file, std::ios::binary};
  if (!in || std::filesystem::is_directory(file, failed))
    return std::nullopt;
  std::string text(access::max_acl_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

} // namespace

loaded_acl_file read_acl_file(const acl_settings& config) {
  loaded_acl_file result;
  std::optional<std::string> text;
  std::error_code failed;
  if (config.file.empty() || (!config.configured && !std::filesystem::exists(config.file, failed)))
    text = shipped_rules;
  else
    text = read(config.file);
  if (!text) {
    result.errors.push_back(config.file + ": cannot be read");
    return result;
  }
  auto parsed = access::parse_acl_file(*text);
  for (const auto& e : parsed.errors)
    result.errors.push_back(config.file + ":" + std::to_string(e.line) + ": " + e.text);
  if (parsed.errors.empty()) {
    result.count = parsed.rules.size();
    result.rules = std::make_shared<const access::acl_rules>(std::move(parsed.rules));
  }
  return result;
}

} // namespace troupe
