// The time, and as EMQ X shows it in the API and in `$SYS`.
#pragma once

#include <cstdint>
#include <string>

namespace troupe {

/// Now, in milliseconds since the epoch.
std::int64_t now_ms();

/// Milliseconds of a clock that nobody sets, for time-outs: only differences count.
std::int64_t steady_ms();

/// Local time `YYYY-MM-DD HH:MM:SS`, from milliseconds since the epoch.
std::string local_time_text(std::int64_t ms);

/// `N days, N hours, N minutes, N seconds` without leading units that are zero.
std::string uptime_text(std::uint64_t seconds);

} // namespace troupe
