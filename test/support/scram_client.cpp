#include "support/scram_client.hpp"

#include "support/wait.hpp"

#include <algorithm>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace troupe::test {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode(std::string_view bytes) {
  std::string text;
  unsigned bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6)
      text += digits[bits >> (held - 6) & 63];
  }
  if (held > 0)
    text += digits[bits << (6 - held) & 63];
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

std::string decode(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held);
    }
  }
  return bytes;
}

unsigned char* raw(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* raw(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string digest(const std::string& hash, std::string_view text) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  EVP_Q_digest(nullptr, hash.c_str(), nullptr, text.data(), text.size(), raw(out), &size);
  out.resize(size);
  return out;
}

std::string hmac(const std::string& hash, std::string_view key, std::string_view text) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, hash.c_str(), nullptr, key.data(), key.size(), raw(text), text.size(),
            raw(out), out.size(), &size);
  out.resize(size);
  return out;
}

std::string pbkdf2(const std::string& hash, std::string password, std::string salt, unsigned iterations) {
  std::string name = hash;
  std::string out(digest(hash, "").size(), '\0');
  std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf{EVP_KDF_fetch(nullptr, "PBKDF2", nullptr),
                                                        &EVP_KDF_free};
  std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context{EVP_KDF_CTX_new(kdf.get()),
                                                                    &EVP_KDF_CTX_free};
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, password.data(), password.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_ITER, &iterations),
      OSSL_PARAM_construct_end(),
  };
  if (EVP_KDF_derive(context.get(), raw(out), out.size(), parameters) != 1)
    throw unexpected{"PBKDF2 failed"};
  return out;
}

// The value of the attribute `name` in "a=1,b=2".
std::string_view attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const auto field = message.substr(0, message.find(','));
    if (field.size() >= 2 && field[0] == name && field[1] == '=')
      return field.substr(2);
    message.remove_prefix(std::min(message.size(), field.size() + 1));
  }
  throw unexpected{"no attribute " + std::string(1, name)};
}

} // namespace

std::string scram_client::first() {
  static int count = 0;
  nonce_ = "client-nonce-" + std::to_string(++count);
  bare_ = "n=" + username_ + ",r=" + nonce_;
  return "n,," + bare_;
}

std::string scram_client::last(std::string_view server_first) {
  const auto nonce = attribute(server_first, 'r');
  if (!nonce.starts_with(nonce_) || nonce.size() < nonce_.size() + 16)
    throw unexpected{"the server's nonce is too short: " + std::string{nonce}};
  const auto iterations = std::stoul(std::string{attribute(server_first, 'i')});
  const auto salt = decode(attribute(server_first, 's'));
  const auto salted = pbkdf2(hash_, password_, salt, static_cast<unsigned>(iterations));
  const auto key = hmac(hash_, salted, "Client Key");
  const auto without_proof = "c=" + encode("n,,") + ",r=" + std::string{nonce};
  const auto signed_text = bare_ + "," + std::string{server_first} + "," + without_proof;
  auto proof = hmac(hash_, digest(hash_, key), signed_text);
  for (std::size_t i = 0; i < proof.size(); ++i)
    proof[i] = static_cast<char>(proof[i] ^ key[i]);
  server_signature_ = hmac(hash_, hmac(hash_, salted, "Server Key"), signed_text);
  return without_proof + ",p=" + encode(proof);
}

bool scram_client::accepts(std::string_view server_final) const {
  return server_final == "v=" + encode(server_signature_);
}

} // namespace troupe::test
