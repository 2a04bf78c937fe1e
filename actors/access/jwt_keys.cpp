#include "jwt_keys.hpp"

#include "openssl_pointers.hpp"
#include "troupe/mqtt/base64.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <utility>

namespace troupe::access {

namespace {

namespace json = boost::json;

constexpr int fewest_rsa_bits = 2048;

using number = openssl_owned<BIGNUM, BN_free>;
using shared_key = std::shared_ptr<EVP_PKEY>;

shared_key share(EVP_PKEY* k) { return k == nullptr ? nullptr : shared_key{k, EVP_PKEY_free}; }

// OpenSSL's queue of errors is the thread's, where TLS would find ours.
struct error_scope {
  error_scope() = default;
  error_scope(const error_scope&) = delete;
  error_scope& operator=(const error_scope&) = delete;
  ~error_scope() { ERR_clear_error(); }
};

const unsigned char* readable(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

const EVP_MD* digest_of(int bits) noexcept {
  return bits == 256 ? EVP_sha256() : bits == 384 ? EVP_sha384() : EVP_sha512();
}

struct curve {
  std::string_view name; // of RFC 7518
  const char* group;     // of OpenSSL
  int bits;              // of the hash that goes with it
  int key_bits;
};
constexpr std::array<curve, 3> curves{
    {{"P-256", "prime256v1", 256, 256}, {"P-384", "secp384r1", 384, 384}, {"P-521", "secp521r1", 512, 521}}};

// The hash that goes with the key; 0: it is of no such curve.
int curve_bits_of(EVP_PKEY* k) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(k, name.data(), name.size(), &size) != 1)
    return 0;
  const std::string_view group{name.data(), size};
  const auto i = std::find_if(curves.begin(), curves.end(), [&](const curve& c) { return group == c.group; });
  return i == curves.end() ? 0 : i->bits;
}

std::string member(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

shared_key make_key(const char* type, OSSL_PARAM_BLD* build) {
  const openssl_owned<OSSL_PARAM, OSSL_PARAM_free> params{OSSL_PARAM_BLD_to_param(build)};
  const openssl_owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return share(made);
}

// RFC 7518 section 6.3.1.
shared_key rsa_key(const json::object& from) {
  const auto n = from_base64url(member(from, "n")), e = from_base64url(member(from, "e"));
  if (!n || !e || n->size() > 2048 || e->size() > 8)
    return nullptr;
  const number modulus{BN_bin2bn(readable(*n), static_cast<int>(n->size()), nullptr)};
  const number exponent{BN_bin2bn(readable(*e), static_cast<int>(e->size()), nullptr)};
  const openssl_owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build{OSSL_PARAM_BLD_new()};
  if (!build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return make_key("RSA", build.get());
}

// RFC 7518 section 6.2.1. The coordinates have as many bytes as the field.
shared_key ec_key(const json::object& from) {
  const auto name = member(from, "crv");
  const auto c =
      std::find_if(curves.begin(), curves.end(), [&](const curve& each) { return name == each.name; });
  const auto x = from_base64url(member(from, "x")), y = from_base64url(member(from, "y"));
  if (c == curves.end() || !x || !y)
    return nullptr;
  const auto width = static_cast<std::size_t>(c->key_bits + 7) / 8;
  if (x->size() != width || y->size() != width)
    return nullptr;
  const auto point = "\x04" + *x + *y; // uncompressed
  const openssl_owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build{OSSL_PARAM_BLD_new()};
  if (!build || OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, c->group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return make_key("EC", build.get());
}

bool has_mac(const std::string& secret, const EVP_MD* digest, std::string_view text,
             std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  return HMAC(digest, secret.data(), static_cast<int>(secret.size()), readable(text), text.size(), mac.data(),
              &size) != nullptr &&
         size == signature.size() && CRYPTO_memcmp(mac.data(), signature.data(), size) == 0;
}

bool has_signature(EVP_PKEY* k, const EVP_MD* digest, std::string_view text, std::string_view signature) {
  const openssl_owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
  return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, k) == 1 &&
         EVP_DigestVerify(context.get(), readable(signature), signature.size(), readable(text),
                          text.size()) == 1;
}

// From r and s behind each other to what OpenSSL checks; empty: it is not of that form.
std::string der_of(std::string_view raw, std::size_t width) {
  if (raw.size() != 2 * width)
    return {};
  const openssl_owned<ECDSA_SIG, ECDSA_SIG_free> pair{ECDSA_SIG_new()};
  number r{BN_bin2bn(readable(raw), static_cast<int>(width), nullptr)};
  number s{BN_bin2bn(readable(raw.substr(width)), static_cast<int>(width), nullptr)};
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1)
    return {};
  (void)r.release(); // they are the pair's now
  (void)s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out;
  if (size > 0)
    out.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

} // namespace

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.empty() || text.size() % 4 == 1)
    return {};
  std::string plain{text};
  for (char& c : plain) {
    if (c == '+' || c == '/' || c == '=')
      return {};
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  plain.append((4 - plain.size() % 4) % 4, '=');
  return mqtt::from_base64(plain);
}

std::optional<jwt_algorithm> find_jwt_algorithm(std::string_view name) noexcept {
  if (name.size() != 5)
    return {};
  const auto family = name.substr(0, 2), bits = name.substr(2);
  jwt_algorithm out;
  if (family == "RS")
    out.family = jwt_family::rs;
  else if (family == "ES")
    out.family = jwt_family::es;
  else if (family != "HS")
    return {};
  if (bits != "256" && bits != "384" && bits != "512")
    return {};
  out.bits = bits == "256" ? 256 : bits == "384" ? 384 : 512;
  return out;
}

void jwt_keys::add_secret(std::string secret, std::string id) {
  if (!secret.empty())
    add({std::move(id), std::move(secret), nullptr, jwt_family::hs, 0}, {});
}

// One that is for another algorithm than its kind can be is of no use.
void jwt_keys::add(key k, const std::optional<jwt_algorithm>& only) {
  if (keys_.size() >= most_keys)
    return;
  if (only && (only->family != k.family || (k.bits != 0 && k.bits != only->bits)))
    return;
  if (only)
    k.bits = only->bits;
  keys_.push_back(std::move(k));
}

bool jwt_keys::add_public(std::shared_ptr<EVP_PKEY> k, std::string id,
                          const std::optional<jwt_algorithm>& only) {
  if (!k || keys_.size() >= most_keys)
    return false;
  const bool rsa = EVP_PKEY_is_a(k.get(), "RSA") == 1;
  if (rsa && EVP_PKEY_get_bits(k.get()) < fewest_rsa_bits)
    return false;
  const int curve = rsa ? 0 : EVP_PKEY_is_a(k.get(), "EC") == 1 ? curve_bits_of(k.get()) : 0;
  if (!rsa && curve == 0)
    return false;
  add({std::move(id), {}, std::move(k), rsa ? jwt_family::rs : jwt_family::es, curve}, only);
  return true;
}

bool jwt_keys::add_pem(std::string_view pem) {
  const error_scope errors;
  const openssl_bio text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  return text && add_public(share(PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr)), {});
}

bool jwt_keys::add_set(std::string_view text) {
  const error_scope errors;
  json::error_code failed;
  const auto value = json::parse(text, failed);
  const auto* list = !failed && value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array())
    return false;
  for (const auto& each : list->get_array()) {
    if (!each.is_object())
      continue;
    const auto& k = each.get_object();
    const auto type = member(k, "kty"), id = member(k, "kid");
    if (const auto use = member(k, "use"); !use.empty() && use != "sig")
      continue;
    const auto only = find_jwt_algorithm(member(k, "alg"));
    if (!only && k.contains("alg")) // of another algorithm than those that are known
      continue;
    if (type == "oct") {
      if (auto secret = from_base64url(member(k, "k")); secret && !secret->empty())
        add({id, std::move(*secret), nullptr, jwt_family::hs, 0}, only);
    } else if (type == "RSA") {
      add_public(rsa_key(k), id, only);
    } else if (type == "EC") {
      add_public(ec_key(k), id, only);
    }
  }
  return true;
}

bool jwt_keys::fits(const key& k, const jwt_algorithm& algorithm, std::string_view id) const noexcept {
  return k.family == algorithm.family && (k.bits == 0 || k.bits == algorithm.bits) &&
         (id.empty() || k.id.empty() || k.id == id);
}

bool jwt_keys::signed_by(const key& k, const jwt_algorithm& algorithm, std::string_view text,
                         std::string_view signature) const {
  const auto* digest = digest_of(algorithm.bits);
  if (k.family == jwt_family::hs)
    return has_mac(k.secret, digest, text, signature);
  if (k.family == jwt_family::rs)
    return has_signature(k.public_key.get(), digest, text, signature);
  const auto width = static_cast<std::size_t>(EVP_PKEY_get_bits(k.public_key.get()) + 7) / 8;
  const auto der = der_of(signature, width);
  return (!der.empty() && has_signature(k.public_key.get(), digest, text, der)) ||
         (format_ == jwt_signature_format::der_too &&
          has_signature(k.public_key.get(), digest, text, signature));
}

jwt_keys::match jwt_keys::verify(const jwt_algorithm& algorithm, std::string_view id, std::string_view text,
                                 std::string_view signature) const {
  const error_scope errors;
  bool any = false;
  for (const auto& k : keys_) {
    if (!fits(k, algorithm, id))
      continue;
    any = true;
    if (signed_by(k, algorithm, text, signature))
      return match::yes;
  }
  return any ? match::no : match::no_key;
}

} // namespace troupe::access
