// How values compare (reference/rule-engine.md section 4).
#include "evaluation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <charconv>
#include <compare>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using kind = value::kind;

constexpr std::size_t units_of_member = 4;

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

// Bytes that a comparison looks at.
std::size_t size_of_texts(value a, value b) {
  if (a.is(kind::text) && b.is(kind::text))
    return std::min(a.text().size(), b.text().size());
  return a.is(kind::text) ? a.text().size() : b.is(kind::text) ? b.text().size() : 0;
}

// Whether 1 and 1.0 are the same within lists and objects: they are for `=`.
enum class numbers : bool { by_kind, by_size };

bool same_parts(const json::value& a, const json::value& b, numbers how, work_budget& work);

bool same_texts(std::string_view a, std::string_view b, work_budget& work) {
  if (a.size() != b.size())
    return false;
  work.charge(a.size() / bytes_of_unit);
  return a == b;
}

bool same_lists(const json::array& a, const json::array& b, numbers how, work_budget& work) {
  if (a.size() != b.size())
    return false;
  const auto differs = std::mismatch(a.begin(), a.end(), b.begin(), [&](const auto& x, const auto& y) {
    return same_parts(x, y, how, work);
  });
  work.charge(units_of_member * static_cast<std::size_t>(differs.first - a.begin()));
  return differs.first == a.end();
}

bool same_maps(const json::object& a, const json::object& b, numbers how, work_budget& work) {
  if (a.size() != b.size())
    return false;
  work.charge(units_of_member * a.size());
  return std::all_of(a.begin(), a.end(), [&](const auto& member) {
    const auto* other = b.if_contains(member.key());
    return other != nullptr && same_parts(member.value(), *other, how, work);
  });
}

// Integers with and without sign are the same where their values are.
bool same_parts(const json::value& a, const json::value& b, numbers how, work_budget& work) {
  if (a.is_string() && b.is_string())
    return same_texts(value::of(a).text(), value::of(b).text(), work);
  if (a.is_array() && b.is_array())
    return same_lists(a.get_array(), b.get_array(), how, work);
  if (a.is_object() && b.is_object())
    return same_maps(a.get_object(), b.get_object(), how, work);
  if (how == numbers::by_size && a.is_number() && b.is_number())
    return std::is_eq(order_of_numbers(value::of(a), value::of(b)));
  return a == b;
}

bool digits_only(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Without a sign; one without a point is an integer beyond 64 bits.
bool has_form_of_number(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos)
    return digits_only(text);
  const auto fraction = text.substr(point + 1);
  const auto e = std::min(fraction.find_first_of("eE"), fraction.size());
  auto exponent = fraction.substr(std::min(e + 1, fraction.size()));
  if (exponent.starts_with('+') || exponent.starts_with('-'))
    exponent.remove_prefix(1);
  return digits_only(text.substr(0, point)) && digits_only(fraction.substr(0, e)) &&
         (e == fraction.size() || digits_only(exponent));
}

} // namespace

// As Erlang reads them: [+-]digits, or [+-]digits.digits with an exponent perhaps.
value number_of(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-')
    text.remove_prefix(1);
  const char* end = text.data() + text.size();
  std::int64_t i = 0;
  if (const auto [at, failed] = std::from_chars(text.data(), end, i); failed == std::errc{} && at == end)
    return value{i};
  double d = 0;
  if (!has_form_of_number(text.substr(text.starts_with('-') ? 1 : 0)))
    return {};
  if (const auto [at, failed] = std::from_chars(text.data(), end, d); failed == std::errc{} && at == end)
    return value{d};
  return {};
}

bool evaluation::same(value a, value b) {
  if (a.what() != b.what())
    return false;
  switch (a.what()) {
    case kind::undefined:
    case kind::null: return true;
    case kind::boolean: return a.boolean() == b.boolean();
    case kind::integer: return a.integer() == b.integer();
    case kind::real: return a.real() == b.real();
    case kind::text: return same_texts(a.text(), b.text(), work_);
    case kind::list: return same_lists(a.list(), b.list(), numbers::by_kind, work_);
    case kind::map: break;
  }
  return same_maps(a.map(), b.map(), numbers::by_kind, work_);
}

std::optional<bool> evaluation::compare(operation op, value a, value b) {
  if (a.is(kind::undefined) || b.is(kind::undefined))
    return decide_undefined(op, a.what() == b.what());
  if (a.is_number() && b.is_number())
    return decide(op, order_of_numbers(a, b));
  charge(size_of_texts(a, b) / bytes_of_unit);
  if (a.is_number() && b.is(kind::text))
    return compare_number_with_text(op, a, b, false);
  if (a.is(kind::text) && b.is_number())
    return compare_number_with_text(op, b, a, true);
  const bool texts = (a.is(kind::text) || atom(a)) && (b.is(kind::text) || atom(b));
  if (texts)
    return decide(op, (a.is(kind::text) ? a.text() : text_of_atom(a)) <=>
                          (b.is(kind::text) ? b.text() : text_of_atom(b)));
  if (op != operation::equal && op != operation::unequal)
    return {};
  const bool alike =
      a.is(kind::list) && b.is(kind::list) ? same_lists(a.list(), b.list(), numbers::by_size, work_)
      : a.is(kind::map) && b.is(kind::map) ? same_maps(a.map(), b.map(), numbers::by_size, work_)
                                           : same(a, b);
  return alike == (op == operation::equal);
}

} // namespace troupe::rules
