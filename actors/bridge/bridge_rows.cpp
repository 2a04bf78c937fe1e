#include "bridge_rows.hpp"

namespace troupe {

namespace {

constexpr std::size_t number_size = 8;

} // namespace

std::string bridge_row_prefix(std::string_view bridge) {
  std::string out{bridge};
  out.push_back('\0');
  return out;
}

std::string bridge_row_key(std::string_view bridge, std::uint64_t number) {
  auto out = bridge_row_prefix(bridge);
  for (unsigned shift = 8 * number_size; shift > 0; shift -= 8)
    out.push_back(static_cast<char>(number >> (shift - 8)));
  return out;
}

std::optional<std::uint64_t> bridge_row_number(std::string_view bridge, std::string_view key) noexcept {
  if (key.size() != bridge.size() + 1 + number_size || !key.starts_with(bridge) || key[bridge.size()] != '\0')
    return {};
  std::uint64_t number = 0;
  for (const char c : key.substr(bridge.size() + 1))
    number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

} // namespace troupe
