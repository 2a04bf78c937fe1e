// Feeds the input to the decoder of WebSocket frames whole and in pieces. What must hold: both give the same
// stream and end, nothing is written outside of the input, and every byte is accounted for.
#include "require.hpp"
#include "troupe/mqtt/websocket_frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace troupe::mqtt;
using troupe::test::require;

namespace {

/// All that a stream of frames comes to, as text.
std::string decode(std::string_view stream, std::size_t size) {
  websocket_decoder decoder{4096};
  std::string payload;
  std::string events;
  while (!stream.empty()) {
    std::vector<char> piece(stream.begin(),
                            stream.begin() + static_cast<std::ptrdiff_t>(std::min(size, stream.size())));
    stream.remove_prefix(piece.size());
    std::span<char> rest{piece};
    std::size_t written = 0;
    while (!rest.empty()) {
      const auto r = decoder.decode(rest, piece.data() + written);
      require(r.consumed > 0 && r.consumed <= rest.size(), "something is consumed");
      require(r.payload <= r.consumed, "no more comes out than goes in");
      require(r.control.size() <= 125, "control frames are small");
      written += r.payload;
      rest = rest.subspan(r.consumed);
      if (r.event == websocket_event::none)
        require(rest.empty(), "without an event all is consumed");
      else
        events.append(std::to_string(static_cast<int>(r.event)))
            .append(std::to_string(static_cast<int>(r.code)))
            .append(r.control);
      if (r.event == websocket_event::failure)
        require(*r.detail != '\0', "a failure has a reason");
      if (r.event == websocket_event::failure || r.event == websocket_event::close)
        return payload.append(piece.data(), written) + "|" + events;
    }
    payload.append(piece.data(), written);
  }
  return payload + "|" + events;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string stream(reinterpret_cast<const char*>(data), size);
  const auto whole = decode(stream, std::max<std::size_t>(size, 1));
  for (const std::size_t piece : {1, 3, 16})
    require(decode(stream, piece) == whole, "the pieces do not matter");
  return 0;
}
