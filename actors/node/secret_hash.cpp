#include "secret_hash.hpp"

#include "troupe/mqtt/base64.hpp"

#include <charconv>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace troupe {

namespace {

constexpr std::string_view prefix = "$pbkdf2-sha256$";
constexpr int iterations = 4'096;
constexpr int most_iterations = 1'000'000; // of hashes that others made
constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string stretch(std::string_view secret, std::string_view salt, int rounds) {
  std::string out(hash_size, '\0');
  PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), bytes_of(salt),
                    static_cast<int>(salt.size()), rounds, EVP_sha256(), static_cast<int>(out.size()),
                    reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

struct parts {
  int rounds = 0;
  std::string salt, hash;
};

std::optional<parts> parse(std::string_view text) {
  if (!text.starts_with(prefix))
    return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto first = text.find('$');
  const auto second = first == std::string_view::npos ? first : text.find('$', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  parts out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + first, out.rounds);
  const auto salt = mqtt::from_base64(text.substr(first + 1, second - first - 1));
  const auto hash = mqtt::from_base64(text.substr(second + 1));
  if (error != std::errc{} || end != text.data() + first || out.rounds < 1 || out.rounds > most_iterations ||
      !salt || !hash || hash->size() != hash_size)
    return std::nullopt;
  out.salt = *salt;
  out.hash = *hash;
  return out;
}

} // namespace

std::string hash_secret(std::string_view secret) {
  const auto salt = random_bytes(salt_size);
  return std::string{prefix} + std::to_string(iterations) + '$' + mqtt::to_base64(salt) + '$' +
         mqtt::to_base64(stretch(secret, salt, iterations));
}

bool is_secret_hash(std::string_view text) { return parse(text).has_value(); }

bool matches_secret(std::string_view hash, std::string_view secret) {
  const auto known = parse(hash);
  if (!known) {
    stretch(secret, prefix, iterations); // as long as a wrong secret
    return false;
  }
  return same_secret(stretch(secret, known->salt, known->rounds), known->hash);
}

std::string secret_tag(std::string_view key, std::string_view secret) {
  std::string out(hash_size, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(secret), secret.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("no random bytes");
  return out;
}

std::string random_text(std::size_t count) {
  static constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  while (out.size() < count)
    for (const char c : random_bytes(count))
      if (const auto n = static_cast<unsigned char>(c) & 63U; n < letters.size() && out.size() < count)
        out += letters[n]; // the others are drawn again, so that all are equally likely
  return out;
}

} // namespace troupe
