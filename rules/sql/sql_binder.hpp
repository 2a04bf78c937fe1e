// Gives every name of a query its place: a column of the event, or an alias that stands before it in the
// query (reference/rule-engine.md sections 3 and 5).
#pragma once

#include "sql_expression.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::rules {

/// What a field gives its value to: the same for all evaluations.
struct target {
  path name;
  std::size_t alias = 0;  // slot that later expressions see
  std::size_t output = 0; // slot of the output's member
  bool hides = false;     // false: it is the very column that the event has, which stays as it is
  reference before;       // what the alias had, for paths: a value is put into it
};

/// A binding of the fields of SELECT or DO.
struct projection {
  std::vector<target> targets;               // by field; those of `*` are unused
  std::vector<std::string_view> alias_names; // of the alias slots that this projection uses, for `*`
  std::vector<std::size_t> alias_slots;
  std::vector<std::string_view> output_names; // by output slot
  bool star = false;
};

struct binding {
  projection fields;     // of SELECT, or of FOREACH
  projection each;       // of DO
  std::string_view item; // the current element's name
  std::size_t item_slot = 0;
  std::size_t slots = 0;
};

/// Binds the names in `s`, and names what has no name (`made` keeps those).
binding bind(statement& s, std::deque<std::string>& made);

} // namespace troupe::rules
