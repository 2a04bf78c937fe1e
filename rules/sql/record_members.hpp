// Members of records.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <optional>
#include <string>

namespace troupe::rules {

/// Nothing when there is none or it is no text.
inline std::optional<std::string> text_member(const boost::json::object& o, const char* name) {
  const auto* v = o.if_contains(name);
  if (v == nullptr || !v->is_string())
    return {};
  return std::string{v->get_string().data(), v->get_string().size()};
}

} // namespace troupe::rules
