// PROXY headers of version 2, right or wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::test {

inline std::string big_endian(std::size_t n, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(n >> shift);
  return text;
}

/// The header with this version and command, family and protocol, and what follows its length.
inline std::string proxy_v2(int command, int family, std::string_view body) {
  std::string bytes{"\r\n\r\n\0\r\nQUIT\n", 12};
  bytes += static_cast<char>(command);
  bytes += static_cast<char>(family);
  return bytes.append(big_endian(body.size(), 2)).append(body);
}

inline std::string tlv(int type, std::string_view value) {
  return std::string(1, static_cast<char>(type)).append(big_endian(value.size(), 2)).append(value);
}

/// The TLV of a TLS connection to the proxy whose client has a certificate with this common name.
inline std::string ssl_tlv(std::string_view common_name, int flags = 0x07, std::uint32_t verify = 0) {
  std::string value(1, static_cast<char>(flags));
  return tlv(0x20,
             value.append(big_endian(verify, 4)).append(tlv(0x21, "TLSv1.3")).append(tlv(0x22, common_name)));
}

/// From 203.0.113.7 port 40000 to 192.0.2.1 port 1883.
inline std::string proxy_v2_tcp4(std::string_view tlvs = {}) {
  return proxy_v2(0x21, 0x11,
                  std::string("\xCB\x00\x71\x07\xC0\x00\x02\x01\x9C\x40\x07\x5B", 12).append(tlvs));
}

} // namespace troupe::test
