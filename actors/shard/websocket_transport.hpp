// MQTT in WebSocket frames, over whatever transport carries those.
#pragma once

#include "transport.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/mqtt/websocket_frame.hpp"

#include <memory>
#include <optional>

namespace troupe {

/// What an upgraded connection takes along to another shard.
class websocket_state {
public:
  explicit websocket_state(std::uint64_t max_frame_size) : decoder(max_frame_size) {}

  mqtt::websocket_decoder decoder;
  mqtt::websocket_encoder encoder;
  std::optional<peer_address>
      client; // as a proxy's HTTP headers say; nothing: whom the transport below knows
  std::optional<mqtt::websocket_code> end; // the client's frames are over: to be answered by closing with it
  bool failed = false;                     // because it broke a rule
};

/// A transport over `below`, which is not started yet. Without a `state` it first does the HTTP upgrade, for
/// which the client has `handshake_timeout`.
std::shared_ptr<transport> make_websocket_transport(shard& home, const websocket_settings& rules,
                                                    milliseconds handshake_timeout,
                                                    std::shared_ptr<transport> below,
                                                    std::shared_ptr<websocket_state> state);

} // namespace troupe
