// The byte stream of one connection, whatever carries it. Lives on its shard's thread.
//
// Transports are stacked: one over the socket (TCP or TLS, socket_transport.hpp), which also reads a PROXY
// header, and perhaps WebSocket over that one. Each is the owner of the one below.
#pragma once

#include "../tls/peer_certificate.hpp"
#include "connection.hpp"
#include "warm_up.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/uio.h>

namespace troupe {

class shard;
struct listener_context;

/// Who reads and writes the stream. The transport calls it on its shard's thread only.
class transport_owner {
public:
  /// All handshakes are done: bytes can flow, `peer` and `certificate` are final. Comes once, before
  /// `on_bytes` and `on_writable`, perhaps from within `start`.
  virtual void on_open() = 0;

  /// Bytes from the peer, in order; they live during the call only, and a layer may decode them in place. Not
  /// from within `start` or `resume`.
  virtual void on_bytes(std::string_view bytes) = 0;

  /// The transport takes bytes again, after `send` took less than all.
  virtual void on_writable() = 0;

  /// The peer closed, the connection broke, or a handshake failed or took too long. Nothing follows. `why` is
  /// a word of reference/observability.md section 5 with static storage.
  virtual void on_end(const char* why) = 0;

protected:
  ~transport_owner() = default;
};

class transport {
public:
  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  /// Does the handshakes and begins to read for `owner`, which stays valid until `close` or `release`.
  virtual void start(transport_owner& owner) = 0;

  /// Reads no more until `resume`: what the peer sends waits in its own kernel (back-pressure).
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// Writes at once what the transport takes and returns how many bytes that was. Less than all means that
  /// `on_writable` will be called, and that the next `send` must begin with the bytes that were not taken: a
  /// layer may have encoded them already. A broken connection takes everything; `on_end` follows.
  virtual std::size_t send(const iovec* parts, std::size_t count) = 0;

  /// Whether the peer is to be told of the end, by `shutdown_send`, and closes then; also after `on_end`,
  /// which then comes a second time.
  virtual bool lingers() const { return false; }

  /// Sends the end of the stream but goes on reading (and `on_bytes` discards) until the peer closes.
  virtual void shutdown_send() = 0;

  /// Closes. The owner is not called any more.
  virtual void close() = 0;

  /// Takes the connection out, to go on where it stands with `make_transport` on another shard: not before
  /// `on_open`, and also from within `on_bytes`, whose bytes the owner has then taken all. Null when it
  /// cannot. As `close` otherwise.
  virtual std::unique_ptr<connection> release() = 0;

  virtual peer_address peer() const = 0;

  /// Null when the peer has shown none.
  virtual std::unique_ptr<peer_certificate> certificate() const = 0;

  /// What it fetches before it reads; null: nothing.
  virtual warm_up* next_input() noexcept { return nullptr; }

  /// Socket reads so far (the API's `recv_cnt`).
  virtual std::uint64_t reads() const = 0;
};

/// The transports that `listener` is configured for, over a connection that it has accepted or that another
/// shard has released. Null when the socket cannot be used.
std::shared_ptr<transport> make_transport(shard& home, const listener_context& listener, connection from);

/// Logs what a peer does wrong below MQTT, such as "[TLS]"; within the shard's bound of such lines.
void log_problem(shard& home, std::string_view layer, const peer_address& peer, std::string_view what);

} // namespace troupe
