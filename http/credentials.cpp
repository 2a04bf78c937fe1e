#include "credentials.hpp"

#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/words.hpp"

#include <string>

namespace troupe {

credentials read_basic(std::string_view header) {
  using kind = credentials::kind;
  if (header.empty())
    return {};
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || !mqtt::same_word(header.substr(0, space), "basic"))
    return {kind::malformed, {}, {}};
  const auto decoded = mqtt::from_loose_base64(header.substr(space + 1));
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return {kind::malformed, {}, {}};
  if (colon == 0 || colon + 1 == decoded->size())
    return {};
  return {kind::given, decoded->substr(0, colon), decoded->substr(colon + 1)};
}

} // namespace troupe
