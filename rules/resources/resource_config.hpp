// Members of a resource's configuration, which has been checked against its row.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace troupe {

std::string config_text(const boost::json::object& config, const char* name, const char* otherwise = "");
bool config_flag(const boost::json::object& config, const char* name, bool otherwise);

/// From `least` to `most`; what is beyond becomes the nearest of them.
std::int64_t config_number(const boost::json::object& config, const char* name, std::int64_t otherwise,
                           std::int64_t most, std::int64_t least = 1);

/// At least a tenth of a second. What is wrong is put into `error`, if that is empty.
std::chrono::milliseconds config_duration(const boost::json::object& config, const char* name,
                                          const char* otherwise, std::string& error);

} // namespace troupe
