// Where the links of other nodes arrive.
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/directory.hpp" // home_shard
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp" // publish_messages
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/peer_batch.hpp"
#include "troupe/mqtt/peer_window.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace troupe {

namespace {

using mqtt::peer_identity;

constexpr std::size_t most_handshakes = 64; // under way; then the oldest is forgotten
constexpr mqtt::time_ms longest_handshake = 10'000;

// Known links; beyond them one may begin only in the place of one that has been silent for a while.
constexpr std::size_t most_links = 256;
constexpr mqtt::time_ms silent_link = 60'000;

class peer_entry final : public resilient<peer_entry_actor> {
public:
  peer_entry(caf::actor_config& c, cluster_facts facts, std::vector<router_actor> routers)
      : resilient<peer_entry_actor>(c), facts_(std::move(facts)), routers_(std::move(routers)) {}

  const char* name() const override { return "peer_entry"; }

  void on_exit() override { routers_.clear(); }

protected:
  behavior_type make_behavior() override {
    return {[this](const peer_hello& m) { return greet(m); },
            [this](const peer_proof& m) { return admit(m); },
            [this](const peer_frame& m) { return take(m); }};
  }

private:
  struct handshake {
    peer_identity dialer, own;
    mqtt::time_ms begun;
  };
  struct link {
    std::string session; // the nonce of this node
    mqtt::peer_keys keys;
    mqtt::peer_progress progress;
    mqtt::time_ms heard;
    router_actor through; // one for all of a link's messages, which keeps their order
  };
  using link_name = std::pair<std::string, std::string>; // the node's, and the link's there

  // Whoever can reach the port causes these.
  void complain(const std::string& node, const std::string& why) {
    if (lines_.next(now_ms()))
      log::warning("[Cluster] a link from {} is refused: {}", node.empty() ? "a node" : log::printable(node),
                   log::printable(why));
  }

  // -- how a link begins ------------------------------------------------------------------------------------

  peer_challenge greet(const peer_hello& m) {
    peer_challenge answer;
    answer.from.cluster = facts_.config.name;
    answer.from.node = facts_.node;
    answer.from.incarnation = incarnation_;
    answer.refused = mqtt::refuse_peer(answer.from, m.from);
    if (!answer.refused.empty()) {
      complain(m.from.node.substr(0, mqtt::longest_peer_name), answer.refused);
      return answer;
    }
    answer.from.nonce = mqtt::peer_nonce();
    if (handshakes_.size() == most_handshakes)
      handshakes_.pop_front();
    handshakes_.push_back({m.from, answer.from, steady_ms()});
    return answer;
  }

  peer_welcome admit(const peer_proof& m) {
    const auto found = std::find_if(handshakes_.begin(), handshakes_.end(),
                                    [&](const handshake& h) { return h.own.nonce == m.nonce; });
    if (found == handshakes_.end())
      return refused<peer_welcome>({}, "it has not said hello, or too long ago");
    const auto with = std::move(*found); // a nonce is good for one proof
    handshakes_.erase(found);
    const auto now = steady_ms();
    if (now - with.begun > longest_handshake)
      return refused<peer_welcome>(with.dialer.node, "it has taken too long");
    mqtt::peer_keys keys{facts_.config.cookie, with.dialer, with.own};
    if (!mqtt::same_proof(m.proof, keys.dialer_proof(m.first)))
      return refused<peer_welcome>(with.dialer.node, "it has another cookie (node.cookie)");
    const link_name name{with.dialer.node, with.dialer.link};
    if (!make_room(name, now))
      return refused<peer_welcome>(with.dialer.node, "there are too many links");
    auto old = links_.extract(name);
    link next{with.own.nonce, std::move(keys), {}, now, routers_[home_shard(name.first, routers_.size())]};
    if (old)
      next.progress = old.mapped().progress;
    next.progress.resume(with.dialer.incarnation, m.first);
    peer_welcome answer;
    answer.seen = next.progress.last();
    answer.proof = next.keys.listener_proof(answer.seen);
    links_.emplace(name, std::move(next));
    log::info("[Cluster] {} has linked ({})", log::printable(name.first), log::printable(name.second));
    return answer;
  }

  template <class Answer>
  Answer refused(const std::string& node, const char* why) {
    complain(node, why);
    Answer answer;
    answer.refused = why;
    return answer;
  }

  bool make_room(const link_name& wanted, mqtt::time_ms now) {
    if (links_.size() < most_links || links_.contains(wanted))
      return true;
    const auto oldest = std::min_element(links_.begin(), links_.end(), [](const auto& a, const auto& b) {
      return a.second.heard < b.second.heard;
    });
    if (now - oldest->second.heard < silent_link)
      return false;
    links_.erase(oldest);
    return true;
  }

  // -- what it carries --------------------------------------------------------------------------------------

  caf::result<peer_ack> take(const peer_frame& m) {
    const auto found =
        std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.second.session == m.link; });
    if (found == links_.end())
      return refused<peer_ack>({}, "there is no such link");
    auto& [name, at] = *found;
    if (!mqtt::same_proof(m.seal, at.keys.frame_seal(m.number, m.bytes)))
      return refused<peer_ack>(name.first, "a batch is not its node's");
    auto messages = mqtt::decode_batch(m.bytes);
    if (!messages)
      return refused<peer_ack>(name.first, "a batch cannot be read");
    at.heard = steady_ms();
    const auto verdict = at.progress.take(m.number);
    if (verdict == mqtt::peer_progress::verdict::gap)
      return refused<peer_ack>(name.first, "a batch is missing");
    if (verdict == mqtt::peer_progress::verdict::known)
      messages->clear(); // the router has it before this, and answers when it is published
    auto promise = make_response_promise<peer_ack>();
    request(at.through, caf::infinite, publish_messages{std::move(*messages)})
        .then([promise, ack = peer_ack{m.number, at.keys.ack_seal(m.number), {}}](
                  const published&) mutable { promise.deliver(std::move(ack)); },
              [](const caf::error&) {}); // the broker ends
    return promise;
  }

  const cluster_facts facts_;
  std::vector<router_actor> routers_;
  const std::uint64_t incarnation_ = mqtt::peer_incarnation();
  std::deque<handshake> handshakes_;
  std::map<link_name, link> links_;
  log_limiter lines_;
};

} // namespace

peer_entry_actor open_entry(caf::actor_system& system, const cluster_facts& facts,
                            std::vector<router_actor> routers, std::string& error) {
  const auto& config = facts.config;
  if (config.listen != cluster_settings::listening::address)
    return {};
  auto entry = system.spawn<peer_entry>(facts, std::move(routers));
  const auto port = config.port != 0 ? config.port : config.server_port;
  const auto bound = system.middleman().publish(entry, port, config.address.c_str(), true);
  if (bound) {
    log::info("[Cluster] {} takes links on {}:{}", facts.node, config.address, *bound);
    return entry;
  }
  error = "cannot listen on " + config.address + ":" + std::to_string(port) +
          " (cluster.listen): " + system.render(bound.error());
  caf::anon_send_exit(entry, caf::exit_reason::user_shutdown);
  return {};
}

void close_entry(caf::actor_system& system, const peer_entry_actor& entry) {
  if (!entry)
    return;
  system.middleman().unpublish(entry);
  caf::anon_send_exit(entry, caf::exit_reason::user_shutdown);
}

} // namespace troupe
