// Bytes as hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace troupe::mqtt {

inline constexpr std::string_view lower_hex = "0123456789abcdef";
inline constexpr std::string_view upper_hex = "0123456789ABCDEF";

/// Two digits for each byte.
inline void append_hex(std::string& to, std::string_view bytes, std::string_view digits = lower_hex) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    to.push_back(digits[byte >> 4]);
    to.push_back(digits[byte & 15]);
  }
}

inline void append_hex(std::string& to, char byte, std::string_view digits = lower_hex) {
  append_hex(to, std::string_view{&byte, 1}, digits);
}

inline std::string to_hex(std::string_view bytes, std::string_view digits = lower_hex) {
  std::string out;
  out.reserve(bytes.size() * 2);
  append_hex(out, bytes, digits);
  return out;
}

} // namespace troupe::mqtt
