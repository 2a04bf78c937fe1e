#include "term_text.hpp"

#include "troupe/mqtt/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using kind = value::kind;

// 0.DIGITS * 10^point.
struct decimal {
  std::string digits;
  int point = 0;
};

decimal decimal_of(double size) {
  char text[64];
  std::snprintf(text, sizeof text, "%.20e", size);
  const std::string_view all{text};
  const auto e = all.find('e');
  decimal out{std::string{all.substr(0, e)}, std::stoi(std::string{all.substr(e + 1)}) + 1};
  out.digits.erase(1, 1); // the point
  return out;
}

// `count` digits of them, the last one rounded; true: they are 10^count, and "000..." is left of that.
bool round_to(std::string& digits, std::size_t count) {
  if (digits.size() <= count) {
    digits.resize(count, '0');
    return false;
  }
  bool up = digits[count] >= '5';
  digits.resize(count);
  for (auto d = digits.rbegin(); up && d != digits.rend(); ++d) {
    up = *d == '9';
    *d = up ? '0' : static_cast<char>(*d + 1);
  }
  return up;
}

std::string exponent_text(int e) { return (e < 0 ? "e" : "e+") + std::to_string(e); }

std::string sign_of(double d) { return d < 0 ? "-" : ""; }

// Where the shorter of both is the one with an exponent, it is taken.
std::string with_point(const std::string& digits, int place) {
  const int length = static_cast<int>(digits.size());
  if (place == 0)
    return "0." + digits;
  if (place > 0 && place < length)
    return digits.substr(0, static_cast<std::size_t>(place)) + "." +
           digits.substr(static_cast<std::size_t>(place));
  const auto exponent = std::to_string(place - 1);
  const int cost = static_cast<int>(exponent.size()) + 1 + (length == 1 ? 2 : 1);
  if (place < 0 && 2 - place <= cost)
    return "0." + std::string(static_cast<std::size_t>(-place), '0') + digits;
  if (place > 0 && place - length + 2 <= cost)
    return digits + std::string(static_cast<std::size_t>(place - length), '0') + ".0";
  return digits.substr(0, 1) + "." + (length == 1 ? "0" : digits.substr(1)) + "e" + exponent;
}

// The shortest one that is read as the same number.
std::string shortest_text(double d) {
  if (d == 0 || !std::isfinite(d))
    return d == 0 ? "0.0" : "null";
  char text[64];
  const auto* end = std::to_chars(text, text + sizeof text, std::fabs(d), std::chars_format::scientific).ptr;
  const std::string all{static_cast<const char*>(text), end};
  const auto e = all.find('e');
  auto digits = all.substr(0, e);
  std::erase(digits, '.');
  return sign_of(d) + with_point(digits, std::stoi(all.substr(e + 1)) + 1);
}

bool printable(std::int64_t c) { return (c >= 8 && c <= 13) || c == 27 || (c >= 32 && c <= 126); }

bool printable(std::string_view text) {
  return mqtt::is_valid_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 128 || printable(byte);
         });
}

bool printable(const json::array& list) {
  return !list.empty() && std::all_of(list.begin(), list.end(), [](const json::value& v) {
    const auto* code = v.if_int64();
    return code != nullptr && printable(*code);
  });
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view special{"\"\\\b\t\n\v\f\r\x1b"}, letters{"\"\\btnvfre"};
  out += '"';
  for (const char c : text) {
    const auto at = special.find(c);
    if (at == std::string_view::npos)
      out += c;
    else
      (out += '\\') += letters[at];
  }
  out += '"';
}

void append_bytes(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0)
      out += ',';
    out += std::to_string(static_cast<unsigned char>(text[i]));
  }
}

void append_binary(std::string& out, std::string_view text, term_style style) {
  out += "<<";
  if (style == term_style::pretty && !text.empty() && printable(text))
    append_quoted(out, text);
  else
    append_bytes(out, text);
  out += ">>";
}

void append_list(std::string& out, const json::array& list, term_style style) {
  if (style == term_style::pretty && printable(list)) {
    std::string text;
    for (const auto& code : list)
      text += static_cast<char>(code.get_int64());
    append_quoted(out, text);
    return;
  }
  bool first = true;
  out += '[';
  for (const auto& element : list) {
    if (!std::exchange(first, false))
      out += ',';
    append_term(out, value::of(element), style);
  }
  out += ']';
}

void append_map(std::string& out, const json::object& map, term_style style) {
  bool first = true;
  out += "#{";
  for (const auto& member : map) {
    if (!std::exchange(first, false))
      out += ',';
    append_binary(out, {member.key().data(), member.key().size()}, style);
    out += " => ";
    append_term(out, value::of(member.value()), style);
  }
  out += '}';
}

} // namespace

std::string fixed_text(double d, int decimals) {
  auto n = decimal_of(std::fabs(d));
  if (n.point <= 0) { // at least one digit in front of the point
    n.digits.insert(0, static_cast<std::size_t>(1 - n.point), '0');
    n.point = 1;
  }
  const auto before = static_cast<std::size_t>(n.point);
  const bool carry = round_to(n.digits, before + static_cast<std::size_t>(decimals));
  return sign_of(d) + (carry ? "1" : "") + n.digits.insert(before, 1, '.');
}

std::string scientific_text(double d, int digits) {
  auto n = decimal_of(std::fabs(d));
  if (round_to(n.digits, static_cast<std::size_t>(digits))) {
    n.digits.front() = '1';
    ++n.point;
  }
  return sign_of(d) + n.digits.insert(1, 1, '.') + exponent_text(n.point - 1);
}

std::string general_text(double d, int digits) {
  constexpr double bounds[] = {0.1, 1, 10, 100, 1000, 10'000};
  const auto size = std::fabs(d);
  int e = -2; // of the first digit, from -1 to 3 in the form of ~f
  for (const auto bound : bounds)
    e += size >= bound ? 1 : 0;
  if (size < 10'000 && e >= -1 && (digits - 1 > e || (digits <= 1 && e == -1)))
    return fixed_text(d, digits - 1 - e);
  return scientific_text(d, std::max(digits, 2));
}

void append_term(std::string& out, value v, term_style style) {
  switch (v.what()) {
    case kind::text: append_binary(out, v.text(), style); return;
    case kind::real: out += shortest_text(v.real()); return;
    case kind::list: append_list(out, v.list(), style); return;
    case kind::map: append_map(out, v.map(), style); return;
    default: append_text(out, v);
  }
}

} // namespace troupe::rules
