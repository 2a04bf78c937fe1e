#include "function.hpp"

#include "troupe/rules/sql_function.hpp"

#include <algorithm>
#include <array>

namespace troupe::rules {

std::span<const std::span<const function>> all_functions() noexcept {
  static const std::array tables{message_functions(),  math_functions(),   bit_functions(),
                                 type_functions(),     string_functions(), list_functions(),
                                 encoding_functions(), time_functions(),   state_functions()};
  return tables;
}

const function* find_function(std::string_view name) noexcept {
  for (const auto table : all_functions()) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const function& f) { return f.name == name; });
    if (found != table.end())
      return &*found;
  }
  return nullptr;
}

value wrong(evaluation& e, std::string_view wanted, value v) {
  return e.fail(std::string{"expected "}.append(wanted).append(", not ").append(to_string(v.what())));
}

value to_integer(evaluation& e, double whole) {
  constexpr double limit = 9223372036854775808.0; // 2^63
  return whole >= -limit && whole < limit ? value{static_cast<std::int64_t>(whole)}
                                          : e.fail("the result is beyond 64 bits");
}

std::vector<sql_function> sql_functions() {
  std::vector<sql_function> out;
  for (const auto table : all_functions())
    for (const auto& f : table)
      out.push_back({std::string{f.name}, arity_text(f), std::string{f.description}, std::string{f.example},
                     std::string{f.result}});
  return out;
}

std::string arity_text(const function& f) {
  const auto count = [](unsigned n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); };
  if (f.most == function::any_number)
    return "at least " + count(f.least);
  if (f.least == f.most)
    return f.least == 0 ? "no arguments" : count(f.least);
  return std::to_string(f.least) + " to " + count(f.most);
}

} // namespace troupe::rules
