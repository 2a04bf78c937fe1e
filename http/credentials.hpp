// HTTP Basic authentication (RFC 7617).
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// What an Authorization header says of who asks.
struct credentials {
  enum class kind { given, malformed, empty }; // empty: no header, or no name or no secret in it
  kind what = kind::empty;
  std::string id, secret; // when given
};

credentials read_basic(std::string_view header);

} // namespace troupe
