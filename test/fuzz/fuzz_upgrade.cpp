// Feeds the input to the parser of WebSocket upgrade requests: whatever it says, there is one whole answer.
#include "actors/shard/websocket_upgrade.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace troupe;
using troupe::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> input(data, data + size); // the sanitizer sees a read past its end
  static const websocket_settings defaults;
  static const websocket_settings strict = [] {
    websocket_settings s;
    s.fail_if_no_subprotocol = s.check_origin_enable = true;
    s.allow_origin_absence = false;
    return s;
  }();
  for (const auto* rules : {&defaults, &strict}) {
    const auto a = answer_upgrade({input.data(), input.size()}, *rules);
    const std::string& text = a.response;
    require(text.starts_with(a.accepted ? "HTTP/1.1 101 " : "HTTP/1.1 4"), "the status fits");
    require(text.find("\r\n\r\n") == text.size() - 4, "it is one head");
    require(a.accepted == (*a.detail == '\0'), "a refusal has a reason");
  }
  return 0;
}
