// The tree of a query, as the parser makes it and the evaluation walks it.
#pragma once

#include "troupe/rules/sql_error.hpp"
#include "troupe/rules/value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::rules {

struct function;

/// Where a name of the query has its value, as the binder (sql_binder.hpp) finds out.
struct reference {
  enum class kind : std::uint8_t {
    event, // a column that events have
    other, // a column that only this event may have, by its name
    alias, // given earlier in the query
  };
  kind what = kind::other;
  std::size_t index = 0; // the column, or the alias's slot
};

/// A step of a path behind its root. Names stand in the query's text.
struct path_step {
  enum class kind : std::uint8_t {
    key,      // .name
    index,    // [first]
    variable, // [name]
    slice,    // [first..last]
  };
  kind what = kind::key;
  bool from_end = false; // an index written with a minus, which -0 is, too
  std::string_view name;
  std::int64_t first = 0;
  std::int64_t last = 0;
  reference found; // of a variable
};

/// A column with what follows it: `payload.a[1]`, or an alias of that form.
struct path {
  std::string_view root;
  std::vector<path_step> steps;
};

enum class operation : std::uint8_t {
  constant,
  column,
  call,
  list,  // [a, b]
  range, // [a..b]
  negate,
  keep, // unary +
  add,
  subtract,
  multiply,
  divide,
  integer_divide,
  equal,
  unequal,
  less,
  greater,
  less_equal,
  greater_equal,
  topic_match,
  in,
  not_in,
  logical_and,
  logical_or,
  logical_not,
  choose,       // CASE WHEN condition THEN …: pairs, then perhaps the ELSE
  choose_value, // CASE value WHEN …: the value first
};

struct expression {
  operation what = operation::constant;
  position where;
  value constant;
  path column;
  reference found; // of a column's root
  const function* callee = nullptr;
  std::vector<expression> operands;
};

/// An entry of SELECT, FOREACH or DO.
struct field {
  bool star = false;
  expression what;
  std::optional<path> alias;
  position where;
};

/// A whole query.
struct statement {
  bool foreach = false;
  std::vector<field> fields; // of SELECT, or of FOREACH
  std::vector<field> each;   // of DO
  std::optional<expression> in_case;
  std::optional<expression> condition;
  std::vector<std::string_view> topics;
};

} // namespace troupe::rules
