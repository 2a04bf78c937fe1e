// Texts of settings without the blanks around them.
#pragma once

#include <string_view>

namespace troupe::access {

inline std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

} // namespace troupe::access
