// Base64 with padding (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

std::string to_base64(std::string_view bytes);

/// Nothing for anything but the canonical form of at least one byte.
std::optional<std::string> from_base64(std::string_view text);

/// As Erlang's base64:decode/1 reads it (OTP 23), and the HTTP API and rule SQL with it. Blanks, tabs and
/// line ends may stand anywhere, and the bits that padding leaves over may be any. Nothing for another
/// character, a last group that is not filled up with `=`, or anything behind the padding.
std::optional<std::string> from_loose_base64(std::string_view text);

} // namespace troupe::mqtt
