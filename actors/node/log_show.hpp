// Where log::show() takes texts.
#pragma once

#include <chrono>

namespace troupe::log {

/// Waits until what show() was given is on the console: true. False at `end`. Any thread.
bool flush_shown(std::chrono::steady_clock::time_point end);

} // namespace troupe::log
