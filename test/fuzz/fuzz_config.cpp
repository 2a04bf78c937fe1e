// Any text is a configuration, or a list of mistakes.
#include "troupe/actors/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto loaded = troupe::load_settings(text, "fuzz.conf", {});
  if (loaded.errors.empty() && loaded.values.zones.size() < 2)
    __builtin_trap(); // external and internal always exist
  return 0;
}
