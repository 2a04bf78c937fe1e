// Functions on numbers.
#include "function.hpp"

#include <cmath>
#include <cstdint>
#include <string>

namespace troupe::rules {

namespace {

using kind = value::kind;

value finite(evaluation& e, double d) {
  return std::isfinite(d) ? value{d} : e.fail("the result is not a number, or beyond what a float holds");
}

template <double (*F)(double)>
value real_of(evaluation& e, arguments a) {
  return a[0].is_number() ? finite(e, F(a[0].number())) : wrong(e, "a number", a[0]);
}

template <double (*F)(double)>
value integer_of(evaluation& e, arguments a) {
  if (a[0].is(kind::integer))
    return a[0];
  if (!a[0].is(kind::real))
    return wrong(e, "a number", a[0]);
  return to_integer(e, F(a[0].real()));
}

value abs_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::integer))
    return wrong(e, "an integer", a[0]);
  if (a[0].integer() == INT64_MIN)
    return e.fail("the result is beyond 64 bits");
  return value{std::abs(a[0].integer())};
}

template <double (*F)(double, double)>
value real_of_two(evaluation& e, arguments a) {
  if (!a[0].is_number() || !a[1].is_number())
    return wrong(e, "numbers", a[0].is_number() ? a[1] : a[0]);
  return finite(e, F(a[0].number(), a[1].number()));
}

value mod_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::integer) || !a[1].is(kind::integer))
    return wrong(e, "integers", a[0].is(kind::integer) ? a[1] : a[0]);
  if (a[1].integer() == 0)
    return e.fail("division by zero");
  return value{a[1].integer() == -1 ? 0 : a[0].integer() % a[1].integer()};
}

// Numbers are equal as numbers, everything else as it is.
value eq_of(evaluation& e, arguments a) {
  if (a[0].is_number() && a[1].is_number())
    return value{a[0].number() == a[1].number()};
  return value{e.same(a[0], a[1])};
}

constexpr function table[] = {
    {"abs", 1, 1, abs_of, "The absolute value of an integer", "abs(-17)", "17"},
    {"ceil", 1, 1, integer_of<std::ceil>, "The smallest integer not below a number", "ceil(2.1)", "3"},
    {"floor", 1, 1, integer_of<std::floor>, "The largest integer not above a number", "floor(-2.1)", "-3"},
    {"round", 1, 1, integer_of<std::round>, "The nearest integer, away from zero between two", "round(-2.5)",
     "-3"},
    {"exp", 1, 1, real_of<std::exp>, "e to the power of a number", "exp(0)", "1.0"},
    {"log", 1, 1, real_of<std::log>, "The natural logarithm", "log(1)", "0.0"},
    {"log2", 1, 1, real_of<std::log2>, "The logarithm to base 2", "log2(64)", "6.0"},
    {"log10", 1, 1, real_of<std::log10>, "The logarithm to base 10", "log10(1000)", "3.0"},
    {"sqrt", 1, 1, real_of<std::sqrt>, "The square root", "sqrt(6.25)", "2.5"},
    {"power", 2, 2, real_of_two<std::pow>, "A number to the power of another", "power(3, 4)", "81.0"},
    {"fmod", 2, 2, real_of_two<std::fmod>, "The remainder of a division, as a float", "fmod(9.5, 4)", "1.5"},
    {"mod", 2, 2, mod_of, "The remainder of a division of integers, with the sign of the dividend",
     "mod(-17, 5)", "-2"},
    {"eq", 2, 2, eq_of, "Whether two values are equal; 1 is 1.0, but not '1'", "eq(1, 1.0)", "true"},
    {"sin", 1, 1, real_of<std::sin>, "The sine of an angle in radians", "sin(0)", "0.0"},
    {"cos", 1, 1, real_of<std::cos>, "The cosine", "cos(0)", "1.0"},
    {"tan", 1, 1, real_of<std::tan>, "The tangent", "tan(0)", "0.0"},
    {"asin", 1, 1, real_of<std::asin>, "The arc sine", "asin(0)", "0.0"},
    {"acos", 1, 1, real_of<std::acos>, "The arc cosine", "acos(1)", "0.0"},
    {"atan", 1, 1, real_of<std::atan>, "The arc tangent", "atan(0)", "0.0"},
    {"sinh", 1, 1, real_of<std::sinh>, "The hyperbolic sine", "sinh(0)", "0.0"},
    {"cosh", 1, 1, real_of<std::cosh>, "The hyperbolic cosine", "cosh(0)", "1.0"},
    {"tanh", 1, 1, real_of<std::tanh>, "The hyperbolic tangent", "tanh(0)", "0.0"},
    {"asinh", 1, 1, real_of<std::asinh>, "The inverse hyperbolic sine", "asinh(0)", "0.0"},
    {"acosh", 1, 1, real_of<std::acosh>, "The inverse hyperbolic cosine", "acosh(1)", "0.0"},
    {"atanh", 1, 1, real_of<std::atanh>, "The inverse hyperbolic tangent", "atanh(0)", "0.0"},
};

} // namespace

std::span<const function> math_functions() noexcept { return table; }

} // namespace troupe::rules
