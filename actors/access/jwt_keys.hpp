// The keys that JSON Web Tokens are checked with: a secret, public keys in PEM, and key sets (RFC 7517).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace troupe::access {

enum class jwt_family : std::uint8_t { hs, rs, es };

/// One of the nine algorithms that are known.
struct jwt_algorithm {
  jwt_family family = jwt_family::hs;
  int bits = 256; // of the hash
};

/// "HS256" and so on; nothing for others, `none` among them.
std::optional<jwt_algorithm> find_jwt_algorithm(std::string_view name) noexcept;

/// How ES signatures are written: as RFC 7518 says, or in DER as well, as EMQ X takes them.
enum class jwt_signature_format : std::uint8_t { raw, der_too };

class jwt_keys {
public:
  static constexpr std::size_t most_keys = 100;

  /// Of HS. An empty one signs nothing.
  void add_secret(std::string secret, std::string id = {});

  /// An RSA key of 2,048 bits or more, or one of the curves P-256, P-384 and P-521. False: it is none.
  bool add_pem(std::string_view pem);

  /// The keys of a set that are of use, each for its `alg` alone where it has one (RFC 7517 section 4.4);
  /// those of other kinds are left out. False: it is no key set. One without keys is.
  bool add_set(std::string_view json);

  void use(jwt_signature_format format) noexcept { format_ = format; }

  enum class match : std::uint8_t { yes, no, no_key };

  /// Whether one of the keys for the algorithm (and of that identifier, where both have one) has signed the
  /// text. Takes the same time wherever a MAC differs.
  match verify(const jwt_algorithm& algorithm, std::string_view id, std::string_view text,
               std::string_view signature) const;

  std::size_t size() const noexcept { return keys_.size(); }

private:
  struct key {
    std::string id, secret;                  // of HS
    std::shared_ptr<evp_pkey_st> public_key; // of the others
    jwt_family family = jwt_family::hs;
    int bits = 0; // of the hash that goes with it; 0: any
  };

  void add(key k, const std::optional<jwt_algorithm>& only);
  bool add_public(std::shared_ptr<evp_pkey_st> k, std::string id,
                  const std::optional<jwt_algorithm>& only = {});
  bool fits(const key& k, const jwt_algorithm& algorithm, std::string_view id) const noexcept;
  bool signed_by(const key& k, const jwt_algorithm& algorithm, std::string_view text,
                 std::string_view signature) const;

  std::vector<key> keys_;
  jwt_signature_format format_ = jwt_signature_format::der_too;
};

/// Base64url without padding (RFC 4648 section 5). Nothing for another text, or a non-canonical one.
std::optional<std::string> from_base64url(std::string_view text);

} // namespace troupe::access
