#include "troupe/rules/value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace troupe::rules {

namespace json = boost::json;

value value::of(const json::value& v) noexcept {
  switch (v.kind()) {
    case json::kind::null: return value{nullptr};
    case json::kind::bool_: return value{v.get_bool()};
    case json::kind::int64: return value{v.get_int64()};
    case json::kind::uint64: return value{static_cast<double>(v.get_uint64())};
    case json::kind::double_: return value{v.get_double()};
    case json::kind::string: return value{std::string_view{v.get_string().data(), v.get_string().size()}};
    case json::kind::array: return value{v.get_array()};
    case json::kind::object: break;
  }
  return value{v.get_object()};
}

std::string_view to_string(value::kind k) noexcept {
  switch (k) {
    case value::kind::undefined: return "undefined";
    case value::kind::null: return "null";
    case value::kind::boolean: return "a boolean";
    case value::kind::integer: return "an integer";
    case value::kind::real: return "a float";
    case value::kind::text: return "a string";
    case value::kind::list: return "a list";
    case value::kind::map: break;
  }
  return "an object";
}

} // namespace troupe::rules
