#include "troupe/mqtt/message_id.hpp"

#include <array>
#include <cstdio>

namespace troupe::mqtt {

std::string message_id(const message& m) {
  std::array<char, 33> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%016llX%016llX",
                    static_cast<unsigned long long>(m.timestamp()), static_cast<unsigned long long>(m.id()));
  return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace troupe::mqtt
