// The JSON of a request's body.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace troupe {

/// Nothing when the text is no JSON (RFC 8259), is nested deeper than 32, has a number beyond those of a
/// double (section 6 there leaves the range to us), or an object with two members of one name: which of them
/// counts is told nowhere (section 4), so none may.
std::optional<boost::json::value> parse_body(std::string_view text);

} // namespace troupe
