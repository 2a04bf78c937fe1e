#include "base64_text.hpp"

#include <cstdint>

namespace troupe::rules {

namespace {

constexpr int blank = -1, padding = -2, bad = -3;

// 0 to 63, or one of those.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  switch (c) {
    case '+': return 62;
    case '/': return 63;
    case '=': return padding;
    case ' ':
    case '\t':
    case '\n':
    case '\r': return blank;
    default: return bad;
  }
}

} // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int place = 0; // in its group of four
  int padded = 0;
  bool ended = false;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit == blank)
      continue;
    if (digit == bad || ended || (digit == padding ? place < 2 : padded > 0))
      return {};
    padded += digit == padding ? 1 : 0;
    bits = bits << 6 | static_cast<std::uint32_t>(digit == padding ? 0 : digit);
    if (++place < 4)
      continue;
    for (int i = 0; i < 3 - padded; ++i)
      out += static_cast<char>(bits >> (16 - 8 * i));
    ended = padded > 0;
    place = 0;
    bits = 0;
  }
  return place == 0 ? std::optional{std::move(out)} : std::nullopt;
}

} // namespace troupe::rules
