// The small text formats of the HTTP API.
#pragma once

#include "troupe/actors/time_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// Names and values, in the order in which they came.
using text_pairs = std::vector<std::pair<std::string, std::string>>;

/// Decodes a query string: "a=1&b=x%20y". What has no `=` is a name without a value; empty parts do not
/// count. Nothing when a percent sequence is broken.
std::optional<text_pairs> parse_query(std::string_view text);

/// `118.27M`; K, M and G above 1,024 of the smaller unit, else the bare number of bytes.
std::string memory_text(std::uint64_t bytes);

/// Two decimals, such as `1.32`.
std::string load_text(double load);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7), from seconds since the epoch; in any locale.
std::string http_date(std::int64_t seconds);

/// The whole of `text` as a decimal integer.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

} // namespace troupe
