// The words of rule SQL (reference/rule-engine.md section 1).
#pragma once

#include "troupe/rules/sql_error.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::rules {

enum class token_kind : std::uint8_t {
  end,
  bad,    // `text` says why
  name,   // plain
  quoted, // "name": `text` is what stands between the quotes
  string, // 'text'
  integer,
  real,
  // keywords
  kw_select,
  kw_from,
  kw_where,
  kw_as,
  kw_foreach,
  kw_do,
  kw_incase,
  kw_case,
  kw_when,
  kw_then,
  kw_else,
  kw_end,
  kw_and,
  kw_or,
  kw_not,
  kw_in,
  kw_div,
  // signs
  comma,
  dot,
  range, // ..
  open,
  close,
  open_list,
  close_list,
  plus,
  minus,
  star,
  slash,
  equal,
  unequal,
  less,
  greater,
  less_equal,
  greater_equal,
  topic_match, // =~
};

struct token {
  token_kind what = token_kind::end;
  position where;
  std::string_view text; // in the query's text
};

/// Makes tokens of the text that it is given, one after the other. Behind the end come ends.
class lexer {
public:
  explicit lexer(std::string_view text) noexcept : rest_(text) {}

  token next();

  /// The next token as a step of a path behind a dot: a word is a name there, keyword or not, and so are
  /// digits.
  token next_key();

private:
  void skip_blanks();
  token take(token_kind what, std::size_t size);
  token quoted(token_kind what, char quote);
  token number();
  token word();
  token sign();
  token bad(std::string_view why);
  void advance(std::size_t size);

  std::string_view rest_;
  position at_;
};

} // namespace troupe::rules
