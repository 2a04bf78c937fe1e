#include "troupe/mqtt/shown_text.hpp"

#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/utf8.hpp"

namespace troupe::mqtt {

namespace {

constexpr std::string_view more = "...";

/// Of the character that `text` begins with; 0: it begins with none.
std::size_t character_length(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.size() >= length && is_valid_utf8(text.substr(0, length)) ? length : 0;
}

/// U+0001 to U+001F and U+007F to U+009F.
bool is_control(std::string_view character) noexcept {
  const auto first = static_cast<unsigned char>(character.front());
  return first < 0x20 || first == 0x7F || (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

std::string shown(std::string_view text, std::size_t longest, bool controls_too) {
  std::string out;
  std::size_t fits = 0; // bytes of it that leave room for `more`
  while (!text.empty()) {
    const auto length = character_length(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    if (length != 0 && !(controls_too && is_control(character)))
      out += character;
    else
      for (const char c : character)
        append_hex(out += "\\x", c);
    if (out.size() > longest)
      return out.erase(fits) += more;
    if (out.size() + more.size() <= longest)
      fits = out.size();
    text.remove_prefix(character.size());
  }
  return out;
}

} // namespace

std::string valid_text(std::string_view text, std::size_t longest) { return shown(text, longest, false); }

std::string one_line(std::string_view text, std::size_t longest) { return shown(text, longest, true); }

} // namespace troupe::mqtt
