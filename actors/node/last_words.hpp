// What a start that fails says.
#pragma once

#include <string_view>

namespace troupe::log {

/// Tells on standard error why the process ends, and in the log's file where there is one, whatever the log's
/// level. Not in the log of the console, where it would stand twice. It is in the file when log::flush() has
/// returned.
void last_words(std::string_view text);

} // namespace troupe::log
