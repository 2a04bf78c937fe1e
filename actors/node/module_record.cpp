#include "troupe/actors/module_record.hpp"

#include <string>

namespace troupe {

boost::json::object to_record(std::string_view name, bool active) {
  return {{"name", name}, {"active", active}};
}

std::optional<switch_module> read_module_record(const boost::json::value& record) {
  const auto* members = record.if_object();
  if (!members)
    return std::nullopt;
  const auto* name = members->if_contains("name");
  const auto* active = members->if_contains("active");
  if (!name || !name->is_string() || !active || !active->is_bool())
    return std::nullopt;
  return switch_module{std::string{name->get_string()}, active->get_bool()};
}

} // namespace troupe
