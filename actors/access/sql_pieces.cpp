#include "sql_pieces.hpp"

#include <algorithm>

namespace troupe::access {

namespace {

using piece_kind = sql_piece::kind;

constexpr auto no_end = std::string_view::npos;

bool starts_name(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_sql_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool continues_name(char c) noexcept { return starts_name(c) || is_sql_digit(c); }

class sql_splitter {
public:
  sql_splitter(std::string_view all, parameter_marks marks)
      : all_(all), mysql_(marks == parameter_marks::question) {}

  std::optional<std::vector<sql_piece>> split() {
    while (at_ < all_.size()) {
      const auto end = end_of_piece();
      if (end == at_) {
        ++at_;
        continue;
      }
      if (end == no_end)
        return {};
      add(piece_kind::code, code_from_, at_);
      add(what_, at_, end);
      at_ = code_from_ = end;
    }
    add(piece_kind::code, code_from_, at_);
    return std::move(out_);
  }

private:
  // Of what begins here and is no code, whose kind is `what_` then; here: it is code; no_end: it has no end.
  std::size_t end_of_piece() {
    what_ = piece_kind::other;
    const auto rest = all_.substr(at_);
    switch (rest.front()) {
      case '\'': return literal();
      case '"': return behind_quote('"', mysql_);
      case '`': return mysql_ ? behind_quote('`', false) : at_;
      case '#': return mysql_ ? behind_line() : at_;
      case '-': return starts_comment(rest) ? behind_line() : at_;
      case '/': return rest.starts_with("/*") ? behind("*/", at_ + 2) : at_;
      case '$': return mysql_ ? at_ : dollar_quoted(rest);
      default: return at_;
    }
  }

  bool starts_comment(std::string_view rest) const noexcept {
    if (!rest.starts_with("--"))
      return false;
    return !mysql_ || rest.size() == 2 || static_cast<unsigned char>(rest[2]) <= ' ';
  }

  // With escapes in it, it is left alone: it would have to be understood as the server does.
  std::size_t literal() {
    const bool escapes = mysql_ || is_escape_string();
    const auto end = behind_quote('\'', escapes);
    const bool plain = end == no_end || !escapes || all_.substr(at_, end - at_).find('\\') == no_end;
    what_ = plain && !is_escape_string() ? piece_kind::literal : piece_kind::other;
    return end;
  }

  // PostgreSQL's E'…'.
  bool is_escape_string() const noexcept {
    return !mysql_ && at_ > code_from_ && (all_[at_ - 1] == 'e' || all_[at_ - 1] == 'E') &&
           (at_ - 1 == code_from_ || !continues_name(all_[at_ - 2]));
  }

  std::size_t behind_quote(char quote, bool escapes) const noexcept {
    for (auto i = at_ + 1; i < all_.size(); ++i) {
      const bool doubled = all_[i] == quote && i + 1 < all_.size() && all_[i + 1] == quote; // two are one
      if (doubled || (escapes && all_[i] == '\\'))
        ++i;
      else if (all_[i] == quote)
        return i + 1;
    }
    return no_end;
  }

  std::size_t behind(std::string_view what, std::size_t from) const noexcept {
    const auto found = all_.find(what, from);
    return found == no_end ? no_end : found + what.size();
  }

  std::size_t behind_line() const noexcept { return std::min(all_.find('\n', at_), all_.size()); }

  // `$$…$$` or `$tag$…$tag$`.
  std::size_t dollar_quoted(std::string_view rest) const noexcept {
    std::size_t i = 1;
    if (i < rest.size() && starts_name(rest[i]))
      while (i < rest.size() && continues_name(rest[i]))
        ++i;
    if (i >= rest.size() || rest[i] != '$' || (at_ > code_from_ && continues_name(all_[at_ - 1])))
      return at_;
    return behind(rest.substr(0, i + 1), at_ + i + 1);
  }

  void add(piece_kind what, std::size_t from, std::size_t to) {
    if (from < to)
      out_.push_back({what, all_.substr(from, to - from)});
  }

  std::string_view all_;
  bool mysql_;
  std::size_t at_ = 0, code_from_ = 0;
  piece_kind what_ = piece_kind::code;
  std::vector<sql_piece> out_;
};

} // namespace

std::optional<std::vector<sql_piece>> split_sql(std::string_view statement, parameter_marks marks) {
  return sql_splitter{statement, marks}.split();
}

std::string text_of_literal(std::string_view literal) {
  std::string out;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    out.push_back(literal[i]);
    if (literal[i] == '\'')
      ++i;
  }
  return out;
}

void append_literal(std::string& out, std::string_view text) {
  out.push_back('\'');
  for (const char c : text)
    out.append(c == '\'' ? 2 : 1, c);
  out.push_back('\'');
}

bool has_parameter(std::string_view code, parameter_marks marks) noexcept {
  if (marks == parameter_marks::question)
    return code.find('?') != no_end;
  for (auto at = code.find('$'); at != no_end; at = code.find('$', at + 1))
    if (at + 1 < code.size() && is_sql_digit(code[at + 1]))
      return true;
  return false;
}

void append_mark(std::string& out, std::size_t number, parameter_marks marks) {
  if (marks == parameter_marks::question)
    out.push_back('?');
  else
    out.append("$").append(std::to_string(number));
}

namespace {

// The number of the parameter at `$`, and behind it; 0: there is none that stands alone.
std::size_t numbered_at(std::string_view code, std::size_t& at) noexcept {
  const bool begins = at == 0 || !(continues_name(code[at - 1]) || code[at - 1] == '$');
  std::size_t number = 0;
  for (++at; at < code.size() && is_sql_digit(code[at]) && number < 100'000; ++at)
    number = number * 10 + static_cast<std::size_t>(code[at] - '0');
  const bool ends = at == code.size() || !(continues_name(code[at]) || code[at] == '$');
  return begins && ends ? number : 0;
}

} // namespace

bool has_only_parameters(std::string_view statement, std::size_t count, parameter_marks marks) {
  const auto pieces = split_sql(statement, marks);
  if (!pieces)
    return false;
  std::size_t found = 0;
  for (const auto& p : *pieces) {
    if (p.what != piece_kind::code)
      continue;
    for (std::size_t at = 0; at < p.text.size();) {
      if (marks == parameter_marks::question)
        found += p.text[at++] == '?' ? 1 : 0;
      else if (p.text[at] != '$' || at + 1 == p.text.size() || !is_sql_digit(p.text[at + 1]))
        ++at;
      else if (numbered_at(p.text, at) != ++found)
        return false;
    }
  }
  return found == count;
}

} // namespace troupe::access
