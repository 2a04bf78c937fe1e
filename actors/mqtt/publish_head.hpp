// What stands before the payload of a PUBLISH of 3.x that is too large to be kept as a whole.
#pragma once

#include "troupe/mqtt/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::mqtt {

struct publish_head {
  decode_result result;    // if complete its `size` is the head's, fixed header included
  std::size_t payload = 0; // bytes behind the head
  std::string topic;
  qos level = qos::at_most_once;
  std::uint16_t packet_id = 0; // 0 when QoS is 0
};

/// Reads the head of the PUBLISH at the front of `input`, of which `decode` says that it is too large: its
/// fixed header is whole and well-formed. As strict as `decode`. A head has 65,544 bytes at most.
publish_head decode_publish_head(std::string_view input, protocol_version version);

} // namespace troupe::mqtt
