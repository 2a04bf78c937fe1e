#include "acl_lexer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace troupe::access {

namespace {

using kind = acl_token::kind;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool in_word(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '@'; }

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t b) { out.push_back(static_cast<char>(b)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// A code point in hexadecimal digits; surrogates are left to the check of the whole text.
std::optional<std::uint32_t> code_point(std::string_view digits, int base) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error != std::errc{} || end != digits.data() + digits.size() || n > 0x10FFFF)
    return {};
  return n;
}

constexpr std::pair<char, char> simple_escapes[] = {{'n', '\n'},   {'t', '\t'}, {'r', '\r'},
                                                    {'b', '\b'},   {'f', '\f'}, {'v', '\v'},
                                                    {'e', '\x1B'}, {'s', ' '},  {'d', '\x7F'}};

} // namespace

acl_token acl_lexer::next() {
  skip_blanks();
  if (rest_.empty())
    return make(kind::end, "the end of the file");
  const char c = rest_.front();
  if (std::string_view{"{}[],."}.find(c) != std::string_view::npos) {
    rest_.remove_prefix(1);
    return make(kind::symbol, std::string(1, c));
  }
  if (c == '"')
    return quoted('"', kind::string);
  if (c == '\'')
    return quoted('\'', kind::atom);
  if (rest_.starts_with("<<"))
    return binary();
  if (is_lower(c))
    return word();
  rest_.remove_prefix(1);
  return make(kind::bad, c >= ' ' && c < '\x7F' ? std::string{"unexpected character "} + c
                                                : std::string{"unexpected byte, not of a string"});
}

void acl_lexer::skip_blanks() noexcept {
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '%')
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    else if (c == '\n' || c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      line_ += c == '\n' ? 1 : 0;
      rest_.remove_prefix(1);
    } else
      return;
  }
}

acl_token acl_lexer::word() {
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), in_word);
  std::string text{rest_.begin(), end};
  rest_.remove_prefix(text.size());
  return make(kind::atom, std::move(text));
}

acl_token acl_lexer::quoted(char quote, acl_token::kind what) {
  rest_.remove_prefix(1);
  std::string text;
  const char* wrong = nullptr;
  while (!rest_.empty() && rest_.front() != '\n') {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == quote)
      return wrong != nullptr ? make(kind::bad, wrong) : make(what, std::move(text));
    if (c != '\\')
      text.push_back(c);
    else if (const char* reason = escape(text))
      wrong = reason;
  }
  return make(kind::bad, "the closing quote is missing on this line");
}

// What stands behind a backslash. Null, or what is wrong with it.
const char* acl_lexer::escape(std::string& out) {
  static constexpr const char* unknown = "an escape that Erlang does not have";
  if (rest_.empty() || rest_.front() == '\n')
    return unknown;
  const char c = rest_.front();
  std::string_view digits;
  int base = 8;
  std::size_t size = 1;
  if (is_octal(c)) {
    const auto end = std::find_if_not(
        rest_.begin(), rest_.begin() + std::min<std::ptrdiff_t>(3, std::ssize(rest_)), is_octal);
    size = static_cast<std::size_t>(end - rest_.begin());
    digits = rest_.substr(0, size);
  } else if (c == 'x') {
    base = 16;
    const auto close = rest_.substr(0, 12).find('}');
    const bool braces = rest_.substr(1).starts_with('{') && close != std::string_view::npos;
    digits = braces ? rest_.substr(2, close - 2) : rest_.substr(1, 2);
    size = braces ? close + 1 : 1 + digits.size();
  } else if (c == '^') {
    if (rest_.size() < 2 || rest_[1] < '@' || rest_[1] > '_')
      return unknown;
    out.push_back(static_cast<char>(rest_[1] - '@'));
    rest_.remove_prefix(2);
    return nullptr;
  } else {
    const auto simple = std::find_if(std::begin(simple_escapes), std::end(simple_escapes),
                                     [c](const auto& e) { return e.first == c; });
    out.push_back(simple != std::end(simple_escapes) ? simple->second : c); // Erlang: \q is q
    rest_.remove_prefix(1);
    return nullptr;
  }
  const auto point = code_point(digits, base);
  if (!point)
    return unknown;
  append_utf8(out, *point);
  rest_.remove_prefix(size);
  return nullptr;
}

// <<"text">>, perhaps <<"text"/utf8>>.
acl_token acl_lexer::binary() {
  static constexpr std::string_view utf8 = "/utf8";
  rest_.remove_prefix(2);
  skip_blanks();
  acl_token text = rest_.starts_with('"') ? quoted('"', kind::string) : make(kind::string, {});
  if (text.what == kind::bad)
    return text;
  if (rest_.starts_with(utf8))
    rest_.remove_prefix(utf8.size());
  skip_blanks();
  if (!rest_.starts_with(">>"))
    return make(kind::bad, "a binary is <<\"text\">>");
  rest_.remove_prefix(2);
  return text;
}

} // namespace troupe::access
