#include "troupe/mqtt/scram.hpp"

#include "troupe/mqtt/base64.hpp"

#include <algorithm>
#include <array>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace troupe::mqtt {

namespace {

// -- bytes ------------------------------------------------------------------------------------------

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes_of(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
int length_of(std::string_view s) { return static_cast<int>(s.size()); }

const EVP_MD* digest(scram_hash hash) { return hash == scram_hash::sha1 ? EVP_sha1() : EVP_sha256(); }
std::size_t digest_size(scram_hash hash) { return hash == scram_hash::sha1 ? 20 : 32; }

void require(bool done) {
  if (!done)
    throw std::runtime_error{"OpenSSL cannot compute a SCRAM hash"};
}

std::string hmac(scram_hash hash, std::string_view key, std::string_view text) {
  std::string out(digest_size(hash), '\0');
  require(HMAC(digest(hash), key.data(), length_of(key), bytes_of(text), text.size(), bytes_of(out),
               nullptr) != nullptr);
  return out;
}

std::string hashed(scram_hash hash, std::string_view text) {
  std::string out(digest_size(hash), '\0');
  require(EVP_Digest(text.data(), text.size(), bytes_of(out), nullptr, digest(hash), nullptr) == 1);
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// -- attributes (RFC 5802 section 7) ---------------------------------------------------------------

// Takes the text up to the next comma, and the comma.
std::string_view take_field(std::string_view& rest) {
  const auto comma = rest.find(',');
  const auto field = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  return field;
}

bool is_nonce(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != ','; });
}

scram_server::answer refused(const char* error) { return {false, {}, error}; }

// A `saslname`: a comma is "=2C" and an equals sign "=3D".
std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (text.front() != '=') {
      name.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    const auto escape = text.substr(0, 3);
    if (escape != "=2C" && escape != "=3D")
      return {};
    name.push_back(escape == "=2C" ? ',' : '=');
    text.remove_prefix(3);
  }
  if (!scram_prepare(name))
    return {};
  return name;
}

} // namespace

std::optional<scram_hash> scram_mechanism(std::string_view name) noexcept {
  if (name == "SCRAM-SHA-1")
    return scram_hash::sha1;
  if (name == "SCRAM-SHA-256")
    return scram_hash::sha256;
  return {};
}

const char* to_string(scram_hash hash) noexcept {
  return hash == scram_hash::sha1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
}

std::optional<std::string_view> scram_prepare(std::string_view text) noexcept {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (text.empty() || !printable)
    return {};
  return text;
}

std::string scram_nonce() {
  std::string bytes(18, '\0');
  if (RAND_bytes(bytes_of(bytes), length_of(bytes)) != 1)
    throw std::runtime_error{"the system has no randomness for SCRAM"};
  return to_base64(bytes);
}

// -- users -----------------------------------------------------------------------------------------------

scram_credentials scram_derive(scram_hash hash, std::string_view password, std::string_view salt,
                               std::uint32_t iterations) {
  std::string salted(digest_size(hash), '\0');
  require(PKCS5_PBKDF2_HMAC(password.data(), length_of(password), bytes_of(salt), length_of(salt),
                            static_cast<int>(iterations), digest(hash), length_of(salted),
                            bytes_of(salted)) == 1);
  return {std::string{salt}, iterations, hashed(hash, hmac(hash, salted, "Client Key")),
          hmac(hash, salted, "Server Key")};
}

std::string scram_users::salt_of(scram_hash hash, std::string_view name) const {
  const char kind = hash == scram_hash::sha1 ? '1' : '2';
  return hmac(scram_hash::sha256, secret_, std::string{"salt"}.append(1, kind).append(name)).substr(0, 16);
}

bool scram_users::add(std::string_view name, std::string_view password) {
  const auto prepared_name = scram_prepare(name);
  const auto prepared = scram_prepare(password);
  if (!prepared_name || !prepared)
    return false;
  for (const auto hash : {scram_hash::sha1, scram_hash::sha256})
    add(*prepared_name, scram_derive(hash, *prepared, salt_of(hash, *prepared_name), iterations_), hash);
  return true;
}

void scram_users::add(std::string_view prepared_name, scram_credentials credentials, scram_hash hash) {
  users_[std::string{prepared_name}].by_hash[static_cast<std::size_t>(hash)] = std::move(credentials);
}

scram_users::entry scram_users::find(scram_hash hash, std::string_view name) const {
  // Made for all, so that the time does not tell who exists either.
  const auto nobodys = hmac(hash, secret_, std::string{"key"}.append(name));
  entry e{{salt_of(hash, name), iterations_, nobodys, nobodys}, false};
  if (const auto* known = credentials_of(hash, name))
    e = {*known, true};
  return e;
}

const scram_credentials* scram_users::credentials_of(scram_hash hash, std::string_view name) const noexcept {
  const auto i = users_.find(name);
  if (i == users_.end())
    return nullptr;
  const auto& known = i->second.by_hash[static_cast<std::size_t>(hash)];
  return known.iterations != 0 ? &known : nullptr;
}

void scram_users::remove(scram_hash hash, std::string_view name) {
  const auto i = users_.find(name);
  if (i == users_.end())
    return;
  auto& both = i->second.by_hash;
  both[static_cast<std::size_t>(hash)] = {};
  if (both[0].iterations == 0 && both[1].iterations == 0)
    users_.erase(i);
}

// -- the exchange ------------------------------------------------------------------------------------------

scram_server::answer scram_server::first(std::string_view message, std::string_view nonce) {
  if (message.size() > max_message_size)
    return refused("other-error");
  auto rest = message;
  const auto binding = take_field(rest);
  if (binding.starts_with("p="))
    return refused("channel-binding-not-supported");
  if (binding != "n" && binding != "y")
    return refused("other-error");
  const auto authorized_as = take_field(rest);
  gs2_header_ = message.substr(0, message.size() - rest.size());
  client_first_bare_ = rest;
  if (rest.starts_with("m="))
    return refused("extensions-not-supported");
  const auto name = take_field(rest);
  const auto client_nonce = take_field(rest); // extensions behind it are ignored
  if (!name.starts_with("n="))
    return refused("other-error");
  const auto decoded = decode_name(name.substr(2));
  if (!decoded)
    return refused("invalid-username-encoding");
  if (!client_nonce.starts_with("r=") || !is_nonce(client_nonce.substr(2)))
    return refused("other-error");
  // Nobody may act for somebody else.
  if (!authorized_as.empty() &&
      !(authorized_as.starts_with("a=") && decode_name(authorized_as.substr(2)) == decoded))
    return refused("other-error");
  username_ = *decoded;
  nonce_.assign(client_nonce.substr(2)).append(nonce);
  const auto user = users_->find(hash_, username_);
  server_first_ = "r=" + nonce_ + ",s=" + to_base64(user.credentials.salt) +
                  ",i=" + std::to_string(user.credentials.iterations);
  return {true, server_first_, ""};
}

scram_server::answer scram_server::last(std::string_view message) {
  const auto proof_at = message.rfind(",p=");
  if (message.size() > max_message_size || proof_at == std::string_view::npos || server_first_.empty())
    return refused("other-error");
  const auto without_proof = message.substr(0, proof_at);
  auto rest = without_proof;
  if (take_field(rest) != "c=" + to_base64(gs2_header_))
    return refused("channel-bindings-dont-match");
  if (rest.starts_with("m="))
    return refused("extensions-not-supported");
  if (take_field(rest) != "r=" + nonce_)
    return refused("other-error");
  const auto proof = from_base64(message.substr(proof_at + 3));
  if (!proof || proof->size() != digest_size(hash_))
    return refused("invalid-encoding");

  const auto user = users_->find(hash_, username_);
  const auto signed_text = client_first_bare_ + "," + server_first_ + "," + std::string{without_proof};
  auto client_key = hmac(hash_, user.credentials.stored_key, signed_text);
  for (std::size_t i = 0; i < client_key.size(); ++i)
    client_key[i] = static_cast<char>(client_key[i] ^ (*proof)[i]);
  const bool proven = equal_in_constant_time(hashed(hash_, client_key), user.credentials.stored_key);
  const auto signature = hmac(hash_, user.credentials.server_key, signed_text);
  server_first_.clear(); // one proof per exchange
  if (!proven || !user.exists)
    return refused("invalid-proof"); // also for a user who does not exist
  return {true, "v=" + to_base64(signature), ""};
}

} // namespace troupe::mqtt
