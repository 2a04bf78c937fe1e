// A rule as it is defined and kept (reference/http-api.md section 13, reference/rule-engine.md section 12).
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::rules {

/// An action with its parameters, and what is to run instead when it fails.
struct action_definition {
  std::string id; // "republish_1582434715354188116"
  std::string name;
  boost::json::object params;
  std::vector<action_definition> fallbacks; // which may have their own

  bool operator==(const action_definition&) const = default;
};

struct definition {
  std::string id; // "rule:7fdb2c9e"
  std::string sql;
  std::vector<action_definition> actions;
  std::string description;
  bool enabled = true;
  bool stop_on_failure = false; // on_action_failed: the actions behind a failed one do not run
  std::int64_t created_at = 0;  // ms
};

/// As the store and exports have it, with EMQ X's names.
boost::json::object to_record(const definition& d);

/// Nothing for what `to_record` does not make. Members that are not known are left alone.
std::optional<definition> read_definition(const boost::json::value& record);

} // namespace troupe::rules
