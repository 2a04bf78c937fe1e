#include "resource_config.hpp"

#include <boost/json/string.hpp>

#include <algorithm>

namespace troupe {

namespace json = boost::json;

std::string config_text(const json::object& config, const char* name, const char* otherwise) {
  const auto* v = config.if_contains(name);
  return v == nullptr ? otherwise : std::string{v->get_string().data(), v->get_string().size()};
}

bool config_flag(const json::object& config, const char* name, bool otherwise) {
  const auto* v = config.if_contains(name);
  return v == nullptr ? otherwise : v->get_bool();
}

std::int64_t config_number(const json::object& config, const char* name, std::int64_t otherwise,
                           std::int64_t most) {
  const auto* v = config.if_contains(name);
  const auto n = v == nullptr ? static_cast<double>(otherwise) : v->to_number<double>();
  return static_cast<std::int64_t>(std::clamp(n, 1.0, static_cast<double>(most)));
}

} // namespace troupe
