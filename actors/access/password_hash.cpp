#include "password_hash.hpp"

#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <crypt.h>
#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdexcept>
#include <vector>

namespace troupe::access {

namespace {

constexpr std::array<std::string_view, 7> names{"plain",  "md5",    "sha",   "sha256",
                                                "sha512", "bcrypt", "pbkdf2"};
constexpr std::uint32_t most_iterations = 1'000'000;
constexpr std::uint32_t longest_key = 1024;

// Null for what is no digest.
const EVP_MD* digest_of(hash_kind kind) noexcept {
  switch (kind) {
    case hash_kind::md5: return EVP_md5();
    case hash_kind::sha: return EVP_sha1();
    case hash_kind::sha256: return EVP_sha256();
    case hash_kind::sha512: return EVP_sha512();
    default: return nullptr;
  }
}

std::optional<std::string> digest_text(hash_kind kind, std::string_view first, std::string_view second) {
  std::string text{first};
  text += second;
  if (kind == hash_kind::plain)
    return text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  const bool done = EVP_Digest(text.data(), text.size(), hash.data(), &size, digest_of(kind), nullptr) == 1;
  OPENSSL_cleanse(text.data(), text.size());
  if (!done)
    return std::nullopt;
  return mqtt::to_hex({reinterpret_cast<const char*>(hash.data()), size});
}

std::optional<std::string> stretched_text(const hash_scheme& scheme, std::string_view salt,
                                          std::string_view password) {
  std::string key(scheme.length, '\0');
  const auto* digest = digest_of(scheme.mac);
  if (digest == nullptr ||
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                        reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                        static_cast<int>(scheme.iterations), digest, static_cast<int>(key.size()),
                        reinterpret_cast<unsigned char*>(key.data())) != 1)
    return std::nullopt;
  return mqtt::to_hex(key);
}

// libcrypt's bcrypt sees no NUL, so a password with one would match by its beginning.
std::optional<std::string> bcrypt_text(std::string_view salt, std::string_view password) {
  if (!salt.starts_with("$2") || password.find('\0') != std::string_view::npos)
    return std::nullopt;
  const auto data = std::make_unique<crypt_data>();
  const char* made = crypt_r(std::string{password}.c_str(), std::string{salt}.c_str(), data.get());
  const std::string text = made == nullptr ? "" : made;
  OPENSSL_cleanse(data.get(), sizeof *data);
  return text.starts_with('$') ? std::optional{text} : std::nullopt; // "*0" is a failure
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto comma = text.find(',');
    out.push_back(mqtt::trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos)
      return out;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::uint32_t> number_up_to(std::string_view text, std::uint32_t most) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < 1 || n > most)
    return std::nullopt;
  return n;
}

std::optional<hash_scheme> parse_pbkdf2(const std::vector<std::string_view>& parts) {
  hash_scheme scheme{.kind = hash_kind::pbkdf2, .salt = salt_place::before};
  if (parts.size() != 4)
    return std::nullopt;
  const auto mac = find_hash_kind(parts[1]);
  const auto iterations = number_up_to(parts[2], most_iterations);
  const auto length = number_up_to(parts[3], longest_key);
  if (!mac || digest_of(*mac) == nullptr || !iterations || !length)
    return std::nullopt;
  scheme.mac = *mac;
  scheme.iterations = *iterations;
  scheme.length = *length;
  return scheme;
}

bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

std::string_view to_string(hash_kind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

std::optional<hash_kind> find_hash_kind(std::string_view name) noexcept {
  const auto i = std::find(names.begin(), names.end(), name);
  return i == names.end() ? std::nullopt : std::optional{static_cast<hash_kind>(i - names.begin())};
}

std::optional<hash_scheme> parse_hash_scheme(std::string_view text) {
  const auto parts = parts_of(text);
  if (parts.front() == "pbkdf2")
    return parse_pbkdf2(parts);
  if (parts.size() > 2)
    return std::nullopt;
  const bool salt_first = parts.size() == 2 && parts.front() == "salt";
  if (parts.size() == 2 && !salt_first && parts.back() != "salt")
    return std::nullopt;
  const auto kind = find_hash_kind(salt_first ? parts.back() : parts.front());
  if (!kind || *kind == hash_kind::pbkdf2)
    return std::nullopt;
  const auto place = parts.size() == 1 ? salt_place::none
                     : salt_first      ? salt_place::before
                                       : salt_place::after;
  if (*kind == hash_kind::bcrypt && place == salt_place::after)
    return std::nullopt;
  return hash_scheme{.kind = *kind, .salt = place};
}

std::optional<std::string> hash_password(const hash_scheme& scheme, std::string_view salt,
                                         std::string_view password) {
  if (scheme.kind == hash_kind::bcrypt)
    return bcrypt_text(salt, password);
  if (scheme.kind == hash_kind::pbkdf2)
    return stretched_text(scheme, salt, password);
  switch (scheme.salt) {
    case salt_place::before: return digest_text(scheme.kind, salt, password);
    case salt_place::after: return digest_text(scheme.kind, password, salt);
    default: return digest_text(scheme.kind, password, {});
  }
}

bool matches_password(const hash_scheme& scheme, std::string_view stored, std::string_view salt,
                      std::string_view password) {
  const bool bcrypt = scheme.kind == hash_kind::bcrypt;
  const auto made = hash_password(scheme, bcrypt ? stored : salt, password); // bcrypt's text has its salt
  if (!made || stored.empty())
    return false;
  return same(*made, bcrypt || scheme.kind == hash_kind::plain ? std::string{stored} : mqtt::lower(stored));
}

bool is_user_hash_kind(hash_kind kind) noexcept { return kind <= hash_kind::sha256; }

std::string make_user_hash(hash_kind kind, std::string_view password) {
  std::string kept(user_salt_size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(kept.data()), static_cast<int>(kept.size())) != 1)
    throw std::runtime_error("no random bytes");
  const auto text = kind == hash_kind::plain ? std::string{password} : digest_text(kind, kept, password);
  if (!text)
    throw std::runtime_error("OpenSSL cannot compute the hash of a password");
  return kept + *text;
}

bool matches_user_hash(hash_kind kind, std::string_view kept, std::string_view password) {
  if (kept.size() < user_salt_size)
    return false;
  if (kind == hash_kind::plain)
    return same(kept.substr(user_salt_size), password);
  const auto text = digest_text(kind, kept.substr(0, user_salt_size), password);
  return text && same(*text, kept.substr(user_salt_size));
}

std::string_view user_hash_text(std::string_view kept) noexcept {
  return kept.substr(std::min(user_salt_size, kept.size()));
}

} // namespace troupe::access
