// The rows of all types of resources.
#pragma once

#include "troupe/actors/rule_resource.hpp"

namespace troupe {

extern const resource_row web_hook_row;

} // namespace troupe
