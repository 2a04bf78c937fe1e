// Conversions and tests of types.
#include "function.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>

namespace troupe::rules {

namespace {

namespace json = boost::json;

using kind = value::kind;

value str_of(evaluation& e, arguments a) {
  if (a[0].is(kind::text))
    return a[0];
  std::string out;
  append_text(out, a[0]);
  e.charge(out.size());
  return e.memory().text(out);
}

bool printable(const json::value& code) {
  const auto* c = code.if_int64();
  return c != nullptr &&
         ((*c >= 8 && *c <= 13) || *c == 27 || (*c >= 32 && *c <= 126) || (*c >= 0xA0 && *c <= 0xD7FF) ||
          (*c >= 0xE000 && *c <= 0xFFFD) || (*c >= 0x10000 && *c <= 0x10FFFF));
}

void append_utf8(std::string& out, std::int64_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3; // bytes behind the first
  constexpr int first[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(first[more] | (code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i)
    out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
}

// A list of the codes of characters is the text of them.
value str_utf8_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::list) || a[0].list().empty() ||
      !std::all_of(a[0].list().begin(), a[0].list().end(), printable))
    return str_of(e, a);
  std::string out;
  for (const auto& code : a[0].list())
    append_utf8(out, code.get_int64());
  e.charge(out.size());
  return e.memory().text(out);
}

value number_or(evaluation& e, value v) {
  if (!v.is(kind::text))
    return v;
  e.charge(v.text().size());
  return number_of(v.text());
}

value int_of(evaluation& e, arguments a) {
  const auto v = number_or(e, a[0]);
  switch (v.what()) {
    case kind::integer: return v;
    case kind::real: return to_integer(e, std::floor(v.real()));
    case kind::boolean: return value{std::int64_t{v.boolean() ? 1 : 0}};
    default: return wrong(e, "a number", a[0]);
  }
}

value float_of(evaluation& e, arguments a) {
  const auto v = number_or(e, a[0]);
  return v.is_number() ? value{v.number()} : wrong(e, "a number", a[0]);
}

value float2str_of(evaluation& e, arguments a) {
  if (!a[0].is_number() || !a[1].is(kind::integer))
    return wrong(e, a[0].is_number() ? "an integer" : "a number", a[0].is_number() ? a[1] : a[0]);
  if (a[1].integer() < 0 || a[1].integer() > 253)
    return e.fail("decimals are 0 to 253");
  return e.memory().text(real_text(a[0].number(), static_cast<int>(a[1].integer())));
}

value bool_of(evaluation& e, arguments a) {
  const auto v = a[0];
  if (v.is(kind::boolean))
    return v;
  if (v.is(kind::text) && (v.text() == "true" || v.text() == "false"))
    return value{v.text() == "true"};
  if (v.is(kind::integer) && (v.integer() == 0 || v.integer() == 1))
    return value{v.integer() == 1};
  return wrong(e, "true, false, 1 or 0", v);
}

value map_of(evaluation& e, arguments a) {
  const auto v = a[0].is(kind::text) ? e.decoded(a[0].text()) : a[0];
  return v.is(kind::map) ? v : wrong(e, "an object or its JSON", a[0]);
}

value bin2hexstr_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(a[0].text().size());
  return e.memory().text(mqtt::to_hex(a[0].text(), mqtt::upper_hex));
}

int digit_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

value hexstr2bin_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(a[0].text().size());
  const std::string hex = (a[0].text().size() % 2 == 1 ? "0" : "") + std::string{a[0].text()};
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]);
    const int low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0)
      return e.fail("expected hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
  }
  return e.memory().text(out);
}

template <kind... K>
value is_one_of(evaluation& /*e*/, arguments a) {
  return value{(a[0].is(K) || ...)};
}

value is_not_null_of(evaluation& /*e*/, arguments a) { return value{!a[0].is(kind::undefined)}; }

constexpr function table[] = {
    {"str", 1, 1, str_of, "A value as a string", "str(2.0)", "\"2.0\""},
    {"str_utf8", 1, 1, str_utf8_of, "A value as a string in UTF-8", "str_utf8(true)", "\"true\""},
    {"int", 1, 1, int_of, "A number, its text or a boolean as an integer", "int(-3.2)", "-4"},
    {"float", 1, 1, float_of, "A number or its text as a float", "float('4')", "4.0"},
    {"float2str", 2, 2, float2str_of, "A number as a string with so many decimals at most",
     "float2str(3.14159, 3)", "\"3.142\""},
    {"bool", 1, 1, bool_of, "true, false, 1, 0 or their text as a boolean", "bool('true')", "true"},
    {"map", 1, 1, map_of, "An object or its JSON as an object", R"(map('{"a":1}'))", R"({"a":1})"},
    {"bin2hexstr", 1, 1, bin2hexstr_of, "The bytes of a string in hexadecimal", "bin2hexstr('gate')",
     "\"67617465\""},
    {"hexstr2bin", 1, 1, hexstr2bin_of, "The string whose bytes are given in hexadecimal",
     "hexstr2bin('67617465')", "\"gate\""},
    {"is_null", 1, 1, is_one_of<kind::undefined>, "Whether a value is undefined", "is_null(nosuch)", "true"},
    {"is_not_null", 1, 1, is_not_null_of, "Whether a value is not undefined", "is_not_null(1)", "true"},
    {"is_str", 1, 1, is_one_of<kind::text>, "Whether a value is a string", "is_str('a')", "true"},
    {"is_bool", 1, 1, is_one_of<kind::boolean>, "Whether a value is a boolean", "is_bool(1)", "false"},
    {"is_int", 1, 1, is_one_of<kind::integer>, "Whether a value is an integer", "is_int(1)", "true"},
    {"is_float", 1, 1, is_one_of<kind::real>, "Whether a value is a float", "is_float(1)", "false"},
    {"is_num", 1, 1, is_one_of<kind::integer, kind::real>, "Whether a value is a number", "is_num(1.5)",
     "true"},
    {"is_map", 1, 1, is_one_of<kind::map>, "Whether a value is an object", "is_map(payload.k)", "true"},
    {"is_array", 1, 1, is_one_of<kind::list>, "Whether a value is a list", "is_array([1])", "true"},
};

} // namespace

std::span<const function> type_functions() noexcept { return table; }

} // namespace troupe::rules
