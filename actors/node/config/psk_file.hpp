// The file of pre-shared keys (`psk.file.path`): one `identity:secret` a line, as EMQ X's psk_file plugin
// reads it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace troupe::config {

/// Secrets by identity. The secret's bytes are the key: no hexadecimal is decoded.
using psk_table = std::map<std::string, std::string, std::less<>>;

struct psk_file {
  psk_table keys;
  std::string error; // "line 3: ..."; not empty: the table must not be used
};

/// Bounds of RFC 4279 section 5.3 and OpenSSL.
inline constexpr std::size_t max_psk_identity = 128; // bytes
inline constexpr std::size_t max_psk_secret = 256;   // bytes

/// Reads the text of such a file. Blank lines and lines that begin with `#` are skipped; the first
/// `delimiter` of a line separates, so that a secret may contain it. A line without one, an empty or too long
/// part, and an identity that comes twice are errors.
psk_file parse_psk_file(std::string_view text, char delimiter = ':');

} // namespace troupe::config
