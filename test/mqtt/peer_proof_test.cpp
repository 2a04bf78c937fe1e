// How nodes show each other that they have the same cookie.
#include "troupe/mqtt/peer_proof.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace troupe::mqtt;

namespace {

peer_identity identity(const std::string& node, const std::string& link = {}) {
  peer_identity out;
  out.cluster = "c";
  out.node = node;
  out.link = link;
  out.incarnation = 7;
  out.nonce = std::string(peer_nonce_size, node.front());
  return out;
}

const peer_identity dialer = identity("a@h", "l"), listener = identity("b@h");

} // namespace

BOOST_AUTO_TEST_SUITE(peer_proofs)

BOOST_AUTO_TEST_CASE(both_sides_make_the_same_of_the_same_cookie) {
  const peer_keys one{"cookie", dialer, listener}, other{"cookie", dialer, listener};
  BOOST_TEST(same_proof(one.dialer_proof(3), other.dialer_proof(3)));
  BOOST_TEST(same_proof(one.listener_proof(3), other.listener_proof(3)));
  BOOST_TEST(same_proof(one.frame_seal(3, "x"), other.frame_seal(3, "x")));
  BOOST_TEST(same_proof(one.ack_seal(3), other.ack_seal(3)));
}

BOOST_AUTO_TEST_CASE(no_proof_is_like_another) {
  const peer_keys keys{"cookie", dialer, listener};
  const std::set<std::string> all{keys.dialer_proof(1),    keys.dialer_proof(2),    keys.listener_proof(1),
                                  keys.listener_proof(2),  keys.ack_seal(1),        keys.ack_seal(2),
                                  keys.frame_seal(1, ""),  keys.frame_seal(1, "x"), keys.frame_seal(2, ""),
                                  keys.frame_seal(2, "x"), keys.frame_seal(1, "xy")};
  BOOST_TEST(all.size() == 11U);
}

BOOST_AUTO_TEST_CASE(whatever_differs_gives_another_proof) {
  const auto proof = peer_keys{"cookie", dialer, listener}.dialer_proof(1);
  BOOST_TEST(!same_proof(proof, peer_keys("cookiE", dialer, listener).dialer_proof(1)));
  BOOST_TEST(!same_proof(proof, peer_keys("", dialer, listener).dialer_proof(1)));
  BOOST_TEST(!same_proof(proof, peer_keys("cookie", listener, dialer).dialer_proof(1)));
  const auto with = [&](auto change) {
    auto changed = dialer;
    change(changed);
    return peer_keys{"cookie", changed, listener}.dialer_proof(1);
  };
  BOOST_TEST(!same_proof(proof, with([](peer_identity& who) { who.nonce.back() ^= 1; })));
  BOOST_TEST(!same_proof(proof, with([](peer_identity& who) { ++who.incarnation; })));
  BOOST_TEST(!same_proof(proof, with([](peer_identity& who) { ++who.protocol; })));
  BOOST_TEST(!same_proof(proof, with([](peer_identity& who) { who.cluster = "ca@h", who.node = ""; })));
  BOOST_TEST(!same_proof(proof, with([](peer_identity& who) { who.node = "a@", who.link = "hl"; })));
  BOOST_TEST(!same_proof(proof, proof.substr(1)));
  BOOST_TEST(!same_proof(proof, ""));
}

BOOST_AUTO_TEST_CASE(who_is_refused) {
  BOOST_TEST(refuse_peer(listener, dialer) == "");
  const auto why = [&](auto change) {
    auto changed = dialer;
    change(changed);
    return refuse_peer(listener, changed);
  };
  BOOST_TEST(why([](peer_identity& who) { who.protocol = 2; }) ==
             "it speaks version 2 of the links' protocol, and this node 1");
  BOOST_TEST(why([](peer_identity& who) { who.cluster = "other"; }) ==
             "it is of another cluster (cluster.name)");
  BOOST_TEST(why([](peer_identity& who) { who.node = "b@h"; }) == "it has this node's name (node.name)");
  BOOST_TEST(why([](peer_identity& who) { who.nonce.pop_back(); }) == "its nonce is not one");
  BOOST_TEST(why([](peer_identity& who) { who.link.assign(256, 'x'); }) == "its names are too long");
}

BOOST_AUTO_TEST_CASE(nonces_are_drawn) {
  BOOST_TEST(peer_nonce().size() == peer_nonce_size);
  BOOST_TEST(peer_nonce() != peer_nonce());
  BOOST_TEST(peer_incarnation() != peer_incarnation());
}

BOOST_AUTO_TEST_SUITE_END()
