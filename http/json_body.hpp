// The JSON of a request's body.
#pragma once

#include "body_limits.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

namespace troupe {

/// Objects and arrays in each other. As deep as the SQL of rules looks into a payload.
inline constexpr std::size_t deepest_body = 128;

/// The same of an answer or an exported file, which put something around what bodies have.
inline constexpr std::size_t deepest_around = deepest_body + 8;

/// The values of an answer or an exported file, of which the size alone is bounded.
inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

/// Nothing when the text is no JSON (RFC 8259), is nested deeper than `deepest`, has more than `most` values
/// and names of members (each takes many times the bytes that its text has), or has a number beyond those
/// of a double (section 6 there leaves the range to us). Of members with one name the first counts, in each
/// object (reference/http-api.md section 1.5).
std::optional<boost::json::value> parse_body(std::string_view text, std::size_t deepest = deepest_body,
                                             std::size_t most = most_values);

} // namespace troupe
