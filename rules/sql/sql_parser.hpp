// Makes the tree of a query of its text (reference/rule-engine.md section 2).
#pragma once

#include "sql_expression.hpp"

#include <string_view>
#include <variant>

namespace troupe::rules {

inline constexpr std::size_t most_sql = 64UL * 1024; // bytes of a query
inline constexpr std::size_t most_depth = 64;        // of nested expressions
inline constexpr std::size_t most_parts = 2048;      // expressions of a query, and steps of its paths

/// The tree refers to `text`.
std::variant<statement, sql_error> parse_sql(std::string_view text);

} // namespace troupe::rules
