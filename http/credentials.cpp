#include "credentials.hpp"

#include "text.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace troupe {

namespace {

bool is_basic(std::string_view scheme) {
  constexpr std::string_view basic = "basic";
  return std::equal(scheme.begin(), scheme.end(), basic.begin(), basic.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

} // namespace

credentials read_basic(std::string_view header) {
  using kind = credentials::kind;
  if (header.empty())
    return {};
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || !is_basic(header.substr(0, space)))
    return {kind::malformed, {}, {}};
  const auto decoded = base64_decode(header.substr(space + 1));
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return {kind::malformed, {}, {}};
  if (colon == 0 || colon + 1 == decoded->size())
    return {};
  return {kind::given, decoded->substr(0, colon), decoded->substr(colon + 1)};
}

} // namespace troupe
