// Parameters of actions and resources of rules: what they are, and whether given ones fit.
#pragma once

#include "troupe/rules/title.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace troupe::rules {

struct parameter {
  const char* name;
  /// "string", "number", "boolean", "object", or "file": the path of a file, or an object with its text
  /// (rules/resources/resource_files.hpp), which is shown as a string.
  const char* type;
  bool required;
  const char* default_json = nullptr; // its default as JSON; null: none
  title heading;
  title description;
  const char* choices_json = nullptr; // an array of the values that it may have; null: any
  const char* input = nullptr;        // how a dashboard asks for it, "textarea"; null: as its type says
  const char* format = nullptr;       // of a text: "url"; null: any
  std::int64_t least = 0, most = 0;   // of a number that is a whole one; both 0: any number
  bool may_be_left_out = false;       // though it is shown as one that is required
};

/// Checks presence, type and choice. EMQ X's text of the first error in the order of names, such as
/// `{required_field_missing,target_topic}`; empty: none.
std::string check_parameters(const boost::json::object& given, std::span<const parameter> wanted);

/// Checks that whole numbers are such, and within their bounds:
/// `{invalid_data_type,{{number,1,64},pool_size}}`; empty: they are. What was stored before there were bounds
/// goes by the nearest one.
std::string check_ranges(const boost::json::object& given, std::span<const parameter> wanted);

/// The parameters as `GET /actions` and `GET /resource_types` show them.
boost::json::object describe(std::span<const parameter> parameters);

} // namespace troupe::rules
