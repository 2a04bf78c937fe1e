// Headers that settings and resources add to the requests of the broker (RFC 9110 section 5).
#pragma once

#include <string_view>

namespace troupe::access {

/// Letters, digits and !#$%&'*+-.^_`|~, at least one: what names and methods are made of (section 5.6.2).
bool is_http_token(std::string_view text) noexcept;

enum class header_fault : unsigned char {
  none,
  name,  // no token
  value, // it has a control character other than the tabulator: it would be another header, or none
  own    // Host, Content-Length, Transfer-Encoding and Connection, in any case: who sends the request writes
         // them
};

/// The first that there is of them, in that order.
header_fault fault_of(std::string_view name, std::string_view value) noexcept;

/// What has to be there in the place of such a one: "a header that …". Empty for `none`.
const char* expected_of(header_fault fault) noexcept;

} // namespace troupe::access
