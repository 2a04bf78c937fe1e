#include "listener.hpp"

#include "troupe/actors/log.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <caf/send.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

namespace troupe {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds retry_delay{100}; // when no descriptor is free
constexpr std::uint64_t most_turned_away = 64;        // connections of a full listener at once

} // namespace

listener::listener(caf::actor_config& config, shard& home, listener_context& context, acceptor socket)
    : pinned(config, home), context_(context), acceptor_(std::move(socket)), retry_(home.io()) {}

listener::behavior_type listener::make_behavior() {
  // Runs on the shard's thread, where the acceptor belongs. Each pending operation is one acceptor.
  for (std::size_t i = 0; i < context_.acceptors; ++i)
    accept_one();
  return {
      [this](const connection_ended& m) { ++shutdown_count_[m.why]; },
      [this](const stop_listening&) {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        retry_.cancel();
      },
      [this](const listener_query&) { return info(); },
  };
}

listener::acceptor listener::bind(asio::io_context& io, const std::string& address, std::uint16_t port,
                                  int backlog, bool reuse_address, std::string& error) {
  acceptor result{io};
  boost::system::error_code failed;
  const auto ip = asio::ip::make_address(address, failed);
  const tcp::endpoint endpoint{ip, port};
  if (!failed)
    result.open(endpoint.protocol(), failed);
  if (!failed && reuse_address)
    result.set_option(acceptor::reuse_address{true}, failed);
  if (!failed && ip.is_v6() && !ip.is_unspecified())
    result.set_option(asio::ip::v6_only{true}, failed);
  if (!failed)
    result.bind(endpoint, failed);
  if (!failed)
    result.listen(backlog, failed);
  if (failed)
    error = failed.message();
  return result;
}

void listener::accept_one() {
  // The actor lives while an operation is pending: it holds a reference to itself.
  acceptor_.async_accept(
      [this, self = caf::strong_actor_ptr{ctrl()}](boost::system::error_code failed, tcp::socket socket) {
        home().guarded([&] {
          boost::system::error_code ignored;
          on_accept(failed, descriptor{failed ? -1 : socket.release(ignored)});
        });
      });
}

void listener::on_accept(boost::system::error_code failed, descriptor socket) {
  if (!acceptor_.is_open())
    return;
  if (!failed) {
    complained_ = false;
    deal(std::move(socket));
    accept_one();
    return;
  }
  if (failed == asio::error::connection_aborted) {
    accept_one();
    return;
  }
  if (!std::exchange(complained_, true)) // once, not ten times a second
    log::warning("[Listener] {} cannot accept: {}", context_.listen_on, failed.message());
  if (starved_++ > 0)
    return; // the others wait already
  retry_.expires_after(retry_delay);
  retry_.async_wait([this, self = caf::strong_actor_ptr{ctrl()}](boost::system::error_code cancelled) {
    for (auto n = std::exchange(starved_, 0); n > 0 && !cancelled; --n)
      home().guarded([this] { accept_one(); });
  });
}

void listener::deal(descriptor socket) {
  const bool full = context_.connections.load(std::memory_order_relaxed) >= context_.max_connections;
  const bool can_tell = !context_.zone->channel.server_reference.empty() &&
                        context_.turned_away.load(std::memory_order_relaxed) < most_turned_away;
  if (full && !can_tell) {
    ++shutdown_count_["max_conns"];
    return;
  }
  if (context_.nodelay) {
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  auto& gauge = full ? context_.turned_away : context_.connections;
  gauge.fetch_add(1, std::memory_order_relaxed); // the connection's client takes it back
  auto& routers = home().node().actors.routers;
  adopt_socket m;
  m.stream = std::make_shared<connection>();
  m.stream->socket = std::move(socket);
  m.listener = context_.index;
  m.turn_away = full;
  caf::anon_send(routers[next_shard_++ % routers.size()], std::move(m));
}

listener_info listener::info() const {
  return {context_.protocol,
          context_.listen_on,
          context_.acceptors,
          context_.max_connections,
          context_.connections.load(std::memory_order_relaxed),
          shutdown_count_};
}

} // namespace troupe
