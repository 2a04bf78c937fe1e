// IP addresses and networks: who connects, and rules about who may.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// An address in its IPv6 form; an IPv4 one is mapped (::ffff:a.b.c.d), so both kinds compare.
using ip_address = std::array<std::uint8_t, 16>;

/// `192.168.0.1`, `::1`; without a zone. Nothing for other text.
std::optional<ip_address> parse_ip(std::string_view text);

/// From its 4 bytes (IPv4) or 16 in network order.
ip_address ip_from_bytes(std::string_view bytes);

/// The canonical text; a mapped address as IPv4.
std::string to_string(const ip_address& address);

/// Addresses that share a prefix.
class ip_network {
public:
  /// `10.0.0.0/8`, `fd00::/8`, or a lone address. Bits behind the prefix are ignored. Nothing for other text.
  static std::optional<ip_network> parse(std::string_view text);

  bool contains(const ip_address& address) const noexcept;

  /// Its lowest address.
  const ip_address& first() const noexcept { return prefix_; }

  /// Bits of the IPv6 form that its addresses share, 0 to 128.
  unsigned bits() const noexcept { return bits_; }

private:
  ip_address prefix_{};   // zero behind the bits
  std::uint8_t bits_ = 0; // of the prefix
};

} // namespace troupe::mqtt
