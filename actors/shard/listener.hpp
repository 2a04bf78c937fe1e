// The listener actor: one per configured address. It accepts sockets, deals them out to the shards in turn,
// and counts why connections ended.
#pragma once

#include "connection.hpp"
#include "pinned.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/limiter.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <string>

namespace troupe {

class listener final : public pinned<listener_actor> {
public:
  using acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol,
                                                      boost::asio::io_context::executor_type>;

  listener(caf::actor_config& config, shard& home, listener_context& context, acceptor socket);

  const char* name() const override { return "listener"; }
  behavior_type make_behavior() override;

  /// A listening socket for the configured address, or `error` says why there is none. The file of a Unix
  /// domain socket where nobody listens any more is replaced.
  static acceptor bind(boost::asio::io_context& io, const listener_settings& config, std::string& error);

  /// The port that it got, or 0.
  static std::uint16_t port_of(const acceptor& socket);

private:
  void shut();
  outcome restart();
  std::string bind_again();
  void accept_more();
  void accept_one();
  void rest(std::chrono::milliseconds how_long);
  void on_accept(boost::system::error_code failed, descriptor socket);
  void deal(descriptor socket);
  bool admits(const descriptor& socket) const;
  listener_info info() const;

  listener_context& context_;
  acceptor acceptor_;
  boost::asio::steady_timer rest_;
  mqtt::token_bucket rate_;
  std::size_t pending_ = 0; // operations
  bool resting_ = false;    // rest_ begins to accept again
  std::map<std::string, std::uint64_t> shutdown_count_;
  std::size_t next_shard_ = 0;
  mqtt::time_ms complained_at_ = 0;
};

} // namespace troupe
