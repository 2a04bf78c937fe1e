#include "sql_token.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <array>

namespace troupe::rules {

namespace {

using mqtt::lower;
using mqtt::same_word;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool part_of_name(char c) { return letter(c) || digit(c) || c == '_' || c == '$' || c == '@' || c == '~'; }

struct word_row {
  std::string_view text;
  token_kind what;
};

constexpr std::array keywords{
    word_row{"select", token_kind::kw_select},   word_row{"from", token_kind::kw_from},
    word_row{"where", token_kind::kw_where},     word_row{"as", token_kind::kw_as},
    word_row{"foreach", token_kind::kw_foreach}, word_row{"do", token_kind::kw_do},
    word_row{"incase", token_kind::kw_incase},   word_row{"case", token_kind::kw_case},
    word_row{"when", token_kind::kw_when},       word_row{"then", token_kind::kw_then},
    word_row{"else", token_kind::kw_else},       word_row{"end", token_kind::kw_end},
    word_row{"and", token_kind::kw_and},         word_row{"or", token_kind::kw_or},
    word_row{"not", token_kind::kw_not},         word_row{"in", token_kind::kw_in},
    word_row{"div", token_kind::kw_div}};

// The longer ones first.
constexpr std::array signs{word_row{"..", token_kind::range},      word_row{"=~", token_kind::topic_match},
                           word_row{"!=", token_kind::unequal},    word_row{"<>", token_kind::unequal},
                           word_row{"<=", token_kind::less_equal}, word_row{">=", token_kind::greater_equal},
                           word_row{",", token_kind::comma},       word_row{".", token_kind::dot},
                           word_row{"(", token_kind::open},        word_row{")", token_kind::close},
                           word_row{"[", token_kind::open_list},   word_row{"]", token_kind::close_list},
                           word_row{"+", token_kind::plus},        word_row{"-", token_kind::minus},
                           word_row{"*", token_kind::star},        word_row{"/", token_kind::slash},
                           word_row{"=", token_kind::equal},       word_row{"<", token_kind::less},
                           word_row{">", token_kind::greater}};

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), digit) - text.begin());
}

std::size_t length_of_name(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), part_of_name) - text.begin());
}

} // namespace

std::string to_string(const sql_error& e) {
  return "line " + std::to_string(e.where.line) + ", column " + std::to_string(e.where.column) + ": " +
         e.text;
}

void lexer::advance(std::size_t size) {
  for (char c : rest_.substr(0, size)) {
    if (c == '\n') {
      ++at_.line;
      at_.column = 1;
    } else {
      ++at_.column;
    }
  }
  rest_.remove_prefix(size);
}

void lexer::skip_blanks() {
  for (;;) {
    const auto blanks = std::find_if_not(rest_.begin(), rest_.end(), blank) - rest_.begin();
    advance(static_cast<std::size_t>(blanks));
    if (!rest_.starts_with("--"))
      return;
    advance(std::min(rest_.find('\n'), rest_.size()));
  }
}

token lexer::take(token_kind what, std::size_t size) {
  const token t{what, at_, rest_.substr(0, size)};
  advance(size);
  return t;
}

token lexer::bad(std::string_view why) {
  const token t{token_kind::bad, at_, why};
  rest_ = {};
  return t;
}

// A quote stands twice where it is part of a string, which keeps both, as in EMQ X.
token lexer::quoted(token_kind what, char quote) {
  std::size_t end = rest_.find(quote, 1);
  while (what == token_kind::string && end != std::string_view::npos &&
         rest_.substr(end + 1).starts_with(quote))
    end = rest_.find(quote, end + 2);
  if (end == std::string_view::npos)
    return bad(quote == '"' ? "the name has no closing quote" : "the string has no closing quote");
  token t = take(what, end + 1);
  t.text = t.text.substr(1, end - 1);
  return t;
}

token lexer::number() {
  std::size_t size = count_digits(rest_);
  auto what = token_kind::integer;
  if (rest_.substr(size).starts_with('.') && count_digits(rest_.substr(size + 1)) > 0) {
    what = token_kind::real;
    size += 1 + count_digits(rest_.substr(size + 1));
    const auto exponent = rest_.substr(size);
    if (!exponent.empty() && lower(exponent.front()) == 'e') {
      const std::size_t sign = exponent.size() > 1 && (exponent[1] == '+' || exponent[1] == '-') ? 1 : 0;
      if (const auto digits = count_digits(exponent.substr(1 + sign)); digits > 0)
        size += 1 + sign + digits;
    }
  }
  if (length_of_name(rest_.substr(size)) > 0)
    return bad("a number cannot be followed by a letter");
  return take(what, size);
}

token lexer::word() {
  const auto size = length_of_name(rest_);
  const auto text = rest_.substr(0, size);
  const auto row = std::find_if(keywords.begin(), keywords.end(),
                                [&](const word_row& k) { return same_word(text, k.text); });
  return take(row == keywords.end() ? token_kind::name : row->what, size);
}

token lexer::sign() {
  const auto row =
      std::find_if(signs.begin(), signs.end(), [&](const word_row& s) { return rest_.starts_with(s.text); });
  return row == signs.end() ? bad("unexpected character") : take(row->what, row->text.size());
}

token lexer::next() {
  skip_blanks();
  if (rest_.empty())
    return {token_kind::end, at_, {}};
  const char c = rest_.front();
  if (letter(c))
    return word();
  if (digit(c))
    return number();
  if (c == '\'')
    return quoted(token_kind::string, c);
  return c == '"' ? quoted(token_kind::quoted, c) : sign();
}

token lexer::next_key() {
  skip_blanks();
  const auto size = length_of_name(rest_);
  return size > 0 ? take(token_kind::name, size) : next();
}

} // namespace troupe::rules
