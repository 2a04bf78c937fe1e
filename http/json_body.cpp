#include "json_body.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe {

namespace json = boost::json;

namespace {

/// Ends the parsing at the second member of a name, and at a number that is too large.
struct name_watch {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  using error = json::error_code;
  using text = json::string_view;

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error&) {
    names.pop_back();
    return true;
  }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_key_part(text part, std::size_t, error&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(text part, std::size_t, error& failed) {
    name.append(part.data(), part.size());
    const bool fresh = names.back().insert(std::exchange(name, {})).second;
    if (!fresh)
      failed = json::error::extra_data; // any will do
    return fresh;
  }
  bool on_string_part(text, std::size_t, error&) { return true; }
  bool on_string(text, std::size_t, error&) { return true; }
  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t, text, error&) { return true; }
  bool on_uint64(std::uint64_t, text, error&) { return true; }
  bool on_double(double number, text, error& failed) {
    if (std::isfinite(number))
      return true;
    failed = json::error::exponent_overflow; // 1e999: nothing here can hold it, nor write it again
    return false;
  }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }

  std::vector<std::unordered_set<std::string>> names; // of the open objects
  std::string name;                                   // what has come of the next one
};

} // namespace

std::optional<json::value> parse_body(std::string_view text) {
  json::error_code failed;
  json::basic_parser<name_watch> watch{json::parse_options{}};
  watch.write_some(false, text.data(), text.size(), failed);
  if (failed)
    return std::nullopt;
  auto value = json::parse(text, failed);
  return failed ? std::nullopt : std::optional(std::move(value));
}

} // namespace troupe
