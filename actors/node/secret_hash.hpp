// How secrets are kept: salted and stretched, so that a stolen copy does not give them away.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// `$pbkdf2-sha256$<iterations>$<salt>$<hash>`, base64 of 16 and 32 bytes, with a salt of its own; some
/// milliseconds of work.
std::string hash_secret(std::string_view secret);

/// Whether a text has the form that `hash_secret` gives.
bool is_secret_hash(std::string_view text);

/// Whether `hash` is of this secret. Takes the same time wherever they differ, and also for a malformed hash.
bool matches_secret(std::string_view hash, std::string_view secret);

/// HMAC-SHA-256: a cheap stand-in for a secret, for whoever knows `key`.
std::string secret_tag(std::string_view key, std::string_view secret);

/// Compares texts in a time that depends on their sizes alone.
bool same_secret(std::string_view a, std::string_view b) noexcept;

/// Cryptographically random bytes, and letters and digits. Throw std::runtime_error when there are none.
std::string random_bytes(std::size_t count);
std::string random_text(std::size_t count);

} // namespace troupe
