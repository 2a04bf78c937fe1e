// The file loaded_plugins: whatever it holds, it is read or refused, and what was read is written and read
// again.
#include "actors/plugins/loaded_plugins.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const auto first = parse_loaded_plugins({reinterpret_cast<const char*>(data), size});
  const auto second = parse_loaded_plugins(format_loaded_plugins(first.plugins));
  bool same = second.error.empty() && second.plugins.size() == first.plugins.size();
  for (std::size_t i = 0; same && i < first.plugins.size(); ++i)
    same = first.plugins[i].name == second.plugins[i].name &&
           first.plugins[i].loaded == second.plugins[i].loaded;
  test::require(same, "what is written is read again");
  return 0;
}
