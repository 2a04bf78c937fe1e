// The dialing side of a link.
#include "../bridge/bridge_stream.hpp"
#include "../bridge/on_loop.hpp"
#include "troupe/actors/cluster.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/mqtt/peer_window.hpp"

#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::milliseconds first_pause{500};

class peer_link final : public on_loop<peer_link_actor, resilient<peer_link_actor>> {
public:
  peer_link(caf::actor_config& c, io_loop& loop, std::shared_ptr<io_loop> held,
            std::shared_ptr<const cluster_facts> facts, peer_link_settings settings, peer_link_events tell)
      : on_loop(c, loop),
        loop_(std::move(held)),
        facts_(std::move(facts)),
        settings_(std::move(settings)),
        tell_(std::move(tell)),
        timer_(loop.io()),
        pause_(std::min(first_pause, settings_.reconnect_interval)) {
    own_.cluster = facts_->config.name;
    own_.node = facts_->node;
    own_.link = settings_.name;
    own_.incarnation = mqtt::peer_incarnation();
  }

  const char* name() const override { return "peer_link"; }

  void on_exit() override {
    *self_ = nullptr;
    timer_.cancel();
    hang_up();
    tell_ = {};
  }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](const caf::down_msg& m) {
      if (entry_ && m.source == entry_.address())
        fail("the node is out of reach");
    });
    return {[this](send_batch& m) { send(std::move(m.bytes)); },
            [this](const connect_peer&) {
              if (phase_ == phase::idle)
                probe();
            }};
  }

private:
  enum class phase : std::uint8_t { idle, dialing, up };

  const cluster_settings& config() const noexcept { return facts_->config; }

  std::uint16_t port() const noexcept {
    return settings_.to.port != 0 ? settings_.to.port : config().client_port;
  }

  // A handler of this try only: what comes of an earlier one is too late.
  template <class F>
  auto of_this_try(F f) {
    return [weak = self_, tried = try_, f](auto&&... arguments) {
      if (auto* self = *weak; self != nullptr && self->try_ == tried)
        f(*self, arguments...);
    };
  }

  // -- dialing ----------------------------------------------------------------------------------------------

  // The middleman connects one by one, and waits for each as long as the kernel does: it is only asked for
  // hosts that answer.
  void probe() {
    timer_.cancel();
    phase_ = phase::dialing;
    probe_ = std::make_shared<bridge_stream>(
        home().io(), nullptr,
        bridge_stream::callbacks{of_this_try([](peer_link& l) { l.dial(); }), [](std::string_view) {}, [] {},
                                 of_this_try([](peer_link& l, const std::string& why) { l.fail(why); })});
    probe_->open(settings_.to.host, port(), config().connect_timeout);
  }

  void dial() {
    std::exchange(probe_, nullptr)->close();
    request(system().middleman().actor_handle(), config().connect_timeout, caf::connect_atom::value,
            settings_.to.host, port())
        .then(
            [this, tried = try_](const caf::node_id&, const caf::strong_actor_ptr& found,
                                 const std::set<std::string>& speaks) {
              if (tried == try_)
                greet(found, speaks);
            },
            failing("no node of a cluster answers"));
  }

  // An answer of the node, to this try.
  template <class Message>
  auto answering(void (peer_link::*with)(const Message&)) {
    return [this, tried = try_, with](const Message& m) {
      if (tried == try_)
        (this->*with)(m);
    };
  }

  // What CAF says of the error stands behind `what`.
  std::function<void(const caf::error&)> failing(const char* what) {
    return [this, tried = try_, what](const caf::error& e) {
      if (tried == try_)
        fail(std::string{what} + " (" + system().render(e) + ')');
    };
  }

  void greet(const caf::strong_actor_ptr& found, const std::set<std::string>& speaks) {
    if (!found || !system().assignable<peer_entry_actor>(speaks)) {
      fail("what listens there is no node of this version");
      return;
    }
    entry_ = caf::actor_cast<peer_entry_actor>(found);
    monitor(entry_);
    own_.nonce = mqtt::peer_nonce();
    request(entry_, config().authentication_timeout, peer_hello{own_})
        .then(answering(&peer_link::prove), failing("it does not greet"));
  }

  void prove(const peer_challenge& m) {
    if (!m.refused.empty()) {
      fail("the node refuses the link: " + m.refused);
      return;
    }
    if (auto why = mqtt::refuse_peer(own_, m.from); !why.empty()) {
      fail(why);
      return;
    }
    if (m.from.node != settings_.to.node) {
      fail("the node there is " + m.from.node);
      return;
    }
    keys_.emplace(config().cookie, own_, m.from);
    session_ = m.from.nonce;
    const auto first = window_.first();
    request(entry_, config().authentication_timeout, peer_proof{session_, first, keys_->dialer_proof(first)})
        .then(answering(&peer_link::stand), failing("it does not answer"));
  }

  void stand(const peer_welcome& w) {
    if (!w.refused.empty()) {
      fail("the node refuses the link: " + w.refused);
      return;
    }
    if (!mqtt::same_proof(w.proof, keys_->listener_proof(w.seen))) {
      fail("the node has another cookie (node.cookie)");
      return;
    }
    phase_ = phase::up;
    pause_ = std::min(first_pause, settings_.reconnect_interval);
    acknowledge(w.seen);
    for (const auto& frame : window_.frames())
      send_frame(frame);
    tell_.up();
  }

  void fail(const std::string& why) {
    hang_up();
    timer_.expires_after(pause_);
    timer_.async_wait([weak = self_](const boost::system::error_code& cancelled) {
      if (auto* self = *weak; self != nullptr && !cancelled && self->phase_ == phase::idle)
        self->probe();
    });
    pause_ = std::min(pause_ * 2, settings_.reconnect_interval);
    tell_.down(why);
  }

  // A handle is dead for good when its node was out of reach.
  void hang_up() {
    ++try_;
    phase_ = phase::idle;
    if (probe_)
      std::exchange(probe_, nullptr)->close();
    if (entry_)
      demonitor(entry_.address());
    entry_ = nullptr;
    keys_.reset();
  }

  // -- sending ----------------------------------------------------------------------------------------------

  void send(std::string bytes) {
    const auto& frame = window_.add(std::move(bytes));
    if (phase_ == phase::up)
      send_frame(frame);
  }

  void send_frame(const mqtt::peer_window::frame& frame) {
    request(entry_, config().call_receive_timeout,
            peer_frame{session_, frame.number, frame.bytes, keys_->frame_seal(frame.number, frame.bytes)})
        .then(answering(&peer_link::take), failing("it does not acknowledge"));
  }

  void take(const peer_ack& m) {
    if (!m.refused.empty())
      fail("the node refuses a batch: " + m.refused);
    else if (!mqtt::same_proof(m.seal, keys_->ack_seal(m.number)))
      fail("an acknowledgement is not the node's");
    else
      acknowledge(m.number);
  }

  void acknowledge(std::uint64_t number) {
    for (auto count = window_.acknowledge(number); count > 0; --count)
      tell_.delivered();
  }

  std::shared_ptr<io_loop> loop_;
  std::shared_ptr<const cluster_facts> facts_;
  const peer_link_settings settings_;
  peer_link_events tell_;
  mqtt::peer_identity own_;
  mqtt::peer_window window_;
  boost::asio::steady_timer timer_; // before the next try
  std::chrono::milliseconds pause_;
  std::shared_ptr<bridge_stream> probe_; // null: there is none
  peer_entry_actor entry_;               // null: there is none
  std::optional<mqtt::peer_keys> keys_;
  std::string session_; // the nonce of the other node
  std::uint64_t try_ = 0;
  phase phase_ = phase::idle;
  // Handlers that are to come may find that the link is gone.
  std::shared_ptr<peer_link*> self_ = std::make_shared<peer_link*>(this);
};

} // namespace

peer_link_actor spawn_peer_link(const std::shared_ptr<io_loop>& loop,
                                std::shared_ptr<const cluster_facts> facts, peer_link_settings settings,
                                peer_link_events tell) {
  return spawn_on_loop<peer_link>(*loop, loop, std::move(facts), std::move(settings), std::move(tell));
}

} // namespace troupe
