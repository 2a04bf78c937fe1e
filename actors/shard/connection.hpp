// A connection as a value: what its layers need to go on when another shard serves it. The descriptor and the
// state above it travel together; nothing of it belongs to a thread.
#pragma once

#include "../tls/tls_session.hpp"
#include "troupe/mqtt/ip_network.hpp"
#include "troupe/mqtt/packet.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

struct sockaddr;

namespace troupe {

class websocket_state;

/// The IP address of a socket address; nothing when it is of another kind.
std::optional<mqtt::ip_address> ip_of(const sockaddr* address);

/// An open file descriptor with one owner, who closes it; or -1.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor();

  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_ = -1;
};

/// As CONNECT writes it.
constexpr const char* protocol_name(mqtt::protocol_version v) noexcept {
  return v == mqtt::protocol_version::v31 ? "MQIsdp" : "MQTT";
}

/// The peer's address as the API shows it: IPv4-mapped IPv6 as IPv4. A peer on a Unix domain socket is
/// 127.0.0.1, port 0: it is on this machine and has no address.
struct peer_address {
  std::string host;
  std::uint16_t port = 0;
};

/// What a PROXY header says of the client behind the proxy.
struct announced_peer {
  peer_address address;
  std::string common_name; // of the certificate that it showed to the proxy; empty: none
};

struct connection {
  descriptor socket;                          // connected
  std::unique_ptr<announced_peer> announced;  // null: the peer is who the kernel says
  tls_session tls;                            // null: none yet, or none at all
  std::shared_ptr<websocket_state> websocket; // null: none yet, or none at all
  bool opened = false; // `transport_owner::on_open` was called: there is no handshake to do any more
};

} // namespace troupe
