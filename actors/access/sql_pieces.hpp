// Where the literals of an SQL statement are, so that what becomes a parameter stands where one may stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// How a statement names its parameters: `$1, $2` (PostgreSQL), or `?, ?` (MySQL).
enum class parameter_marks : std::uint8_t { numbered, question };

struct sql_piece {
  enum class kind : std::uint8_t {
    code,
    literal, // '…'
    other,   // a quoted name, a comment, $$…$$, a literal with escapes: no parameter can stand there
  };
  kind what = kind::code;
  std::string_view text; // as it is written, with its quotes
};

/// The whole statement, piece by piece. Nothing when a literal, a name or a comment does not end.
std::optional<std::vector<sql_piece>> split_sql(std::string_view statement, parameter_marks marks);

/// What a literal says: two quotes in it are one.
std::string text_of_literal(std::string_view literal);

/// As a literal.
void append_literal(std::string& out, std::string_view text);

/// Whether a piece of code has a parameter itself, `$1` or `?`.
bool has_parameter(std::string_view code, parameter_marks marks) noexcept;

/// Appends the mark of the parameter with that number, from 1 on.
void append_mark(std::string& out, std::size_t number, parameter_marks marks);

/// Whether the server finds the parameters 1 to `count` in the statement, in this order, and no others: each
/// is a word of its own, in no quotes.
bool has_only_parameters(std::string_view statement, std::size_t count, parameter_marks marks);

} // namespace troupe::access
