#include "troupe/mqtt/ip_network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace troupe::mqtt {

namespace {

constexpr std::uint8_t mapped_bits = 96; // before the IPv4 part of a mapped address

bool is_v4(std::string_view text) { return text.find(':') == std::string_view::npos; }

} // namespace

std::optional<ip_address> parse_ip(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos)
    return {};
  std::copy(text.begin(), text.end(), copy.begin());
  ip_address result{};
  if (is_v4(text)) {
    result[10] = result[11] = 0xFF;
    if (::inet_pton(AF_INET, copy.data(), result.data() + 12) != 1)
      return {};
  } else if (::inet_pton(AF_INET6, copy.data(), result.data()) != 1) {
    return {};
  }
  return result;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const auto prefix = parse_ip(address);
  if (!prefix)
    return {};
  const unsigned offset = is_v4(address) ? mapped_bits : 0;
  unsigned bits = 128 - offset;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (error != std::errc{} || end != digits.data() + digits.size() || given > bits)
      return {};
    bits = given;
  }
  ip_network result;
  result.prefix_ = *prefix;
  result.bits_ = static_cast<std::uint8_t>(offset + bits);
  return result;
}

bool ip_network::contains(const ip_address& address) const noexcept {
  const std::size_t whole = bits_ / 8;
  if (!std::equal(prefix_.begin(), prefix_.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
    return false;
  const unsigned rest = bits_ % 8;
  return rest == 0 || ((prefix_[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

} // namespace troupe::mqtt
