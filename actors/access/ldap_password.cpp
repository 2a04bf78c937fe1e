// Passwords as LDAP servers keep them, and texts in their filters.
#include "back_end_rows.hpp"
#include "troupe/mqtt/base64.hpp"

#include <array>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <utility>

namespace troupe::access {

namespace {

struct scheme {
  std::string_view name;
  const EVP_MD* (*digest)();
};
constexpr std::array<scheme, 8> schemes{{{"SHA", EVP_sha1},
                                         {"SSHA", EVP_sha1},
                                         {"SHA256", EVP_sha256},
                                         {"SSHA256", EVP_sha256},
                                         {"SHA512", EVP_sha512},
                                         {"SSHA512", EVP_sha512},
                                         {"MD5", EVP_md5},
                                         {"SMD5", EVP_md5}}};

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The salt stands behind password and hash.
bool matches_digest(const EVP_MD* digest, std::string_view encoded, std::string_view password) {
  const auto kept = mqtt::from_base64(encoded);
  const auto width = static_cast<std::size_t>(EVP_MD_get_size(digest));
  if (!kept || kept->size() < width)
    return false;
  auto text = std::string{password} + kept->substr(width);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  const bool done = EVP_Digest(text.data(), text.size(), hash.data(), &size, digest, nullptr) == 1;
  OPENSSL_cleanse(text.data(), text.size());
  return done &&
         same({reinterpret_cast<const char*>(hash.data()), size}, std::string_view{*kept}.substr(0, width));
}

} // namespace

bool matches_ldap_password(std::string_view stored, std::string_view password) {
  const auto close = stored.find('}');
  if (!stored.starts_with('{') || close == std::string_view::npos)
    return !stored.empty() && same(stored, password);
  const auto name = upper(stored.substr(1, close - 1));
  const auto rest = stored.substr(close + 1);
  if (name == "CRYPT")
    return matches_password({.kind = hash_kind::bcrypt}, rest, {}, password);
  for (const auto& s : schemes)
    if (s.name == name)
      return matches_digest(s.digest(), rest, password);
  return false;
}

std::string escape_ldap_value(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || byte >= 0x7F) {
      out.push_back('\\');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

} // namespace troupe::access
