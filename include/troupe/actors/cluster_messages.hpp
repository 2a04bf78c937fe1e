// Messages between nodes (architecture section 6), and the interface of the one actor that a node shows to
// others. They travel by CAF's BASP: every member is in `inspect`, and every type in `load_cluster`.
#pragma once

#include "troupe/actors/wire_message.hpp"
#include "troupe/mqtt/peer_proof.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

namespace troupe {

namespace mqtt {

template <class Inspector>
auto inspect(Inspector& f, peer_identity& x) {
  return f(x.protocol, x.cluster, x.node, x.link, x.incarnation, x.nonce);
}

} // namespace mqtt

// -- how a link begins (troupe/mqtt/peer_proof.hpp) ------------------------------------------------------

/// From the node that dials: who it is.
struct peer_hello {
  mqtt::peer_identity from;
};

struct peer_challenge {
  mqtt::peer_identity from;
  std::string refused; // why; empty: go on
};

/// It has the cookie, and is about to send frame `first`.
struct peer_proof {
  std::string nonce; // of the challenge
  std::uint64_t first = 0;
  std::string proof;
};

struct peer_welcome {
  std::uint64_t seen = 0; // the last frame that has come
  std::string proof;
  std::string refused; // why; empty: the link stands
};

// -- what it carries -------------------------------------------------------------------------------------

/// A batch of messages (troupe/mqtt/peer_batch.hpp).
struct peer_frame {
  std::string link; // the nonce of its challenge
  std::uint64_t number = 0;
  std::string bytes;
  std::string seal;
};

/// They have been published.
struct peer_ack {
  std::uint64_t number = 0;
  std::string seal;
  std::string refused; // why; empty: they have. Else the link is to be made anew.
};

template <class Inspector>
auto inspect(Inspector& f, peer_hello& x) {
  return f(x.from);
}
template <class Inspector>
auto inspect(Inspector& f, peer_challenge& x) {
  return f(x.from, x.refused);
}
template <class Inspector>
auto inspect(Inspector& f, peer_proof& x) {
  return f(x.nonce, x.first, x.proof);
}
template <class Inspector>
auto inspect(Inspector& f, peer_welcome& x) {
  return f(x.seen, x.proof, x.refused);
}
template <class Inspector>
auto inspect(Inspector& f, peer_frame& x) {
  return f(x.link, x.number, x.bytes, x.seal);
}
template <class Inspector>
auto inspect(Inspector& f, peer_ack& x) {
  return f(x.number, x.seal, x.refused);
}

/// One per node that listens: where the links of other nodes arrive. What else nodes tell each other is to
/// come here.
using peer_entry_actor =
    caf::typed_actor<caf::replies_to<peer_hello>::with<peer_challenge>, // from a link of another node
                     caf::replies_to<peer_proof>::with<peer_welcome>,   // likewise
                     caf::replies_to<peer_frame>::with<peer_ack>>;      // likewise

// -- within a node ---------------------------------------------------------------------------------------

/// To a link: a batch of messages for the other node. Its owner is told when it has been published there.
struct send_batch {
  std::string bytes;
};

/// To a link: try now, rather than after the pause.
struct connect_peer {};

/// To the keeper of the links to the seeds: what became of one.
struct seed_news {
  std::size_t seed = 0; // its number
  bool up = false;
  std::string why; // it is not
};

/// One per link, on the thread of an io_loop.
using peer_link_actor = caf::typed_actor<caf::reacts_to<send_batch>,    // from its owner
                                         caf::reacts_to<connect_peer>>; // from its owner

/// One per node that has seeds.
using seeds_actor = caf::typed_actor<caf::reacts_to<seed_news>>; // from its links

} // namespace troupe

TROUPE_WIRE_MESSAGE(peer_hello)
TROUPE_WIRE_MESSAGE(peer_challenge)
TROUPE_WIRE_MESSAGE(peer_proof)
TROUPE_WIRE_MESSAGE(peer_welcome)
TROUPE_WIRE_MESSAGE(peer_frame)
TROUPE_WIRE_MESSAGE(peer_ack)
TROUPE_LOCAL_MESSAGE(send_batch)
TROUPE_LOCAL_MESSAGE(connect_peer)
TROUPE_LOCAL_MESSAGE(seed_news)
