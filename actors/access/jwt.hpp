// JSON Web Tokens (RFC 7519) in their compact form, signed by HS256 to HS512, RS256 to RS512 or ES256 to
// ES512 (RFC 7518 section 3). Nothing here knows of actors, files or clocks.
#pragma once

#include "jwt_keys.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::access {

enum class jwt_status : std::uint8_t {
  valid,
  no_token,      // something else than a token: three parts of base64url, the first two JSON objects
  unknown_key,   // there is no key for its algorithm and identifier
  bad_signature, // no key fits
  expired,       // `exp` has come
  not_yet,       // `nbf` has not come
  refused,       // an algorithm that is not known, `crit`, or a time that is no number
};

/// "bad signature".
const char* to_string(jwt_status status) noexcept;

struct jwt_verdict {
  jwt_status status = jwt_status::no_token;
  boost::json::object claims = {}; // of a valid one
};

/// Longest token that is looked at, in bytes.
inline constexpr std::size_t longest_jwt = 16 * 1024;

/// Whether it has the form of a token; nothing of it is checked.
bool is_jwt(std::string_view text);

/// `now` in seconds since the epoch.
jwt_verdict verify_jwt(std::string_view token, const jwt_keys& keys, std::int64_t now);

/// A claim as a text, to be compared: a string, or a number, true or false as JSON writes them. Nothing: it
/// is missing, or an array, an object or null.
std::optional<std::string> claim_text(const boost::json::object& claims, std::string_view name);

} // namespace troupe::access
