// The address of an HTTP server as settings and resources write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// `http://user:password@host:port/path?query` or `https://…` (RFC 3986), the scheme in any case. A fragment
/// is left out, as nobody sends it.
struct url {
  bool secure = false;          // https
  std::string host;             // a name or an address, IPv6 without brackets
  std::uint16_t port = 80;      // 443 of https unless given
  std::string target;           // path and query, begins with '/'
  std::string credentials = {}; // "user:password", percent-decoded, for Basic authorization; empty: none

  /// "host:port", IPv6 in brackets.
  std::string authority() const;
};

/// Nothing when it is none: another scheme, no host, a port out of range, a wrong percent-encoding of user or
/// password, or bytes that may not stand in one (blanks, control characters, anything beyond ASCII).
std::optional<url> parse_url(std::string_view text);

/// A server as settings write it where no scheme is said.
struct place {
  std::string host; // as in a url
  std::uint16_t port = 0;
};

/// `host:port`, or `host`, whose port is the usual one then. Nothing when it is neither.
std::optional<place> parse_place(std::string_view text, std::uint16_t usual_port);

/// Several between commas, blanks around them left out; none when one is wrong, or there is none.
std::vector<place> parse_places(std::string_view text, std::uint16_t usual_port);

/// Percent-encodes all but unreserved characters (RFC 3986 section 2.3), as values of a query or a form need.
std::string percent_encode(std::string_view text);

/// Decodes `%XX`; with `plus_is_space` also `+`, as in query strings. Nothing when a percent sequence is
/// broken.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

} // namespace troupe::access
