// The server's side of SCRAM (RFC 5802, RFC 7677) without channel binding: who knows a password proves it
// without sending it. Nothing here knows of packets, actors or sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::mqtt {

enum class scram_hash : std::uint8_t { sha1, sha256 };

/// The hash of a mechanism's name, "SCRAM-SHA-1" or "SCRAM-SHA-256"; nothing for any other name.
std::optional<scram_hash> scram_mechanism(std::string_view name) noexcept;

/// "SCRAM-SHA-1" or "SCRAM-SHA-256".
const char* to_string(scram_hash hash) noexcept;

/// The SASLprep form (RFC 4013) of a user name or password: its printable ASCII unchanged. Nothing for what
/// cannot be prepared here: an empty text, control characters, and all that is not ASCII.
std::optional<std::string_view> scram_prepare(std::string_view text) noexcept;

/// What a server keeps of a password (RFC 5802 section 3): it proves who knows the password, and does not
/// give it away.
struct scram_credentials {
  std::string salt;
  std::uint32_t iterations = 0;
  std::string stored_key;
  std::string server_key;
};

/// Derives the credentials of a prepared password: `iterations` of PBKDF2, some milliseconds for 4,096.
scram_credentials scram_derive(scram_hash hash, std::string_view password, std::string_view salt,
                               std::uint32_t iterations);

/// The users that may log in. Filled before it is shared; then any thread may ask.
class scram_users {
public:
  /// `iterations` is at least 4,096 (RFC 7677 section 4). `secret` makes the salts: the same salt for the
  /// same name, whether there is such a user or not, so that nobody can tell who exists.
  scram_users(std::uint32_t iterations, std::string secret)
      : secret_(std::move(secret)), iterations_(iterations) {}

  /// Adds a user for both hashes, or replaces it. False when name or password cannot be prepared.
  bool add(std::string_view name, std::string_view password);

  /// Adds credentials that were derived elsewhere.
  void add(std::string_view prepared_name, scram_credentials credentials, scram_hash hash);

  /// Forgets what a user logs in with by that hash.
  void remove(scram_hash hash, std::string_view name);

  /// What a user logs in with by that hash; null when nothing.
  const scram_credentials* credentials_of(scram_hash hash, std::string_view name) const noexcept;

  bool empty() const noexcept { return users_.empty(); }
  std::size_t size() const noexcept { return users_.size(); }

  /// What a log-in as `name` is checked against, and whether the user exists: credentials that no password
  /// fits when not.
  struct entry {
    scram_credentials credentials;
    bool exists = false;
  };
  entry find(scram_hash hash, std::string_view name) const;

private:
  struct keys {
    scram_credentials by_hash[2];
  };

  std::string salt_of(scram_hash hash, std::string_view name) const;

  std::map<std::string, keys, std::less<>> users_;
  std::string secret_;
  std::uint32_t iterations_;
};

/// One log-in: client-first in, server-first out, client-final in, server-final out.
class scram_server {
public:
  /// `users` must outlive it.
  scram_server(scram_hash hash, const scram_users& users) : users_(&users), hash_(hash) {}

  /// What to answer; without `ok` the log-in has failed, and `error` says why in the words of RFC 5802
  /// section 7 (server-error-value).
  struct answer {
    bool ok = false;
    std::string message;
    const char* error = "";
  };

  /// client-first-message. `nonce` is the server's part of the nonce: fresh, random, printable ASCII without
  /// a comma. A message over 4 KB is refused.
  answer first(std::string_view message, std::string_view nonce);

  /// client-final-message, after `first`. Takes the same time for users that do not exist.
  answer last(std::string_view message);

  /// The user's prepared name, from `first` on; proven once `last` is ok.
  const std::string& username() const noexcept { return username_; }

  static constexpr std::size_t max_message_size = 4096;

private:
  const scram_users* users_;
  scram_hash hash_;
  std::string username_;
  std::string gs2_header_;
  std::string nonce_; // both parts
  std::string client_first_bare_;
  std::string server_first_;
};

/// 144 random bits in printable characters: a server's nonce, or a secret. Throws std::runtime_error when the
/// system has no randomness.
std::string scram_nonce();

} // namespace troupe::mqtt
