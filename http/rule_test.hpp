// The SQL tester (reference/rule-engine.md section 9).
#pragma once

#include "answer.hpp"

#include <string>

namespace troupe {

/// What a rule would make of a message whose columns are samples, or what `context` says.
answer test_rule(const std::string& sql, const boost::json::value& context, const std::string& node);

} // namespace troupe
