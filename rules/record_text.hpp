// The text that the store keeps of a rule or a resource.
#pragma once

#include <boost/json/error.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace troupe {

/// The record; null with `failed` set when the text is no JSON.
boost::json::value parse_record(std::string_view text, boost::json::error_code& failed);

} // namespace troupe
