// The check of UTF-8 encoded strings (MQTT 5.0 section 1.5.4, MQTT 3.1.1 section 1.5.3).
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::mqtt {

/// What a string turned out to be.
enum class text_kind : std::uint8_t {
  plain,     // well-formed
  wildcards, // well-formed, with a `+` or `#` in it
  invalid,   // not UTF-8, or holds U+0000
};

/// Checks a string of any length in one pass, ASCII eight bytes at a time. Overlong forms, surrogates
/// [MQTT-1.5.4-1], code points over U+10FFFF and U+0000 [MQTT-1.5.4-2] are invalid; other control characters
/// and non-characters are not.
text_kind check_text(std::string_view text) noexcept;

/// Whether `text` may stand in a packet as a UTF-8 encoded string.
inline bool is_valid_utf8(std::string_view text) noexcept { return check_text(text) != text_kind::invalid; }

} // namespace troupe::mqtt
