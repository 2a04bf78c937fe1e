// Words as settings, headers and commands have them: with blanks around, and ASCII letters in either case.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace troupe::mqtt {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The same of each; bytes that are no ASCII letters stay as they are, in any locale.
inline std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    c = lower(c);
  return out;
}

/// Whether they differ in the case of ASCII letters at most.
constexpr bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Without the blanks, tabs and line ends around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Takes the first part of a list with commas off the list; without the blanks around it.
constexpr std::string_view take_part(std::string_view& list) noexcept {
  const auto part = list.substr(0, list.find(','));
  list.remove_prefix(std::min(part.size() + 1, list.size()));
  return trimmed(part);
}

} // namespace troupe::mqtt
