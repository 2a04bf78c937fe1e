// How values compare (reference/rule-engine.md section 4).
#include "evaluation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <charconv>
#include <compare>

namespace troupe::rules {

namespace {

using kind = value::kind;

bool atom(value v) { return v.is(kind::boolean) || v.is(kind::null); }

std::string_view text_of_atom(value v) {
  if (v.is(kind::null))
    return "null";
  return v.boolean() ? "true" : "false";
}

std::partial_ordering order_of_numbers(value a, value b) {
  if (a.is(kind::integer) && b.is(kind::integer))
    return a.integer() <=> b.integer();
  return a.number() <=> b.number();
}

bool decide(operation op, std::partial_ordering order) {
  switch (op) {
    case operation::equal: return std::is_eq(order);
    case operation::unequal: return std::is_neq(order);
    case operation::less: return std::is_lt(order);
    case operation::greater: return std::is_gt(order);
    case operation::less_equal: return std::is_lteq(order);
    default: return std::is_gteq(order);
  }
}

// Undefined is equal to itself and in no order with anything.
bool decide_undefined(operation op, bool both) {
  switch (op) {
    case operation::equal:
    case operation::less_equal:
    case operation::greater_equal: return both;
    case operation::unequal: return !both;
    default: return false;
  }
}

std::optional<bool> compare_number_with_text(operation op, value number, value text, bool swapped) {
  const auto parsed = number_of(text.text());
  if (parsed.is(kind::undefined))
    return {};
  return decide(op, swapped ? order_of_numbers(parsed, number) : order_of_numbers(number, parsed));
}

} // namespace

value number_of(std::string_view text) {
  const char* end = text.data() + text.size();
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-')
    text.remove_prefix(1);
  std::int64_t i = 0;
  if (const auto [at, failed] = std::from_chars(text.data(), end, i); failed == std::errc{} && at == end)
    return value{i};
  // Erlang's floats have digits on both sides of the point.
  const auto digits = text.find_first_not_of("+-");
  double d = 0;
  if (digits == std::string_view::npos || text[digits] < '0' || text[digits] > '9')
    return {};
  if (const auto [at, failed] = std::from_chars(text.data(), end, d); failed == std::errc{} && at == end)
    return value{d};
  return {};
}

bool same(value a, value b) {
  if (a.what() != b.what())
    return false;
  switch (a.what()) {
    case kind::undefined:
    case kind::null: return true;
    case kind::boolean: return a.boolean() == b.boolean();
    case kind::integer: return a.integer() == b.integer();
    case kind::real: return a.real() == b.real();
    case kind::text: return a.text() == b.text();
    case kind::list: return a.list() == b.list();
    case kind::map: break;
  }
  return a.map() == b.map();
}

std::optional<bool> compare(operation op, value a, value b) {
  if (a.is(kind::undefined) || b.is(kind::undefined))
    return decide_undefined(op, a.what() == b.what());
  if (a.is_number() && b.is_number())
    return decide(op, order_of_numbers(a, b));
  if (a.is_number() && b.is(kind::text))
    return compare_number_with_text(op, a, b, false);
  if (a.is(kind::text) && b.is_number())
    return compare_number_with_text(op, b, a, true);
  const bool texts = (a.is(kind::text) || atom(a)) && (b.is(kind::text) || atom(b));
  if (texts)
    return decide(op, (a.is(kind::text) ? a.text() : text_of_atom(a)) <=>
                          (b.is(kind::text) ? b.text() : text_of_atom(b)));
  if (op == operation::equal)
    return same(a, b);
  if (op == operation::unequal)
    return !same(a, b);
  return {};
}

} // namespace troupe::rules
