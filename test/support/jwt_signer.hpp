// Signs JSON Web Tokens as an identity provider does.
#pragma once

#include "troupe/mqtt/base64.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::test {

inline std::string to_base64url(std::string_view bytes) {
  std::string out = bytes.empty() ? "" : mqtt::to_base64(bytes);
  while (out.ends_with('='))
    out.pop_back();
  for (char& c : out)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

/// A key of one algorithm.
class jwt_signer {
public:
  /// HS: with this secret. RS and ES: with a new key.
  explicit jwt_signer(std::string algorithm, std::string secret = {})
      : algorithm_(std::move(algorithm)), secret_(std::move(secret)) {
    EVP_PKEY* k = nullptr;
    if (algorithm_.starts_with("RS"))
      k = EVP_RSA_gen(2048);
    else if (algorithm_.starts_with("ES"))
      k = EVP_EC_gen(bits() == 256 ? "P-256" : bits() == 384 ? "P-384" : "P-521");
    key_.reset(k, EVP_PKEY_free);
  }

  /// A token; `header` is the whole JSON of it unless it is empty.
  std::string token(std::string_view claims, std::string header = {}, bool der = false) const {
    if (header.empty())
      header = R"({"alg":")" + algorithm_ + R"(","typ":"JWT"})";
    const auto text = to_base64url(header) + "." + to_base64url(claims);
    return text + "." + to_base64url(signature(text, der));
  }

  std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  /// As a member of a key set.
  std::string jwk(const std::string& id) const {
    const std::string head = R"({"kid":")" + id + R"(","kty":)";
    if (!key_)
      return head + R"("oct","k":")" + to_base64url(secret_) + "\"}";
    if (algorithm_.starts_with("RS"))
      return head + R"("RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
             number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
    const int width = bits() == 512 ? 66 : bits() / 8;
    return head + R"("EC","crv":"P-)" + std::to_string(bits() == 512 ? 521 : bits()) + R"(","x":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_X, width) + R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, width) +
           "\"}";
  }

private:
  int bits() const { return std::stoi(algorithm_.substr(2)); }
  const EVP_MD* digest() const {
    return bits() == 256 ? EVP_sha256() : bits() == 384 ? EVP_sha384() : EVP_sha512();
  }

  std::string number(const char* name, int width) const {
    BIGNUM* n = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), name, &n) != 1)
      throw std::runtime_error("no such number in the key");
    std::string bytes(static_cast<std::size_t>(width == 0 ? BN_num_bytes(n) : width), '\0');
    BN_bn2binpad(n, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(n);
    return to_base64url(bytes);
  }

  std::string signature(std::string_view text, bool der) const {
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::string out(EVP_MAX_MD_SIZE + 1024, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    if (!key_) {
      unsigned size = 0;
      HMAC(digest(), secret_.data(), static_cast<int>(secret_.size()), data, text.size(), to, &size);
      out.resize(size);
      return out;
    }
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    std::size_t size = out.size();
    EVP_DigestSignInit(context.get(), nullptr, digest(), nullptr, key_.get());
    if (EVP_DigestSign(context.get(), to, &size, data, text.size()) != 1)
      throw std::runtime_error("cannot sign");
    out.resize(size);
    return der || algorithm_.starts_with("RS") ? out : raw(out);
  }

  // r and s behind each other.
  std::string raw(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free};
    const int width = bits() == 512 ? 66 : bits() / 8;
    std::string out(static_cast<std::size_t>(2 * width), '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, width);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + width, width);
    return out;
  }

  std::string algorithm_, secret_;
  std::shared_ptr<EVP_PKEY> key_;
};

} // namespace troupe::test
