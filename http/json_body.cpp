#include "json_body.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe {

namespace json = boost::json;

namespace {

/// Builds the value that is parsed, without the members whose name their object has already.
class builder {
public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  using error = json::error_code;
  using text = json::string_view;

  explicit builder(std::size_t most) : left_(most) { values_.reset(); }

  json::value result() { return values_.release(); }

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error& failed) {
    if (!count(failed))
      return false;
    if (!enter())
      names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error&) {
    if (leave())
      return true;
    values_.push_object(names_.back().size());
    names_.pop_back();
    return true;
  }
  bool on_array_begin(error& failed) {
    if (!count(failed))
      return false;
    enter();
    return true;
  }
  bool on_array_end(std::size_t size, error&) {
    if (!leave())
      values_.push_array(size);
    return true;
  }
  bool on_key_part(text part, std::size_t, error&) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(text part, std::size_t, error& failed) {
    if (!count(failed))
      return false;
    name_.append(part.data(), part.size());
    if (left_out_ == 0 && names_.back().insert(name_).second)
      values_.push_key(name_);
    else if (left_out_ == 0)
      left_out_ = 1;
    name_.clear();
    return true;
  }
  bool on_string_part(text part, std::size_t, error&) {
    if (left_out_ == 0)
      values_.push_chars(part);
    return true;
  }
  bool on_string(text part, std::size_t, error& failed) {
    return add(failed, [&] { values_.push_string(part); });
  }
  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t number, text, error& failed) {
    return add(failed, [&] { values_.push_int64(number); });
  }
  bool on_uint64(std::uint64_t number, text, error& failed) {
    return add(failed, [&] { values_.push_uint64(number); });
  }
  bool on_double(double number, text, error& failed) {
    if (std::isfinite(number))
      return add(failed, [&] { values_.push_double(number); });
    failed = json::error::exponent_overflow; // 1e999: nothing here can hold it, nor write it again
    return false;
  }
  bool on_bool(bool truth, error& failed) {
    return add(failed, [&] { values_.push_bool(truth); });
  }
  bool on_null(error& failed) {
    return add(failed, [&] { values_.push_null(); });
  }
  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }

private:
  // Whether the object or array that begins belongs to what is left out.
  bool enter() {
    left_out_ += left_out_ > 0 ? 1 : 0;
    return left_out_ > 0;
  }

  // The same of the one that ends.
  bool leave() {
    if (left_out_ == 0)
      return false;
    if (--left_out_ == 1)
      left_out_ = 0;
    return true;
  }

  // Whether one more value or name is within the bound. Those that are left out count too: they are read.
  bool count(error& failed) {
    if (left_ > 0) {
      --left_;
      return true;
    }
    failed = json::error::array_too_large;
    return false;
  }

  template <class Push>
  bool add(error& failed, Push push) {
    if (!count(failed))
      return false;
    if (left_out_ == 0)
      push();
    else if (left_out_ == 1)
      left_out_ = 0;
    return true;
  }

  json::value_stack values_;
  std::vector<std::unordered_set<std::string>> names_; // of the open objects
  std::string name_;                                   // what has come of the next one
  std::size_t left_;                                   // values and names that may still come
  std::size_t left_out_ = 0; // 0: what comes counts; else it does not, and as many less one are open in it
};

} // namespace

std::optional<json::value> parse_body(std::string_view text, std::size_t deepest, std::size_t most) {
  json::parse_options options;
  options.max_depth = deepest;
  json::basic_parser<builder> parser{options, most};
  json::error_code failed;
  const auto read = parser.write_some(false, text.data(), text.size(), failed);
  if (failed || read != text.size())
    return std::nullopt;
  return parser.handler().result();
}

} // namespace troupe
