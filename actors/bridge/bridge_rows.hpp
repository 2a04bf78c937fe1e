// Keys of the messages that bridges keep in the store: the bridge's name, a NUL, and the message's number in
// eight bytes, so that their order is that of the messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Before the keys of all messages of a bridge.
std::string bridge_row_prefix(std::string_view bridge);

std::string bridge_row_key(std::string_view bridge, std::uint64_t number);

/// The number in a key; nothing: it is not one of that bridge.
std::optional<std::uint64_t> bridge_row_number(std::string_view bridge, std::string_view key) noexcept;

} // namespace troupe
