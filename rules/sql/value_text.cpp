// Values as text and as JSON.
#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/rules/value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace troupe::rules {

namespace json = boost::json;

namespace {

constexpr int most_decimals = 17;   // as EMQ X 4.3
constexpr double fixed_from = 1e-6; // in JSON
constexpr double fixed_up_to = 1e21;

bool needs_fraction(std::string_view number) { return number.find_first_of(".e") == std::string_view::npos; }

// The shortest text that is read as the same number; small and large ones with an exponent. JSON has no
// number for what is larger than a float.
void append_json_real(std::string& out, double d) {
  if (!std::isfinite(d)) {
    out += "null";
    return;
  }
  char text[64];
  const auto size = std::fabs(d);
  const bool fixed = d == 0 || (size >= fixed_from && size < fixed_up_to);
  const auto form = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  const std::string_view number{text, std::to_chars(text, text + sizeof text, d, form).ptr};
  out += number;
  if (needs_fraction(number))
    out += ".0";
}

void append_integer(std::string& out, std::int64_t i) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, i).ptr);
}

// Erlang's strings are lists of characters: a list of printable codes is shown as the text that it is there.
bool printable(const json::array& list) {
  return !list.empty() && std::all_of(list.begin(), list.end(), [](const json::value& v) {
    const auto* code = v.if_int64();
    return code != nullptr && ((*code >= 32 && *code <= 126) || (*code >= 8 && *code <= 13) || *code == 27);
  });
}

std::size_t length_of_sequence(std::string_view s) {
  const auto first = static_cast<unsigned char>(s.front());
  const std::size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return std::min(n, s.size());
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: mqtt::append_hex(out += "\\u00", c);
  }
}

void append_array(std::string& out, const json::array& list) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0)
      out += ',';
    append_json(out, list[i]);
  }
  out += ']';
}

void append_object(std::string& out, const json::object& map) {
  out += '{';
  bool first = true;
  for (const auto& member : map) {
    if (!std::exchange(first, false))
      out += ',';
    append_json_string(out, {member.key().data(), member.key().size()});
    out += ':';
    append_json(out, member.value());
  }
  out += '}';
}

} // namespace

std::string real_text(double d, int decimals) {
  char text[400];
  auto* end = std::to_chars(text, text + sizeof text, d, std::chars_format::fixed).ptr;
  std::string out{text, end};
  const auto point = out.find('.');
  if (decimals > 0 && point == std::string::npos)
    return out + ".0";
  if (point != std::string::npos && out.size() - point - 1 > static_cast<std::size_t>(decimals)) {
    end = std::to_chars(text, text + sizeof text, d, std::chars_format::fixed, decimals).ptr;
    out.assign(text, end);
    while (decimals > 0 && out.ends_with('0') && !out.ends_with(".0"))
      out.pop_back();
  }
  return out;
}

void append_text(std::string& out, value v) {
  switch (v.what()) {
    case value::kind::undefined: out += "undefined"; break;
    case value::kind::null: out += "null"; break;
    case value::kind::boolean: out += v.boolean() ? "true" : "false"; break;
    case value::kind::integer: append_integer(out, v.integer()); break;
    case value::kind::real: out += real_text(v.real(), most_decimals); break;
    case value::kind::text: out += v.text(); break;
    case value::kind::list:
      if (printable(v.list()))
        for (const auto& code : v.list())
          out += static_cast<char>(code.get_int64());
      else
        append_array(out, v.list());
      break;
    case value::kind::map: append_object(out, v.map()); break;
  }
}

void append_json_string(std::string& out, std::string_view s) {
  out += '"';
  while (!s.empty()) {
    const auto plain = std::find_if(s.begin(), s.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x80 || c == '"' ||
             c == '\\';
    });
    const auto n = static_cast<std::size_t>(plain - s.begin());
    out += s.substr(0, n);
    s.remove_prefix(n);
    if (s.empty())
      break;
    if (static_cast<unsigned char>(s.front()) < 0x80) {
      append_escaped(out, s.front());
      s.remove_prefix(1);
      continue;
    }
    const auto sequence = s.substr(0, length_of_sequence(s));
    const bool valid = mqtt::is_valid_utf8(sequence);
    out += valid ? sequence : "\xEF\xBF\xBD"; // U+FFFD
    s.remove_prefix(valid ? sequence.size() : 1);
  }
  out += '"';
}

void append_json(std::string& out, value v) {
  switch (v.what()) {
    case value::kind::undefined: out += "\"undefined\""; break;
    case value::kind::real: append_json_real(out, v.real()); break;
    case value::kind::text: append_json_string(out, v.text()); break;
    case value::kind::list: append_array(out, v.list()); break;
    default: append_text(out, v);
  }
}

void append_json(std::string& out, const json::value& v) {
  if (v.is_uint64()) // beyond what `value` holds
    out += std::to_string(v.get_uint64());
  else
    append_json(out, value::of(v));
}

} // namespace troupe::rules
