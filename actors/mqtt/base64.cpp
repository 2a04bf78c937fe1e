#include "troupe/mqtt/base64.hpp"

#include <cstdint>
#include <openssl/evp.h>

namespace troupe::mqtt {

namespace {

const unsigned char* readable(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* writable(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

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

std::string to_base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0'); // it writes a zero behind
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(writable(out), readable(text), static_cast<int>(text.size()))));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0)
    return {};
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(writable(out), readable(text), static_cast<int>(text.size())) !=
      static_cast<int>(out.size()))
    return {};
  out.resize(out.size() - (text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0));
  if (to_base64(out) != text)
    return {};
  return out;
}

std::optional<std::string> from_loose_base64(std::string_view text) {
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

} // namespace troupe::mqtt
