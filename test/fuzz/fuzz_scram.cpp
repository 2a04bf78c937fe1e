// The messages of a SCRAM client: the first, a line feed, and the last. Nobody may get in without the
// password.
#include "troupe/mqtt/scram.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace troupe::mqtt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const scram_users users = [] {
    scram_users made{4096, "secret"};
    made.add("user", "pencil");
    return made;
  }();
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto cut = text.find('\n');
  for (const auto hash : {scram_hash::sha1, scram_hash::sha256}) {
    scram_server server{hash, users};
    const auto answer = server.first(text.substr(0, cut), "server");
    if (answer.ok == answer.message.empty() || answer.ok != (*answer.error == '\0'))
      __builtin_trap();
    if (!answer.ok || cut == std::string_view::npos)
      continue;
    if (!scram_prepare(server.username()) || server.last(text.substr(cut + 1)).ok)
      __builtin_trap();
  }
  return 0;
}
