#include "troupe/mqtt/utf8.hpp"

#include <cstddef>
#include <cstring>

namespace troupe::mqtt {

namespace {

constexpr std::uint64_t each_byte(std::uint64_t b) { return b * 0x0101010101010101; }

std::uint64_t load8(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

std::uint32_t load4(const char* p) noexcept {
  std::uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// The high bit of each byte of `word` that is zero. Exact only when all bytes are below 0x80.
std::uint64_t zero_bytes(std::uint64_t word) noexcept { return ~(word + each_byte(0x7F)) & each_byte(0x80); }

/// Whether a byte of `word` is U+0000 or no ASCII.
bool is_special(std::uint64_t word) noexcept {
  return ((word & each_byte(0x80)) | zero_bytes(word & each_byte(0x7F))) != 0;
}

/// Not zero when an ASCII `word` holds a wildcard: '+' (0x2B) and '#' (0x23) differ in bit 3 only.
std::uint64_t wildcard_bytes(std::uint64_t word) noexcept {
  return zero_bytes((word | each_byte(0x08)) ^ each_byte('+'));
}

bool is_continuation(unsigned char b) noexcept { return (b & 0xC0) == 0x80; }

/// The length of the well-formed sequence of two to four bytes at `p`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(const unsigned char* p, std::size_t left) noexcept {
  const unsigned char lead = p[0];
  if (lead < 0xC2 || lead > 0xF4)
    return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (left < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(p[i]))
      return 0;
  const bool bad_second = (lead == 0xE0 && p[1] < 0xA0)     // overlong
                          || (lead == 0xED && p[1] > 0x9F)  // surrogate
                          || (lead == 0xF0 && p[1] < 0x90)  // overlong
                          || (lead == 0xF4 && p[1] > 0x8F); // over U+10FFFF
  return bad_second ? 0 : length;
}

/// Goes character by character, for what lies behind the first byte that is not ASCII.
text_kind check_mixed(const char* from, const char* end, bool wild) noexcept {
  const auto* p = reinterpret_cast<const unsigned char*>(from);
  std::size_t left = static_cast<std::size_t>(end - from);
  while (left > 0) {
    std::size_t step = 1;
    if (*p >= 0x80)
      step = sequence_length(p, left);
    else if (*p == '+' || *p == '#')
      wild = true;
    if (step == 0 || *p == 0)
      return text_kind::invalid;
    p += step;
    left -= step;
  }
  return wild ? text_kind::wildcards : text_kind::plain;
}

/// A text of one to seven bytes in one word; some of its bytes stand in it twice.
std::uint64_t gather(const char* p, std::size_t n) noexcept {
  if (n >= 4)
    return load4(p) | std::uint64_t{load4(p + n - 4)} << 32;
  const auto at = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
  return (each_byte('a') << 24) | at(0) | at(n / 2) << 8 | at(n - 1) << 16;
}

} // namespace

text_kind check_text(std::string_view text) noexcept {
  if (text.empty())
    return text_kind::plain;
  const char* p = text.data();
  const char* end = p + text.size();
  std::uint64_t wild = 0;
  for (; end - p > 8; p += 8) {
    const std::uint64_t word = load8(p);
    if (is_special(word))
      return check_mixed(p, end, wild != 0);
    wild |= wildcard_bytes(word);
  }
  // The last word overlaps bytes that are known to be ASCII.
  const std::uint64_t last = text.size() >= 8 ? load8(end - 8) : gather(p, text.size());
  if (is_special(last))
    return check_mixed(p, end, wild != 0);
  wild |= wildcard_bytes(last);
  return wild != 0 ? text_kind::wildcards : text_kind::plain;
}

} // namespace troupe::mqtt
