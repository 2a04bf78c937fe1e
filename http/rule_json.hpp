// Rules and actions as the API shows them (reference/http-api.md section 13).
#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace troupe {

struct rule_row;

boost::json::object to_json(const rule_row& row, const std::string& node);

} // namespace troupe
