// Settings that come in numbered rules: topic rewriting and automatic subscriptions.
#pragma once

#include "troupe/actors/config.hpp"

#include <string>
#include <string_view>

namespace troupe::config {

/// False when the key is none of a rule. Else the rule is stored, or `expected` says what its value should
/// be.
bool set_rule(settings& s, std::string_view key, std::string_view value, std::string& expected);

inline constexpr std::uint32_t highest_rule_number = 1'000'000;

/// The same for `web.hook.rule.<event>.<n>`; of schema_web_hook.cpp.
bool set_web_hook_rule(web_hook_settings& to, std::string_view key, std::string_view value,
                       std::string& expected);

/// Their lines of `--help-config`.
std::string describe_rules();

} // namespace troupe::config
