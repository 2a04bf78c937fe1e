// The HTTP request that begins a WebSocket connection, and its answer (RFC 6455 section 4.2, MQTT 5.0 section
// 6).
#pragma once

#include "troupe/actors/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Bytes of a request at most, with the blank line at its end.
inline constexpr std::size_t max_upgrade_request = 8192;

struct upgrade_answer {
  bool accepted = false;   // frames follow; else the connection ends
  std::string response;    // for the peer
  const char* detail = ""; // why not: a constant text for the log
  // Who the client is, as the proxy's headers say that `proxy_address_header` and `proxy_port_header` name;
  // nothing where none is named, none is there, or it is malformed, which `doubt` tells (a constant text).
  std::optional<std::string> client_host; // as peer_address has it
  std::optional<std::uint16_t> client_port;
  const char* doubt = "";
};

/// Answers a request that is complete up to its blank line: 101, or
/// 400 for bad HTTP, a bad handshake, and no subprotocol that is supported [MQTT-6.0.0-3], 403 for an origin
/// that is not allowed, 404 for another path, 426 for another version or no WebSocket at all.
upgrade_answer answer_upgrade(std::string_view request, const websocket_settings& rules);

/// The answer to a request that cannot be one (400), or is too long (431).
upgrade_answer refuse_upgrade(int status, const char* detail);

/// Whether bytes that come first on a connection may begin a request.
bool may_begin_upgrade(char first) noexcept;

} // namespace troupe
