// How authentication plugins keep passwords (reference/config.md section 10, `password_hash`). Nothing here
// knows of actors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::access {

enum class hash_kind : std::uint8_t { plain, md5, sha, sha256, sha512, bcrypt, pbkdf2 };

/// As the configuration has it: "sha256".
std::string_view to_string(hash_kind kind) noexcept;

/// Of the names above; nothing when there is no such kind.
std::optional<hash_kind> find_hash_kind(std::string_view name) noexcept;

enum class salt_place : std::uint8_t { none, before, after };

/// What `password_hash` of a plugin says.
struct hash_scheme {
  hash_kind kind = hash_kind::sha256;
  salt_place salt = salt_place::none;        // where the salt stands beside the password
  hash_kind mac = hash_kind::sha256;         // of pbkdf2
  std::uint32_t iterations = 1, length = 20; // of pbkdf2: rounds, bytes of the key
};

/// `plain`, `md5`, `sha`, `sha256`, `sha512`, alone or as `salt,sha256` and `sha256,salt`; `bcrypt`,
/// `salt,bcrypt`; `pbkdf2,sha256,1000,20` (hash, rounds up to 1,000,000, bytes up to 1,024). Nothing when it
/// is none of them.
std::optional<hash_scheme> parse_hash_scheme(std::string_view text);

/// The text that a back end keeps of a password: lower-case hexadecimal digits, or of plain the password
/// itself. For bcrypt `salt` is a text of crypt(3), `$2b$10$…`, of which what stands behind the salt does not
/// count. Nothing when it cannot be computed, such as bcrypt with a salt of another form. bcrypt takes as
/// long as its salt says, up to seconds.
std::optional<std::string> hash_password(const hash_scheme& scheme, std::string_view salt,
                                         std::string_view password);

/// Whether `stored` is of this password; hexadecimal digits may be upper case. The comparison takes the same
/// time wherever they differ. An empty `stored` is of no password.
bool matches_password(const hash_scheme& scheme, std::string_view stored, std::string_view salt,
                      std::string_view password);

// -- users that the API makes ---------------------------------------------------------------------------

/// What emqx_auth_clientid, emqx_auth_username and emqx_auth_mnesia keep: a salt of so many random bytes,
/// and the text of the hash of salt and password behind it.
inline constexpr std::size_t user_salt_size = 4;

/// Whether these plugins know it: plain, md5, sha and sha256.
bool is_user_hash_kind(hash_kind kind) noexcept;

/// With a salt of its own. Throws std::runtime_error when there are no random bytes.
std::string make_user_hash(hash_kind kind, std::string_view password);

/// Whether `kept` is of this password, in constant time as above.
bool matches_user_hash(hash_kind kind, std::string_view kept, std::string_view password);

/// `kept` without its salt, as the API shows it.
std::string_view user_hash_text(std::string_view kept) noexcept;

} // namespace troupe::access
