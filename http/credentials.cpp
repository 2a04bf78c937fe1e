#include "credentials.hpp"

#include "text.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace troupe {

namespace {

bool same_text(std::string_view given, std::string_view expected) noexcept {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    char e = expected.empty() ? '\0' : expected[i % expected.size()];
    difference |= static_cast<unsigned char>(given[i] ^ e);
  }
  return difference == 0;
}

bool is_basic(std::string_view scheme) {
  constexpr std::string_view basic = "basic";
  return std::equal(scheme.begin(), scheme.end(), basic.begin(), basic.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

} // namespace

credentials check_basic(std::string_view header, std::string_view app_id, std::string_view app_secret) {
  if (header.empty())
    return credentials::empty;
  std::size_t space = header.find(' ');
  if (space == std::string_view::npos || !is_basic(header.substr(0, space)))
    return credentials::wrong;
  auto decoded = base64_decode(header.substr(space + 1));
  std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return credentials::wrong;
  std::string_view id = std::string_view(*decoded).substr(0, colon);
  std::string_view secret = std::string_view(*decoded).substr(colon + 1);
  if (id.empty() || secret.empty())
    return credentials::empty;
  // Both are compared in any case, so that the time does not tell which one was wrong.
  bool same_id = same_text(id, app_id), same_secret = same_text(secret, app_secret);
  return same_id && same_secret && !app_id.empty() ? credentials::right : credentials::wrong;
}

} // namespace troupe
