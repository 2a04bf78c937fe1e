// A short notation for the bytes of a packet, so that tables of packets can be read.
#pragma once

#include "troupe/mqtt/codec.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::mqtt::test {

/// Makes bytes of: pairs of hex digits; `'abc'`, the characters; `<abc>`, the characters behind two bytes of
/// length;
/// `*`, the remaining length of all that follows; `( ... )`, what is inside behind its length as a variable
/// byte integer. Blanks separate. Throws std::invalid_argument for anything else.
class packet_notation {
public:
  explicit packet_notation(std::string_view text) : rest_(text) {}

  std::string bytes() {
    std::string out = sequence();
    if (!rest_.empty())
      throw std::invalid_argument("unexpected ')'");
    return out;
  }

private:
  static std::string sized(const std::string& bytes) {
    char digits[4];
    std::string out(digits, write_varint(digits, static_cast<std::uint32_t>(bytes.size())));
    return out + bytes;
  }

  static int digit(char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    if (c >= 'A' && c <= 'F')
      return c - 'A' + 10;
    throw std::invalid_argument("no hex digit");
  }

  std::string until(char end) {
    const std::size_t n = rest_.find(end);
    if (n == rest_.npos)
      throw std::invalid_argument("no end");
    std::string inner{rest_.substr(0, n)};
    rest_.remove_prefix(n + 1);
    return inner;
  }

  // Up to the end or to a closing parenthesis.
  std::string sequence() {
    std::string out;
    while (!rest_.empty() && rest_.front() != ')') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == ' ')
        continue;
      if (c == '*')
        return out + sized(sequence());
      if (c == '\'') {
        out += until('\'');
      } else if (c == '<') {
        const std::string inner = until('>');
        out += {static_cast<char>(inner.size() >> 8), static_cast<char>(inner.size())};
        out += inner;
      } else if (c == '(') {
        out += sized(sequence());
        rest_.remove_prefix(1);
      } else {
        out += static_cast<char>(digit(c) * 16 + digit(rest_.at(0)));
        rest_.remove_prefix(1);
      }
    }
    return out;
  }

  std::string_view rest_;
};

inline std::string packet_bytes(std::string_view notation) { return packet_notation{notation}.bytes(); }

} // namespace troupe::mqtt::test
