// The state of a module as JSON, the same in exported files and on the disk: `{"name","active"}`.
#pragma once

#include "troupe/actors/admin_messages.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace troupe {

boost::json::object to_record(std::string_view name, bool active);

/// The switch that brings a module into the state of the record; nothing when it is not one.
std::optional<switch_module> read_module_record(const boost::json::value& record);

} // namespace troupe
