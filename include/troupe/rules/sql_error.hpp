// What is wrong with the text of a rule.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::rules {

/// A place in the text, counted from 1; columns count bytes.
struct position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// "line 1, column 15: expected FROM".
struct sql_error {
  position where;
  std::string text; // "expected FROM"
};

std::string to_string(const sql_error& e);

} // namespace troupe::rules
