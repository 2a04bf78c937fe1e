// CAF's middleman as Troupe uses it: it is not to be exhausted by whoever can reach its port.
#include "troupe/actors/cluster.hpp"
#include "troupe/mqtt/peer_batch.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include <algorithm>
#include <mutex>
#include <sys/socket.h>
#include <vector>

namespace troupe {

namespace {

namespace net = caf::io::network;

// A frame, with what stands around it.
constexpr std::size_t largest_payload = mqtt::largest_peer_batch + 16 * 1024;

// Of other nodes and to them.
constexpr std::size_t most_connections = 128;

// Those that are open. CAF ends a connection that falls silent, but not one that never says a word: if there
// are too many the oldest of these is ended, or else the new one. Any thread.
class connection_list {
public:
  void opened(net::native_socket socket) {
    const std::scoped_lock lock{mutex_};
    all_.push_back({socket, false});
    if (all_.size() <= most_connections)
      return;
    const auto mute = std::find_if(all_.begin(), all_.end(), [](const entry& e) { return !e.spoke; });
    ::shutdown(mute->socket, SHUT_RDWR);
    mute->spoke = true; // it is seen to
  }

  void spoke(net::native_socket socket) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = find(socket); found != all_.end())
      found->spoke = true;
  }

  // Before the socket is closed, and its number somebody else's.
  void closes(net::native_socket socket) {
    const std::scoped_lock lock{mutex_};
    if (const auto found = find(socket); found != all_.end())
      all_.erase(found);
  }

private:
  struct entry {
    net::native_socket socket;
    bool spoke; // it has sent a header
  };

  std::vector<entry>::iterator find(net::native_socket socket) {
    return std::find_if(all_.begin(), all_.end(), [=](const entry& e) { return e.socket == socket; });
  }

  std::mutex mutex_;
  std::vector<entry> all_; // in the order in which they came
};

// A connection that reads no payload of more than `largest_payload` bytes. CAF takes the size from the peer,
// up to 4 GB, and makes room before it looks at anything; told to read the size of a header instead it finds
// that the sizes differ, and closes the connection.
class bounded_scribe final : public net::scribe_impl {
public:
  bounded_scribe(net::default_multiplexer& home, net::native_socket socket,
                 std::shared_ptr<connection_list> all)
      : scribe_impl(home, socket), socket_(socket), all_(std::move(all)) {
    all_->opened(socket_);
  }
  ~bounded_scribe() override { all_->closes(socket_); }

  // First for a header, then for what it announces.
  void configure_read(caf::io::receive_policy::config wanted) override {
    if (++reads_ == 2)
      all_->spoke(socket_);
    if (wanted.second > largest_payload)
      wanted = caf::io::receive_policy::exactly(caf::io::basp::header_size);
    scribe_impl::configure_read(wanted);
  }

private:
  const net::native_socket socket_;
  std::shared_ptr<connection_list> all_;
  std::uint64_t reads_ = 0;
};

class bounded_multiplexer final : public net::default_multiplexer {
public:
  using default_multiplexer::default_multiplexer;

  caf::io::scribe_ptr new_scribe(net::native_socket socket) override {
    return caf::make_counted<bounded_scribe>(*this, socket, all_);
  }

private:
  std::shared_ptr<connection_list> all_ = std::make_shared<connection_list>();
};

template <class... Messages>
void add_messages(caf::actor_system_config& to, const char* const (&names)[sizeof...(Messages)]) {
  std::size_t i = 0;
  (to.add_message_type<Messages>(names[i++]), ...);
}

} // namespace

void load_cluster(caf::actor_system_config& to, const cluster_settings& config) {
  if (!config.enabled())
    return;
  to.load<caf::io::middleman, bounded_multiplexer>();
  add_messages<peer_hello, peer_challenge, peer_proof, peer_welcome, peer_frame, peer_ack>(
      to, {"peer_hello", "peer_challenge", "peer_proof", "peer_welcome", "peer_frame", "peer_ack"});
  to.set("middleman.app-identifiers",
         std::vector<std::string>{"troupe"}); // other programs of CAF are refused
  // Both are off by default, and a frozen node would never be missed.
  to.set("middleman.heartbeat-interval", caf::timespan{config.silence} / 4);
  to.set("middleman.connection-timeout", caf::timespan{config.silence});
}

std::shared_ptr<const cluster_facts> cluster_of(const settings& config) {
  if (!config.cluster.enabled())
    return nullptr;
  return std::make_shared<const cluster_facts>(cluster_facts{config.cluster, config.node.name});
}

} // namespace troupe
