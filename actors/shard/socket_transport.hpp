// What the transports directly over a socket share: the socket itself, who is at its other end, and waiting.
#pragma once

#include "proxy_intake.hpp"
#include "readable_wait.hpp"
#include "shard.hpp"
#include "transport.hpp"

namespace troupe {

class socket_transport : public transport, public std::enable_shared_from_this<socket_transport> {
public:
  void start(transport_owner& owner) final;
  void pause() final { paused_ = true; }
  void close() override;
  std::unique_ptr<connection> release() override;
  peer_address peer() const final;
  std::unique_ptr<peer_certificate> certificate() const override;
  std::uint64_t reads() const final { return reads_; }

protected:
  using socket_type = waiting_socket;

  /// Takes the connection over; throws when its descriptor is no socket. A new one has `proxy_timeout` for
  /// its PROXY header; 0: it has none.
  socket_transport(shard& home, connection& from, milliseconds proxy_timeout);
  ~socket_transport() override = default;

  /// Goes on from `start`, with owner_ set: calls `opened`, perhaps after a handshake, and reads.
  virtual void begin() = 0;

  /// Tells the owner that it may begin.
  void opened();

  /// Tells the owner of the end, but not from within `send`: its caller is in the middle of something.
  void report_end(const char* why);

  /// Calls `on_socket_writable` once the socket takes more.
  void wait_writable();
  virtual void on_socket_writable() { owner_->on_writable(); }

  shard& home_;
  transport_owner* owner_ = nullptr; // null: closed
  std::uint64_t reads_ = 0;
  std::unique_ptr<announced_peer> announced_;
  socket_type socket_;
  bool opened_ = false;
  bool paused_ = false;

private:
  friend proxy_intake;

  void wait_for_proxy();
  void read_proxy();
  void end_proxy(const char* why);

  std::unique_ptr<proxy_intake> proxy_; // until the PROXY header is there
  bool waiting_writable_ = false;
};

/// These throw when the descriptor cannot be used.
std::shared_ptr<transport> make_tcp_transport(shard& home, connection& from, milliseconds proxy_timeout);
std::shared_ptr<transport> make_tls_transport(shard& home, const tls_context& context, connection& from,
                                              milliseconds proxy_timeout);

} // namespace troupe
