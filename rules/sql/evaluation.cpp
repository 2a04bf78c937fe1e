#include "evaluation.hpp"

#include "function.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cmath>

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr std::int64_t longest_range = 100'000;
constexpr std::size_t units_of_expression = 4;
constexpr std::size_t units_of_step = 4; // of a path

std::string with_kinds(std::string_view what, value a, value b) {
  return std::string{what}
      .append(" ")
      .append(to_string(a.what()))
      .append(" and ")
      .append(to_string(b.what()));
}

std::string_view sign_of(operation op) {
  switch (op) {
    case operation::add: return "add";
    case operation::subtract: return "subtract";
    case operation::multiply: return "multiply";
    default: return "divide";
  }
}

// Nothing when the result does not fit.
std::optional<value> on_integers(operation op, std::int64_t a, std::int64_t b) {
  std::int64_t r = 0;
  bool over = false;
  switch (op) {
    case operation::add: over = __builtin_add_overflow(a, b, &r); break;
    case operation::subtract: over = __builtin_sub_overflow(a, b, &r); break;
    case operation::multiply: over = __builtin_mul_overflow(a, b, &r); break;
    case operation::integer_divide:
      over = a == INT64_MIN && b == -1;
      r = over ? 0 : a / b;
      break;
    default: return value{static_cast<double>(a) / static_cast<double>(b)};
  }
  return over ? std::nullopt : std::optional{value{r}};
}

double on_reals(operation op, double a, double b) {
  switch (op) {
    case operation::add: return a + b;
    case operation::subtract: return a - b;
    case operation::multiply: return a * b;
    default: return a / b;
  }
}

} // namespace

kv_store& evaluation::node_store() {
  if (!workspace_.of_node)
    workspace_.of_node = std::make_shared<kv_store>();
  return *workspace_.of_node;
}

connection_store& evaluation::connections() {
  if (!workspace_.of_connections)
    workspace_.of_connections = std::make_shared<connection_store>();
  return *workspace_.of_connections;
}

value evaluation::fail(std::string text) { return fail_at(where_, std::move(text)); }

value evaluation::fail_at(position where, std::string text) {
  if (!failed_)
    error_ = to_string(sql_error{where, std::move(text)});
  failed_ = true;
  return {};
}

bool evaluation::holds(const expression& condition) {
  const auto v = (*this)(condition);
  if (!failed_ && !v.is(kind::boolean))
    fail_at(condition.where, std::string{to_string(v.what())} + " is no condition");
  return !failed_ && v.boolean();
}

value evaluation::operator()(const expression& e) {
  charge(units_of_expression);
  switch (e.what) {
    case operation::constant: return e.constant;
    case operation::column: return column_of(e);
    case operation::call: return call(e);
    case operation::list: return list_of(e);
    case operation::range: return range_of(e);
    case operation::negate:
    case operation::keep:
    case operation::add:
    case operation::subtract:
    case operation::multiply:
    case operation::divide:
    case operation::integer_divide: return arithmetic(e);
    case operation::equal:
    case operation::unequal:
    case operation::less:
    case operation::greater:
    case operation::less_equal:
    case operation::greater_equal: return comparison(e);
    case operation::topic_match: return topic_match(e);
    case operation::in:
    case operation::not_in: return is_member(e);
    case operation::logical_and: return value{holds(e.operands[0]) && holds(e.operands[1])};
    case operation::logical_or: return value{holds(e.operands[0]) || (!failed_ && holds(e.operands[1]))};
    case operation::logical_not: return value{!holds(e.operands[0])};
    case operation::choose: return choose(e);
    case operation::choose_value: break;
  }
  return choose_value(e);
}

// -- columns ----------------------------------------------------------------------------------------------

value evaluation::look_up(const reference& r, std::string_view name) {
  switch (r.what) {
    case reference::kind::alias: return workspace_.names[r.index];
    case reference::kind::event: return event_.at(static_cast<column>(r.index), memory());
    case reference::kind::other: break;
  }
  return event_.at(name, memory());
}

value evaluation::column_of(const expression& e) {
  const auto& steps = e.column.steps;
  if (steps.empty())
    return look_up(e.found, e.column.root);
  charge(units_of_step * steps.size());
  where_ = e.where;
  const bool payload = e.column.root == to_string(column::payload);
  if (payload && e.found.what == reference::kind::event) {
    const auto root = decoded_payload();
    return failed_ ? value{} : follow(root, steps, true);
  }
  return follow(look_up(e.found, e.column.root), steps, payload);
}

// -- values of several
// ----------------------------------------------------------------------------------------

value evaluation::call(const expression& e) {
  std::array<value, 8> few;
  std::vector<value> many;
  if (e.operands.size() > few.size())
    many.resize(e.operands.size());
  const std::span<value> given{many.empty() ? few.data() : many.data(), e.operands.size()};
  for (std::size_t i = 0; i < given.size(); ++i) {
    given[i] = (*this)(e.operands[i]);
    if (failed_)
      return {};
  }
  where_ = e.where;
  return e.callee->run(*this, given);
}

value evaluation::list_of(const expression& e) {
  auto& list = memory().new_list();
  list.reserve(e.operands.size());
  for (const auto& operand : e.operands) {
    const auto v = (*this)(operand);
    if (failed_)
      return {};
    list.push_back(memory().json(v));
  }
  return value{list};
}

value evaluation::range_of(const expression& e) {
  const auto first = (*this)(e.operands[0]);
  const auto last = (*this)(e.operands[1]);
  if (failed_)
    return {};
  if (!first.is(kind::integer) || !last.is(kind::integer))
    return fail_at(e.where, with_kinds("a range needs integers, not", first, last));
  if (last.integer() < first.integer() && last.integer() != first.integer() - 1)
    return fail_at(e.where, "the range ends before it begins");
  if (static_cast<std::uint64_t>(last.integer()) - static_cast<std::uint64_t>(first.integer()) + 1 >
      static_cast<std::uint64_t>(longest_range))
    return fail_at(e.where, "the range has more than " + std::to_string(longest_range) + " numbers");
  auto& list = memory().new_list();
  charge(static_cast<std::size_t>(last.integer() - first.integer() + 1));
  for (auto i = first.integer(); i <= last.integer(); ++i)
    list.push_back(i);
  return value{list};
}

value evaluation::choose(const expression& e) {
  std::size_t i = 0;
  for (; i + 1 < e.operands.size(); i += 2) {
    const bool here = holds(e.operands[i]);
    if (failed_)
      return {};
    if (here)
      return (*this)(e.operands[i + 1]);
  }
  return i < e.operands.size() ? (*this)(e.operands[i]) : value{};
}

value evaluation::choose_value(const expression& e) {
  const auto wanted = (*this)(e.operands[0]);
  std::size_t i = 1;
  for (; !failed_ && i + 1 < e.operands.size(); i += 2)
    if (same(wanted, (*this)(e.operands[i])) && !failed_)
      return (*this)(e.operands[i + 1]);
  return !failed_ && i < e.operands.size() ? (*this)(e.operands[i]) : value{};
}

value evaluation::is_member(const expression& e) {
  const auto wanted = (*this)(e.operands[0]);
  bool found = false;
  for (std::size_t i = 1; i < e.operands.size() && !found && !failed_; ++i)
    found = same(wanted, (*this)(e.operands[i]));
  return failed_ ? value{} : value{found == (e.what == operation::in)};
}

// -- arithmetic and comparison
// --------------------------------------------------------------------------------

value evaluation::arithmetic(const expression& e) {
  const bool one = e.operands.size() == 1;
  const auto a = one ? value{std::int64_t{0}} : (*this)(e.operands[0]);
  const auto b = (*this)(e.operands.back());
  if (failed_)
    return {};
  if (e.what == operation::add && a.is(kind::text) && b.is(kind::text)) {
    charge((a.text().size() + b.text().size()) / bytes_of_unit);
    return memory().text(std::string{a.text()}.append(b.text()));
  }
  if (!a.is_number() || !b.is_number())
    return fail_at(e.where, one ? std::string{to_string(b.what())} + " has no sign"
                                : with_kinds(std::string{"cannot "}.append(sign_of(e.what)), a, b));
  if (e.what == operation::keep)
    return b;
  const bool integers = a.is(kind::integer) && b.is(kind::integer);
  if (e.what == operation::integer_divide && !integers)
    return fail_at(e.where, with_kinds("div needs integers, not", a, b));
  if ((e.what == operation::divide || e.what == operation::integer_divide) && b.number() == 0)
    return fail_at(e.where, "division by zero");
  const auto op = e.what == operation::negate ? operation::subtract : e.what;
  if (integers) {
    const auto result = on_integers(op, a.integer(), b.integer());
    return result ? *result : fail_at(e.where, "the result is beyond 64 bits");
  }
  const auto result = one ? -b.number() : on_reals(op, a.number(), b.number());
  return std::isfinite(result) ? value{result} : fail_at(e.where, "the result is beyond what a float holds");
}

value evaluation::comparison(const expression& e) {
  const auto a = (*this)(e.operands[0]);
  const auto b = (*this)(e.operands[1]);
  if (failed_)
    return {};
  const auto result = compare(e.what, a, b);
  return result ? value{*result} : fail_at(e.where, with_kinds("cannot compare", a, b));
}

value evaluation::topic_match(const expression& e) {
  const auto topic = (*this)(e.operands[0]);
  const auto filter = (*this)(e.operands[1]);
  if (failed_)
    return {};
  if (!topic.is(kind::text) || !filter.is(kind::text))
    return fail_at(e.where, with_kinds("=~ needs a topic and a filter, not", topic, filter));
  charge(topic.text().size() + filter.text().size());
  return value{mqtt::valid_topic_filter(filter.text()) && mqtt::matches(filter.text(), topic.text())};
}

} // namespace troupe::rules
