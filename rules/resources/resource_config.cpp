#include "resource_config.hpp"

#include "../../actors/node/config/values.hpp"

#include <boost/json/string.hpp>

#include <algorithm>

namespace troupe {

namespace json = boost::json;

std::string config_text(const json::object& config, const char* name, const char* otherwise) {
  const auto* v = config.if_contains(name);
  return v == nullptr || !v->is_string() ? otherwise
                                         : std::string{v->get_string().data(), v->get_string().size()};
}

bool config_flag(const json::object& config, const char* name, bool otherwise) {
  const auto* v = config.if_contains(name);
  return v == nullptr ? otherwise : v->get_bool();
}

std::int64_t config_number(const json::object& config, const char* name, std::int64_t otherwise,
                           std::int64_t most, std::int64_t least) {
  const auto* v = config.if_contains(name);
  const auto n = v == nullptr ? static_cast<double>(otherwise) : v->to_number<double>();
  return static_cast<std::int64_t>(std::clamp(n, static_cast<double>(least), static_cast<double>(most)));
}

std::chrono::milliseconds config_duration(const json::object& config, const char* name, const char* otherwise,
                                          std::string& error) {
  constexpr std::chrono::seconds unit{1};
  const auto d = config::parse_duration(config_text(config, name, otherwise), unit);
  if ((!d || d->count() < 100) && error.empty())
    error = std::string{"{invalid_data_type,{duration,"} + name + "}}";
  return d.value_or(unit);
}

} // namespace troupe
