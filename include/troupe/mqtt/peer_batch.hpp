// Messages as the bytes that travel between nodes together.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// The bytes of the largest message that a link carries: those of a payload of 1 MB, as mqtt.max_packet_size
/// has it, and room for what stands beside it. Links send in pieces that hold up nobody for long.
inline constexpr std::size_t largest_peer_message = 1024 * 1024 + 192 * 1024;

/// A batch of this size takes no more messages.
inline constexpr std::size_t full_peer_batch = 256 * 1024;

/// So no batch has more bytes than this; one that has is refused.
inline constexpr std::size_t largest_peer_batch = full_peer_batch + largest_peer_message + 4;

/// Appends a message: its size in four bytes in network order, and the bytes of `encode_stored`. False, and
/// nothing is appended, when it is larger than a link carries.
bool append_to_batch(std::string& batch, const message& m);

/// The messages of a batch in order, whatever made the bytes; nothing: they are none. Those of a peer are no
/// system messages here.
std::optional<std::vector<message_ptr>> decode_batch(std::string_view bytes);

} // namespace troupe::mqtt
