// The header that a proxy sends before a connection's own bytes: PROXY protocol versions 1 and 2
// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
#pragma once

#include "troupe/mqtt/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// What the proxy says of the connection.
struct proxy_header {
  std::string host; // the client's IP address, IPv4-mapped IPv6 as IPv4; empty: that of the socket counts
  std::uint16_t port = 0;  // the client's
  std::string common_name; // of the client's certificate, if the proxy had one and has verified it
};

/// The longest header of version 1, with its end of line, and the longest of version 2 that is accepted.
inline constexpr std::size_t max_proxy_header_v1 = 107;
inline constexpr std::size_t max_proxy_header = 4096;

/// Reads the header at the front of `input` into `out`. Asks for more until it is whole, never for more than
/// `max_proxy_header` bytes; everything else than a header is malformed from the first byte that differs.
/// A header of version 2 whose CRC-32C is wrong is malformed; it need not have one.
/// UNKNOWN and LOCAL connections, and those that did not come by IP, leave `host` empty.
decode_result parse_proxy_header(std::string_view input, proxy_header& out);

} // namespace troupe::mqtt
