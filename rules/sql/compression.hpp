// zlib's three forms of the same compression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

enum class compression_form : std::uint8_t { raw, zlib, gzip };

inline constexpr std::size_t most_expanded = 16UL << 20; // bytes

/// Nothing when it fails.
std::optional<std::string> compress(std::string_view text, compression_form form);

/// Nothing for what is not whole, or becomes larger than `most_expanded`.
std::optional<std::string> expand(std::string_view bytes, compression_form form);

} // namespace troupe::rules
