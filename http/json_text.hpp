// JSON as people write it.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace troupe {

/// Appends the value as text; the library would spell 25.5 as 2.55E1.
void append_json(std::string& out, const boost::json::value& v);

} // namespace troupe
