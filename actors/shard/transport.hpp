// The byte stream of one connection, whatever carries it. Lives on its shard's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/uio.h>

namespace troupe {

class shard;

/// Who reads and writes the stream. The transport calls it on its shard's thread only.
class transport_owner {
public:
  /// Bytes from the peer, in order; they live during the call only.
  virtual void on_bytes(std::string_view bytes) = 0;

  /// The transport takes bytes again, after `send` took less than all.
  virtual void on_writable() = 0;

  /// The peer closed, or the connection broke. Nothing follows.
  virtual void on_end() = 0;

protected:
  ~transport_owner() = default;
};

/// The peer's address as the API shows it: IPv4-mapped IPv6 as IPv4.
struct peer_address {
  std::string host;
  std::uint16_t port = 0;
};

class transport {
public:
  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  /// Begins to read for `owner`, which stays valid until `close` or `release`.
  virtual void start(transport_owner& owner) = 0;

  /// Reads no more until `resume`: what the peer sends waits in its own kernel (back-pressure).
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// Writes at once what the socket takes and returns how many bytes that was. Less than all means that
  /// `on_writable` will be called. A broken connection takes everything; `on_end` follows.
  virtual std::size_t send(const iovec* parts, std::size_t count) = 0;

  /// Sends the end of the stream but goes on reading (and `on_bytes` discards) until the peer closes.
  virtual void shutdown_send() = 0;

  /// Closes. The owner is not called any more.
  virtual void close() = 0;

  /// Gives the socket away without closing it, or -1 when this kind of transport cannot. As `close`
  /// otherwise.
  virtual int release() = 0;

  virtual peer_address peer() const = 0;

  /// Socket reads so far (the API's `recv_cnt`).
  virtual std::uint64_t reads() const = 0;
};

/// A transport over a connected TCP socket, which it owns. Null when the socket cannot be used.
std::shared_ptr<transport> make_tcp_transport(shard& home, int descriptor);

} // namespace troupe
