// Base64 as Erlang's base64:decode/1 reads it (OTP 23), which base64_decode() of rule SQL is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Blanks, tabs and line ends may stand anywhere, and the bits that padding leaves over may be any. Nothing
/// for another character, a last group that is not filled up with `=`, or anything behind the padding.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace troupe::rules
