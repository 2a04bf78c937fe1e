// Reads the PROXY header of a new connection from its socket, and not a byte behind it: what follows is for
// TLS or MQTT.
#pragma once

#include "connection.hpp"
#include "timer_wheel.hpp"
#include "troupe/mqtt/proxy_header.hpp"

#include <memory>
#include <span>
#include <string>

namespace troupe {

class socket_transport;

class proxy_intake final : public timer {
public:
  enum class state {
    waiting, // for more
    whole,
    bad,   // `detail` says why
    ended, // the peer closed
  };

  proxy_intake(socket_transport& to, mqtt::time_ms deadline) : to_(to), deadline_(deadline) {}

  mqtt::time_ms deadline() const noexcept { return deadline_; }

  /// Reads what there is, by way of `scratch`, which has room for the longest header.
  state read(int fd, std::span<char> scratch);

  /// What a whole header says; null when the socket's own address counts.
  std::unique_ptr<announced_peer> take();

  const char* detail() const noexcept { return detail_; }

private:
  void on_timer(mqtt::time_ms now) override; // its end

  socket_transport& to_;
  mqtt::time_ms deadline_;
  std::string held_;
  mqtt::proxy_header header_;
  const char* detail_ = "";
};

} // namespace troupe
