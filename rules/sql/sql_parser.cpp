#include "sql_parser.hpp"

#include "function.hpp"
#include "sql_token.hpp"
#include "troupe/rules/regex.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::rules {

namespace {

// Reads one token ahead. After the first error all tokens are the end's, so that every loop ends.
class parser {
public:
  explicit parser(std::string_view text) : lexer_(text) { advance(); }

  std::variant<statement, sql_error> parse() {
    statement s;
    if (accept(token_kind::kw_foreach))
      parse_foreach(s);
    else if (expect(token_kind::kw_select, "SELECT or FOREACH"))
      s.fields = fields();
    if (expect(token_kind::kw_from, "FROM"))
      parse_topics(s);
    if (accept(token_kind::kw_where))
      s.condition = any();
    if (!failed_ && now_.what != token_kind::end)
      fail(s.condition ? "expected the end of the query" : "expected WHERE or the end of the query");
    if (failed_)
      return std::move(error_);
    return s;
  }

private:
  // -- tokens ---------------------------------------------------------------------------------------------

  void advance() { take(lexer_.next()); }

  void take(token t) {
    now_ = t;
    if (now_.what == token_kind::bad)
      fail(std::string{now_.text});
  }

  bool at(token_kind what) const { return !failed_ && now_.what == what; }

  bool accept(token_kind what) {
    if (!at(what))
      return false;
    advance();
    return true;
  }

  bool expect(token_kind what, std::string_view name) {
    if (accept(what))
      return true;
    fail("expected " + std::string{name});
    return false;
  }

  void fail(std::string text) { fail(now_.where, std::move(text)); }

  void fail(position where, std::string text) {
    if (failed_)
      return;
    failed_ = true;
    error_ = {where, std::move(text)};
    now_ = {token_kind::end, where, {}};
  }

  bool at_name() const { return at(token_kind::name) || at(token_kind::quoted); }

  std::string_view take_text() {
    const auto text = now_.text;
    advance();
    return text;
  }

  // -- clauses --------------------------------------------------------------------------------------------

  void parse_foreach(statement& s) {
    s.foreach = true;
    s.fields = fields();
    if (s.fields.back().star)
      fail(s.fields.back().where,
           "the last expression of FOREACH is what is gone through, which * cannot be");
    if (accept(token_kind::kw_do))
      s.each = fields();
    if (accept(token_kind::kw_incase))
      s.in_case = any();
  }

  std::vector<field> fields() {
    std::vector<field> result;
    do
      result.push_back(one_field());
    while (accept(token_kind::comma));
    return result;
  }

  field one_field() {
    field f;
    f.where = now_.where;
    if (accept(token_kind::star)) {
      f.star = true;
      return f;
    }
    f.what = any();
    if (accept(token_kind::kw_as) || at_name()) {
      if (at_name())
        f.alias = whole_path();
      else
        fail("expected a name");
    }
    return f;
  }

  void parse_topics(statement& s) {
    do {
      if (!at_name())
        fail("expected a topic in double quotes");
      else if (now_.text.empty())
        fail("a topic cannot be empty");
      else
        s.topics.push_back(take_text());
    } while (accept(token_kind::comma));
  }

  // -- paths ----------------------------------------------------------------------------------------------

  path whole_path() {
    path p;
    p.root = take_text();
    for (;;) {
      if (at(token_kind::dot)) {
        take(lexer_.next_key());
        p.steps.push_back(key());
      } else if (accept(token_kind::open_list)) {
        p.steps.push_back(subscript());
      } else {
        return p;
      }
      count_part();
      const auto& last = p.steps.back();
      if (last.what == path_step::kind::slice && (at(token_kind::dot) || at(token_kind::open_list)))
        fail("a slice is the last step of a path");
    }
  }

  path_step key() {
    path_step step;
    if (at_name() || at(token_kind::string))
      step.name = take_text();
    else
      fail("expected a name");
    return step;
  }

  path_step subscript() {
    path_step step;
    if (at_name()) {
      step.what = path_step::kind::variable;
      step.name = take_text();
    } else {
      step.what = path_step::kind::index;
      step.from_end = at(token_kind::minus);
      step.first = signed_integer();
      if (accept(token_kind::range)) {
        step.what = path_step::kind::slice;
        step.last = signed_integer();
      }
    }
    expect(token_kind::close_list, "]");
    return step;
  }

  std::int64_t signed_integer() {
    const bool negative = accept(token_kind::minus);
    if (!negative)
      accept(token_kind::plus);
    if (!at(token_kind::integer)) {
      fail("expected an integer");
      return 0;
    }
    const auto i = integer();
    return negative ? -i : i;
  }

  std::int64_t integer() {
    std::int64_t i = 0;
    const auto& text = now_.text;
    if (std::from_chars(text.data(), text.data() + text.size(), i).ec != std::errc{})
      fail("the integer is too large");
    advance();
    return i;
  }

  // -- expressions, from the loosest binding to the tightest
  // --------------------------------------------------

  struct level {
    explicit level(parser& p) : owner(p) {
      if (++owner.depth_ > most_depth)
        owner.fail("expressions are nested too deep");
    }
    ~level() { --owner.depth_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;

    parser& owner;
  };

  void count_part() {
    if (++parts_ > most_parts)
      fail("the query has too many parts");
  }

  expression make(operation what, position where) {
    count_part();
    expression e;
    e.what = what;
    e.where = where;
    return e;
  }

  expression binary(operation what, position where, expression left, expression right) {
    auto e = make(what, where);
    e.operands.reserve(2);
    e.operands.push_back(std::move(left));
    e.operands.push_back(std::move(right));
    return e;
  }

  expression unary(operation what, position where, expression operand) {
    auto e = make(what, where);
    e.operands.push_back(std::move(operand));
    return e;
  }

  expression any() {
    const level here{*this};
    auto left = conjunction();
    while (at(token_kind::kw_or)) {
      const auto where = now_.where;
      advance();
      left = binary(operation::logical_or, where, std::move(left), conjunction());
    }
    return left;
  }

  expression conjunction() {
    auto left = negation();
    while (at(token_kind::kw_and)) {
      const auto where = now_.where;
      advance();
      left = binary(operation::logical_and, where, std::move(left), negation());
    }
    return left;
  }

  expression negation() {
    if (!at(token_kind::kw_not))
      return comparison();
    const level here{*this};
    const auto where = now_.where;
    advance();
    return unary(operation::logical_not, where, negation());
  }

  static std::optional<operation> comparing(token_kind what) {
    switch (what) {
      case token_kind::equal: return operation::equal;
      case token_kind::unequal: return operation::unequal;
      case token_kind::less: return operation::less;
      case token_kind::greater: return operation::greater;
      case token_kind::less_equal: return operation::less_equal;
      case token_kind::greater_equal: return operation::greater_equal;
      case token_kind::topic_match: return operation::topic_match;
      default: return {};
    }
  }

  expression comparison() {
    auto left = sum();
    const auto where = now_.where;
    if (const auto what = failed_ ? std::nullopt : comparing(now_.what)) {
      advance();
      left = binary(*what, where, std::move(left), sum());
      if (!failed_ && comparing(now_.what))
        fail("comparisons cannot be chained");
      return left;
    }
    const bool negated = accept(token_kind::kw_not);
    if (!negated && !at(token_kind::kw_in))
      return left;
    if (!expect(token_kind::kw_in, "IN"))
      return left;
    auto e = make(negated ? operation::not_in : operation::in, where);
    e.operands.push_back(std::move(left));
    if (expect(token_kind::open, "("))
      list_of(e.operands, token_kind::close, ")");
    return e;
  }

  expression sum() {
    auto left = product();
    while (at(token_kind::plus) || at(token_kind::minus)) {
      const auto what = now_.what == token_kind::plus ? operation::add : operation::subtract;
      const auto where = now_.where;
      advance();
      left = binary(what, where, std::move(left), product());
    }
    return left;
  }

  expression product() {
    auto left = sign();
    while (at(token_kind::star) || at(token_kind::slash) || at(token_kind::kw_div)) {
      const auto what = now_.what == token_kind::star    ? operation::multiply
                        : now_.what == token_kind::slash ? operation::divide
                                                         : operation::integer_divide;
      const auto where = now_.where;
      advance();
      left = binary(what, where, std::move(left), sign());
    }
    return left;
  }

  expression sign() {
    if (!at(token_kind::plus) && !at(token_kind::minus))
      return primary();
    const level here{*this};
    const auto what = now_.what == token_kind::plus ? operation::keep : operation::negate;
    const auto where = now_.where;
    advance();
    return unary(what, where, sign());
  }

  expression primary() {
    const auto where = now_.where;
    switch (failed_ ? token_kind::end : now_.what) {
      case token_kind::integer: return constant(value{integer()}, where);
      case token_kind::real: return real(where);
      case token_kind::string: return constant(value{take_text()}, where);
      case token_kind::open: return in_parentheses();
      case token_kind::open_list: return list(where);
      case token_kind::kw_case: return choice(where);
      case token_kind::name: return named(where);
      case token_kind::quoted: return column(where);
      default: fail("expected an expression"); return {};
    }
  }

  expression constant(value v, position where) {
    auto e = make(operation::constant, where);
    e.constant = v;
    return e;
  }

  expression real(position where) {
    double d = 0;
    const auto& text = now_.text;
    if (std::from_chars(text.data(), text.data() + text.size(), d).ec != std::errc{})
      fail("the number is too large");
    advance();
    return constant(value{d}, where);
  }

  expression in_parentheses() {
    advance();
    auto e = any();
    expect(token_kind::close, ")");
    return e;
  }

  void list_of(std::vector<expression>& to, token_kind end, std::string_view name) {
    do
      to.push_back(any());
    while (accept(token_kind::comma));
    expect(end, std::string{", or "}.append(name));
  }

  expression list(position where) {
    advance();
    auto e = make(operation::list, where);
    if (accept(token_kind::close_list))
      return e;
    e.operands.push_back(any());
    if (accept(token_kind::range)) {
      e.what = operation::range;
      e.operands.push_back(any());
      expect(token_kind::close_list, "]");
    } else if (accept(token_kind::comma)) {
      list_of(e.operands, token_kind::close_list, "]");
    } else {
      expect(token_kind::close_list, ", or ]");
    }
    return e;
  }

  expression choice(position where) {
    advance();
    auto e = make(operation::choose, where);
    if (!at(token_kind::kw_when)) {
      e.what = operation::choose_value;
      e.operands.push_back(any());
    }
    if (!at(token_kind::kw_when))
      fail("expected WHEN");
    while (accept(token_kind::kw_when)) {
      e.operands.push_back(any());
      expect(token_kind::kw_then, "THEN");
      e.operands.push_back(any());
    }
    if (accept(token_kind::kw_else))
      e.operands.push_back(any());
    expect(token_kind::kw_end, "WHEN, ELSE or END");
    return e;
  }

  expression named(position where) {
    if (now_.text == "true" || now_.text == "false")
      return constant(value{take_text() == "true"}, where);
    auto e = column(where);
    if (e.column.steps.empty() && at(token_kind::open))
      return call(e.column.root, where);
    return e;
  }

  expression column(position where) {
    auto e = make(operation::column, where);
    e.column = whole_path();
    return e;
  }

  expression call(std::string_view name, position where) {
    advance();
    auto e = make(operation::call, where);
    e.callee = find_function(name);
    if (e.callee == nullptr)
      fail(where, "there is no function " + std::string{name});
    if (!accept(token_kind::close))
      list_of(e.operands, token_kind::close, ")");
    if (e.callee != nullptr && !e.callee->takes(e.operands.size()))
      fail(where, std::string{name} + " takes " + arity_text(*e.callee) + ", not " +
                      std::to_string(e.operands.size()));
    check_pattern(e);
    return e;
  }

  // A written expression that would fail with every message is refused at once.
  void check_pattern(const expression& e) {
    if (failed_ || !e.callee->name.starts_with("regex_"))
      return;
    const auto& written = e.operands[1];
    if (written.what == operation::constant && written.constant.is(value::kind::text) &&
        !pattern{written.constant.text()}.valid())
      fail(written.where,
           "the regular expression is not valid (it is of RE2: without look-around and back references)");
  }

  lexer lexer_;
  token now_;
  sql_error error_;
  bool failed_ = false;
  std::size_t depth_ = 0;
  std::size_t parts_ = 0;
};

} // namespace

std::variant<statement, sql_error> parse_sql(std::string_view text) {
  if (text.size() > most_sql)
    return sql_error{{}, "the query is longer than " + std::to_string(most_sql) + " bytes"};
  return parser{text}.parse();
}

} // namespace troupe::rules
