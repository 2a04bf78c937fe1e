// Feeds the input to the decoder as a stream of packets, for each protocol version and both senders. What
// must hold: sizes are true, parts of a packet ask for more, and encoding and decoding again gives the same
// packet.
#include "../mqtt/packet_text.hpp"
#include "require.hpp"
#include "troupe/mqtt/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe::mqtt;
using troupe::mqtt::test::packet_text;
using troupe::test::require;

namespace {

/// Decodes a copy of exactly these bytes, so that the sanitizer sees a read past their end.
decode_status status_of(std::string_view bytes, const decode_options& options) {
  const std::vector<char> copy(bytes.begin(), bytes.end());
  packet out;
  return decode({copy.data(), copy.size()}, options, out).status;
}

/// Two places to split a whole packet at: behind half of it, and before its last byte.
void check_splits(std::string_view bytes, const decode_options& options) {
  for (const std::size_t n : {bytes.size() / 2, bytes.size() - 1})
    require(status_of(bytes.substr(0, n), options) == decode_status::need_more, "a part asks for more");
}

void check_round_trip(const packet& p, const decode_options& options) {
  buffer once;
  encode(p, options.version, once);
  decode_options unlimited = options;
  unlimited.max_packet_size = 0xFFFFFFFF; // another form of the packet can be longer
  packet back;
  const decode_result r = decode(once.view(), unlimited, back);
  require(r.status == decode_status::complete, "what was encoded is accepted");
  require(r.size == once.size(), "the encoding is one packet");
  require(packet_text::of(back) == packet_text::of(p), "the packet is the same");
  buffer twice;
  encode(back, options.version, twice);
  require(once.view() == twice.view(), "the encoding is the same");
}

void check_stream(std::string_view input, const decode_options& options) {
  packet out;
  while (!input.empty()) {
    const decode_result r = decode(input, options, out);
    switch (r.status) {
      case decode_status::need_more:
        require(r.size > input.size(), "more is more");
        require(r.size <= options.max_packet_size || r.size <= 5, "more is within the limit");
        return;
      case decode_status::malformed:
        require(is_error(r.reason) && *r.detail != '\0', "a refusal has a reason");
        return;
      case decode_status::complete: break;
    }
    require(r.size >= 2 && r.size <= input.size(), "the size is true");
    check_splits(input.substr(0, r.size), options);
    check_round_trip(out, options);
    input.remove_prefix(r.size);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> input(data, data + size);
  for (const protocol_version version : {protocol_version::v31, protocol_version::v311, protocol_version::v5})
    for (const bool from_client : {true, false}) {
      decode_options options;
      options.version = version;
      options.from_client = from_client;
      options.max_packet_size = 4096;
      check_stream({input.data(), input.size()}, options);
    }
  return 0;
}
