// HTTP Basic authentication (RFC 7617).
#pragma once

#include <string_view>

namespace troupe {

enum class credentials { right, wrong, empty };

/// Judges the value of an Authorization header against the one application that there is. `empty`: no header,
/// or no name or no secret in it. The comparison takes the same time wherever the texts differ.
credentials check_basic(std::string_view header, std::string_view app_id, std::string_view app_secret);

} // namespace troupe
