// Text of others as people and programs are shown it: well-formed UTF-8 (Unicode 15, table 3-7) of a bounded
// length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// `text` with `\xNN` for each byte that belongs to no well-formed character, and for U+0000. At most
/// `longest` bytes, of which there are 3 or more: what is longer is cut between two characters and ends with
/// "...". What it has made it leaves as it is.
std::string valid_text(std::string_view text, std::size_t longest);

/// Likewise with all control characters escaped, so that it is one line.
std::string one_line(std::string_view text, std::size_t longest);

} // namespace troupe::mqtt
