// How two nodes show each other that they have the same cookie (node.cookie), which never travels: each draws
// a nonce, and what only the cookie can make of both (HMAC-SHA-256, RFC 2104) is the proof. What travels
// later is sealed with a key that comes of the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// Nodes that speak another version of the links' protocol are refused.
inline constexpr std::uint32_t peer_protocol = 1;

inline constexpr std::size_t peer_nonce_size = 32;    // bytes
inline constexpr std::size_t longest_peer_name = 255; // bytes, of each name

/// One side of a link, as it names itself.
struct peer_identity {
  std::uint32_t protocol = peer_protocol;
  std::string cluster;           // cluster.name
  std::string node;              // node.name
  std::string link;              // of the one that dials: which of its links it is
  std::uint64_t incarnation = 0; // what is numbered is numbered anew with each
  std::string nonce;             // of this handshake
};

/// Random; throws std::runtime_error when the system has no randomness.
std::string peer_nonce();
std::uint64_t peer_incarnation();

/// Why `own` may not talk to `other`; empty: it may, if that has the cookie.
std::string refuse_peer(const peer_identity& own, const peer_identity& other);

/// What both sides can make who have the cookie, of one handshake.
class peer_keys {
public:
  peer_keys(std::string_view cookie, const peer_identity& dialer, const peer_identity& listener);

  /// The dialer shows this first: who has not got the cookie learns nothing of the listener. `first` is the
  /// number of the first frame that is to come.
  std::string dialer_proof(std::uint64_t first) const;

  /// The answer; `seen` is the number of the last frame that has come.
  std::string listener_proof(std::uint64_t seen) const;

  std::string frame_seal(std::uint64_t number, std::string_view bytes) const;
  std::string ack_seal(std::uint64_t number) const;

private:
  std::string key_;
};

/// Takes the same time wherever they differ.
bool same_proof(std::string_view a, std::string_view b) noexcept;

} // namespace troupe::mqtt
