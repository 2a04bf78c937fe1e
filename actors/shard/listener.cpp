#include "listener.hpp"

#include "../tls/tls_context.hpp"
#include "troupe/actors/log.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace troupe {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds retry_delay{100}; // when no descriptor is free
constexpr std::uint64_t most_turned_away = 64;        // connections of a full listener at once
constexpr mqtt::time_ms complaint_period = 10'000;    // between log lines about it

using local = asio::local::stream_protocol;
using error_code = boost::system::error_code;

// The file of a socket stays when its process dies. It may go if it is a socket that nobody answers at.
void remove_stale(asio::io_context& io, const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
    return;
  error_code failed;
  local::socket{io}.connect(local::endpoint{path}, failed);
  if (failed == asio::error::connection_refused)
    ::unlink(path.c_str());
}

void bind_local(listener::acceptor& to, asio::io_context& io, const listener_settings& config,
                error_code& failed) {
  remove_stale(io, config.path);
  to.open(local{}, failed);
  if (!failed)
    to.bind(local::endpoint{config.path}, failed);
  // Before anybody can connect.
  if (!failed && ::chmod(config.path.c_str(), config.socket_mode) != 0)
    failed.assign(errno, boost::system::system_category());
}

void bind_ip(listener::acceptor& to, const listener_settings& config, error_code& failed) {
  const auto ip = asio::ip::make_address(config.address, failed);
  const tcp::endpoint endpoint{ip, config.port};
  if (!failed)
    to.open(endpoint.protocol(), failed);
  if (!failed && config.reuseaddr)
    to.set_option(listener::acceptor::reuse_address{true}, failed);
  if (!failed && ip.is_v6() && !ip.is_unspecified())
    to.set_option(asio::ip::v6_only{true}, failed);
  if (!failed)
    to.bind(endpoint, failed);
}

// Connections inherit the sizes; a window scale must be known before they are made.
void set_buffers(listener::acceptor& to, const listener_settings& config, error_code& failed) {
  if (!failed && config.recbuf > 0)
    to.set_option(listener::acceptor::receive_buffer_size{static_cast<int>(config.recbuf)}, failed);
  if (!failed && config.sndbuf > 0)
    to.set_option(listener::acceptor::send_buffer_size{static_cast<int>(config.sndbuf)}, failed);
}

} // namespace

listener::listener(caf::actor_config& config, shard& home, listener_context& context, acceptor socket)
    : pinned(config, home),
      context_(context),
      acceptor_(std::move(socket)),
      rest_(home.io()),
      rate_(context.accept_rate, home.now()) {}

listener::behavior_type listener::make_behavior() {
  accept_more(); // this runs on the shard's thread, where the acceptor belongs
  return {
      [this](const connection_ended& m) { ++shutdown_count_[m.why]; },
      [this](const stop_listening&) {
        shut();
        rest_.cancel();
      },
      [this](const restart_listener&) { return restart(); },
      [this](const listener_query&) { return info(); },
  };
}

listener::acceptor listener::bind(asio::io_context& io, const listener_settings& config, std::string& error) {
  acceptor result{io};
  error_code failed;
  if (config.path.empty())
    bind_ip(result, config, failed);
  else
    bind_local(result, io, config, failed);
  set_buffers(result, config, failed);
  if (!failed)
    result.listen(config.backlog, failed);
  if (!failed)
    return result;
  error = failed.message();
  return acceptor{io}; // closed: one that is bound to nothing would fail at each accept
}

std::uint16_t listener::port_of(const acceptor& socket) {
  error_code failed;
  const auto endpoint = socket.local_endpoint(failed);
  if (failed)
    return 0;
  if (endpoint.data()->sa_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(endpoint.data())->sin6_port);
  if (endpoint.data()->sa_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(endpoint.data())->sin_port);
  return 0;
}

void listener::shut() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  if (!context_.config->path.empty())
    ::unlink(context_.config->path.c_str());
}

// The files of TLS come first: when they are not good the old ones, and the socket, stay. One with an address
// stays in any case: to bind it anew could fail, for the connections that it has accepted. A file may have
// gone.
outcome listener::restart() {
  if (context_.tls)
    if (auto error = context_.tls->reload(); !error.empty())
      return {102, std::move(error)};
  if (!acceptor_.is_open() || !context_.config->path.empty())
    if (auto error = bind_again(); !error.empty())
      return {102, std::move(error)};
  log::info("Restart {} listener on {} successfully.", context_.protocol, context_.listen_on);
  accept_more();
  return {};
}

std::string listener::bind_again() {
  shut();
  auto where = *context_.config;
  where.port = context_.port; // the same one, also where any would do
  std::string error;
  acceptor_ = bind(home().io(), where, error);
  if (!error.empty())
    log::error("[Listener] {} is closed: {}", context_.listen_on, error);
  return error;
}

// Each pending operation is one acceptor; with a rate there are no more of them than it lets in now. What
// comes meanwhile waits in the kernel's backlog.
void listener::accept_more() {
  if (resting_ || !acceptor_.is_open())
    return;
  const auto allowed = std::min<std::uint64_t>(context_.acceptors, rate_.available(home().now()));
  while (pending_ < allowed)
    accept_one();
  if (pending_ == 0)
    rest(std::chrono::milliseconds{rate_.wait(1, home().now())});
}

void listener::rest(std::chrono::milliseconds how_long) {
  if (std::exchange(resting_, true))
    return;
  rest_.expires_after(how_long);
  rest_.async_wait([this, self = caf::strong_actor_ptr{ctrl()}](boost::system::error_code cancelled) {
    resting_ = false;
    if (!cancelled)
      home().guarded([this] { accept_more(); });
  });
}

void listener::accept_one() {
  ++pending_;
  // The actor lives while an operation is pending: it holds a reference to itself.
  acceptor_.async_accept(
      [this, self = caf::strong_actor_ptr{ctrl()}](boost::system::error_code failed, auto socket) {
        home().guarded([&] {
          boost::system::error_code ignored;
          on_accept(failed, descriptor{failed ? -1 : socket.release(ignored)});
        });
      });
}

void listener::on_accept(boost::system::error_code failed, descriptor socket) {
  --pending_;
  if (!acceptor_.is_open())
    return;
  if (!failed) {
    rate_.take(1, home().now());
    deal(std::move(socket));
  } else if (failed != asio::error::connection_aborted && failed != asio::error::operation_aborted) {
    if (home().now() - complained_at_ >= complaint_period) {
      complained_at_ = home().now();
      log::warning("[Listener] {} cannot accept: {}", context_.listen_on, failed.message());
    }
    rest(retry_delay);
  }
  accept_more();
}

// Whether the rules let the peer's address in; one without an address is on this machine.
bool listener::admits(const descriptor& socket) const {
  if (context_.config->access.empty())
    return true;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return false;
  const auto address = ip_of(reinterpret_cast<const sockaddr*>(&peer));
  return !address || allows(context_.config->access, *address);
}

void listener::deal(descriptor socket) {
  home().node().gauges->accepted.fetch_add(1, std::memory_order_relaxed);
  if (!admits(socket)) {
    ++shutdown_count_["forbidden"];
    return;
  }
  const bool full = context_.connections.load(std::memory_order_relaxed) >= context_.max_connections;
  const bool can_tell = !context_.zone->channel.server_reference.empty() &&
                        context_.turned_away.load(std::memory_order_relaxed) < most_turned_away;
  if (full && !can_tell) {
    ++shutdown_count_["max_conns"];
    return;
  }
  if (context_.nodelay && context_.config->path.empty()) {
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
          shutdown_count_,
          "mqtt:" + std::string{to_string(context_.config->kind)} + ":" + context_.name};
}

} // namespace troupe
