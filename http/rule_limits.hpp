// Bounds of rules and resources, as calls make them and as files have them.
#pragma once

#include "troupe/actors/rule_messages.hpp"

#include <cstddef>
#include <string>

namespace troupe {

namespace rule_limits {
inline constexpr std::size_t most_actions = 100;       // of a rule, and fallbacks of an action
inline constexpr std::size_t most_in_all = 10'100;     // of a rule, fallbacks among them
inline constexpr std::size_t most_levels = 10;         // of fallbacks and their fallbacks
inline constexpr std::size_t longest_text = 64 * 1024; // bytes of a description, a name or a type
inline constexpr std::size_t longest_id = 256;         // bytes
} // namespace rule_limits

/// What is beyond them, as the API words it; empty: nothing.
std::string beyond_limits(const put_rule& r);
std::string beyond_limits(const put_resource& r);

} // namespace troupe
