// The file of pre-shared keys: any bytes are read or refused, and what is read keeps its bounds.
#include "actors/node/config/psk_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::config;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (char delimiter : {':', ' ', '='}) {
    const auto file = parse_psk_file(text, delimiter);
    if (!file.error.empty())
      continue;
    std::string again;
    for (const auto& [identity, secret] : file.keys) {
      if (identity.empty() || identity.size() > max_psk_identity || secret.empty() ||
          secret.size() > max_psk_secret)
        std::abort();
      again += identity + delimiter + secret + "\n";
    }
    if (parse_psk_file(again, delimiter).keys != file.keys)
      std::abort();
  }
  return 0;
}
