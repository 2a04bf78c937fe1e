// The functions of rule SQL (reference/rule-engine.md section 7): one row each, beside what it does.
#pragma once

#include "evaluation.hpp"
#include "troupe/rules/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe::rules {

using arguments = std::span<const value>;

struct function {
  static constexpr std::uint8_t any_number = 255;

  std::string_view name;
  std::uint8_t least; // arguments
  std::uint8_t most;
  value (*run)(evaluation& e, arguments a); // `e.fail` on error
  std::string_view description;
  std::string_view example; // rule SQL that a test runs,
  std::string_view result;  // and what comes of it, as JSON; empty: it differs each time

  bool takes(std::size_t n) const noexcept { return n >= least && (most == any_number || n <= most); }
};

/// Fails: `v` is not what the function wants.
value wrong(evaluation& e, std::string_view wanted, value v);

/// A whole number as an integer; fails when that has more than 64 bits.
value to_integer(evaluation& e, double whole);

/// "2 arguments", "1 to 3 arguments".
std::string arity_text(const function& f);

/// Null when there is none of that name. Names are case-sensitive.
const function* find_function(std::string_view name) noexcept;

// The tables, by kind.
std::span<const function> bit_functions() noexcept;
std::span<const function> encoding_functions() noexcept;
std::span<const function> list_functions() noexcept;
std::span<const function> math_functions() noexcept;
std::span<const function> message_functions() noexcept;
std::span<const function> state_functions() noexcept;
std::span<const function> string_functions() noexcept;
std::span<const function> time_functions() noexcept;
std::span<const function> type_functions() noexcept;

/// All tables.
std::span<const std::span<const function>> all_functions() noexcept;

} // namespace troupe::rules
