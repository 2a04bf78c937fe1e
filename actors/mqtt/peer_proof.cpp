#include "troupe/mqtt/peer_proof.hpp"

#include <array>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace troupe::mqtt {

namespace {

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string sealed(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), out.data(),
           &size) == nullptr)
    throw std::runtime_error{"OpenSSL cannot compute HMAC-SHA-256"};
  return {reinterpret_cast<const char*>(out.data()), size};
}

void put_number(std::string& to, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(n >> shift));
}

// With their lengths, so that no two identities have the same bytes.
void put_identity(std::string& to, const peer_identity& who) {
  put_number(to, who.protocol);
  put_number(to, who.incarnation);
  for (const std::string* part : {&who.cluster, &who.node, &who.link, &who.nonce}) {
    put_number(to, part->size());
    to += *part;
  }
}

std::string transcript(const peer_identity& dialer, const peer_identity& listener) {
  std::string out = "troupe peer";
  put_identity(out, dialer);
  put_identity(out, listener);
  return out;
}

// What a key seals differs by its first letter.
std::string sealed_number(std::string_view key, char what, std::uint64_t n) {
  std::string text(1, what);
  put_number(text, n);
  return sealed(key, text);
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error{"the system has no randomness"};
  return out;
}

} // namespace

std::string peer_nonce() { return random_bytes(peer_nonce_size); }

std::uint64_t peer_incarnation() {
  std::uint64_t out = 0;
  for (const unsigned char c : random_bytes(sizeof out))
    out = out << 8 | c;
  return out;
}

std::string refuse_peer(const peer_identity& own, const peer_identity& other) {
  if (other.protocol != peer_protocol)
    return "it speaks version " + std::to_string(other.protocol) + " of the links' protocol, and this node " +
           std::to_string(peer_protocol);
  for (const std::string* name : {&other.cluster, &other.node, &other.link})
    if (name->size() > longest_peer_name)
      return "its names are too long";
  if (other.nonce.size() != peer_nonce_size)
    return "its nonce is not one";
  if (other.cluster != own.cluster)
    return "it is of another cluster (cluster.name)";
  if (other.node == own.node)
    return "it has this node's name (node.name)";
  return {};
}

peer_keys::peer_keys(std::string_view cookie, const peer_identity& dialer, const peer_identity& listener)
    : key_(sealed(cookie, transcript(dialer, listener))) {}

std::string peer_keys::dialer_proof(std::uint64_t first) const { return sealed_number(key_, 'd', first); }

std::string peer_keys::listener_proof(std::uint64_t seen) const { return sealed_number(key_, 'l', seen); }

std::string peer_keys::ack_seal(std::uint64_t number) const { return sealed_number(key_, 'a', number); }

// Of the bytes' own seal, so that they need not be copied behind the number.
std::string peer_keys::frame_seal(std::uint64_t number, std::string_view bytes) const {
  std::string text = "f";
  put_number(text, number);
  text += sealed(key_, bytes);
  return sealed(key_, text);
}

bool same_proof(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace troupe::mqtt
