// Base64 with padding (RFC 4648 section 4), by OpenSSL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

std::string to_base64(std::string_view bytes);

/// Nothing for anything but the canonical form of at least one byte.
std::optional<std::string> from_base64(std::string_view text);

} // namespace troupe::mqtt
