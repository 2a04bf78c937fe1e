// One evaluation of a query: what its expressions and functions see.
#pragma once

#include "sql_expression.hpp"
#include "troupe/rules/event.hpp"
#include "troupe/rules/query.hpp"
#include "troupe/rules/work_budget.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Levels of objects that `map_put` makes at most.
inline constexpr std::size_t most_levels = 64;

/// Of texts that are copied or compared; functions take longer for a byte.
inline constexpr std::size_t bytes_of_unit = 16;

class evaluation {
public:
  evaluation(const event& e, workspace& w) noexcept : event_(e), workspace_(w) {}

  /// The value of an expression; undefined after an error.
  value operator()(const expression& e);

  /// Whether a condition holds. What is no boolean is an error.
  bool holds(const expression& condition);

  /// The first error counts; the evaluation ends with it.
  value fail(std::string text);
  bool failed() const noexcept { return failed_; }
  const std::string& error() const noexcept { return error_; }

  arena& memory() noexcept { return workspace_.memory; }
  pattern_cache& patterns() noexcept { return workspace_.patterns; }

  work_budget& work() noexcept { return work_; }
  void charge(std::size_t units) { work_.charge(units); }

  /// Equal in kind and value, as IN, CASE and contains() compare: 1 is neither 1.0 nor '1'.
  bool same(value a, value b);

  /// Whether `a op b` holds; nothing when they cannot be compared.
  std::optional<bool> compare(operation op, value a, value b);

  /// What rules remember: of the node, and of connections.
  kv_store& node_store();
  connection_store& connections();

  const event& source() const noexcept { return event_; }

  /// What a name of the query stands for now.
  value look_up(const reference& r, std::string_view name);

  /// A column of the event, whatever aliases hide it.
  value of_event(column c) { return event_.at(c, workspace_.memory); }

  /// The event's payload as JSON, decoded once. Fails when it is none.
  value decoded_payload();

  /// A text as JSON; undefined when it is none.
  value decoded(std::string_view text);

  /// Follows the steps of a path. `payload`: they start in the payload, where a variable index is looked up
  /// then.
  value follow(value from, const std::vector<path_step>& steps, bool payload);

  /// `base` with `v` where `steps` lead, and what is missing on the way made.
  value put(value base, const path_step* step, const path_step* end, value v);

private:
  value fail_at(position where, std::string text);
  value column_of(const expression& e);
  value call(const expression& e);
  value list_of(const expression& e);
  value range_of(const expression& e);
  value choose(const expression& e);
  value choose_value(const expression& e);
  value is_member(const expression& e);
  value arithmetic(const expression& e);
  value comparison(const expression& e);
  value topic_match(const expression& e);
  value step_into(value v, const path_step& step, std::optional<value> payload);
  value slice(value v, const path_step& step);
  value put_index(value base, const path_step* step, const path_step* end, value v);

  const event& event_;
  workspace& workspace_;
  work_budget work_;
  std::optional<value> payload_;
  std::string error_;
  bool failed_ = false;
  position where_; // of the expression that calls a function
};

// -- comparison (compare.cpp) -----------------------------------------------------------------------------

/// A text as a number, as comparisons with numbers read it; undefined when it is none.
value number_of(std::string_view text);

} // namespace troupe::rules
