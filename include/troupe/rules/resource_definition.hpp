// A resource of rules as it is defined and kept (reference/http-api.md section 13, reference/rule-engine.md
// section 11).
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::rules {

struct resource_definition {
  std::string id;   // "resource:b12d3e44"
  std::string type; // "web_hook"
  boost::json::object config;
  std::string description;
  std::int64_t created_at = 0; // ms
};

/// As the store and exports have it, with EMQ X's names.
boost::json::object to_record(const resource_definition& d);

/// Nothing for what `to_record` does not make. Members that are not known are left alone.
std::optional<resource_definition> read_resource(const boost::json::value& record);

} // namespace troupe::rules
