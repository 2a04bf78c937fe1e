#include "troupe/mqtt/ip_network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstddef>

namespace troupe::mqtt {

namespace {

constexpr std::size_t v4_size = 4; // bytes
// Before the IPv4 part of a mapped address.
constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_v4(std::string_view text) { return text.find(':') == std::string_view::npos; }

} // namespace

std::optional<ip_address> parse_ip(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos)
    return {};
  std::copy(text.begin(), text.end(), copy.begin());
  const bool v4 = is_v4(text);
  std::array<char, 16> bytes{};
  if (::inet_pton(v4 ? AF_INET : AF_INET6, copy.data(), bytes.data()) != 1)
    return {};
  return ip_from_bytes({bytes.data(), v4 ? v4_size : bytes.size()});
}

ip_address ip_from_bytes(std::string_view bytes) {
  ip_address result{};
  if (bytes.size() == v4_size)
    std::copy(mapped.begin(), mapped.end(), result.begin());
  std::copy(bytes.begin(), bytes.end(), result.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return result;
}

std::string to_string(const ip_address& address) {
  const bool v4 = std::equal(mapped.begin(), mapped.end(), address.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? mapped.size() : 0), text.data(),
                     text.size());
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const auto prefix = parse_ip(address);
  if (!prefix)
    return {};
  const auto offset = static_cast<unsigned>(is_v4(address) ? 8 * mapped.size() : 0);
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
  result.bits_ = static_cast<std::uint8_t>(offset + bits);
  for (unsigned i = 0; i < result.prefix_.size(); ++i) {
    const unsigned kept = std::min(8U, result.bits_ - std::min<unsigned>(result.bits_, 8 * i));
    result.prefix_[i] = static_cast<std::uint8_t>((*prefix)[i] & (0xFF00U >> kept));
  }
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
