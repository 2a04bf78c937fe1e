#include "json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace troupe {

namespace json = boost::json;

void append_json(std::string& out, const json::value& v) {
  if (const double* number = v.if_double()) {
    std::array<char, 32> text{};
    auto end = std::to_chars(text.data(), text.data() + text.size(), *number).ptr;
    std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos)
      out += ".0";
  } else if (const json::array* entries = v.if_array()) {
    char separator = '[';
    for (const json::value& entry : *entries) {
      out += std::exchange(separator, ',');
      append_json(out, entry);
    }
    out += entries->empty() ? "[]" : "]";
  } else if (const json::object* members = v.if_object()) {
    char separator = '{';
    for (const auto& member : *members) {
      out += std::exchange(separator, ',');
      out += json::serialize(member.key()) + ':';
      append_json(out, member.value());
    }
    out += members->empty() ? "{}" : "}";
  } else {
    out += json::serialize(v);
  }
}

} // namespace troupe
