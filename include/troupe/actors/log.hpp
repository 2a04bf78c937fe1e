// The log, usable from any thread. Lines are `YYYY-MM-DD HH:MM:SS.mmm [level] message`
// (reference/observability.md section 6).
#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
#include <utility>

namespace troupe {
struct log_settings;
}

namespace troupe::log {

/// Opens the sinks and sets the level. Empty, or why a log file cannot be opened; the console then serves.
std::string open(const log_settings& config);

/// One of EMQ X's level names; false for another word. At once, for all threads; `notice` shows as much as
/// `info`, `alert` and `emergency` as `critical`.
bool set_level(std::string_view name);

/// The name that was set the last time.
std::string_view level();

/// Text from a client for a log line: control characters are escaped so that nobody can forge lines, and long
/// texts cut.
std::string printable(std::string_view text);

/// Whether lines of this level are written: before work that only they need.
inline bool wants_info() { return spdlog::should_log(spdlog::level::info); }

template <class... Args>
void debug(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::debug(format, std::forward<Args>(args)...);
}
template <class... Args>
void info(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::info(format, std::forward<Args>(args)...);
}
template <class... Args>
void warning(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::warn(format, std::forward<Args>(args)...);
}
template <class... Args>
void error(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::error(format, std::forward<Args>(args)...);
}

} // namespace troupe::log
