// The log, usable from any thread. Lines are `YYYY-MM-DD HH:MM:SS.mmm [level] message`
// (reference/observability.md section 6).
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

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

enum class severity { debug, info, warning, error };

/// Whether lines of this level are written: before work that only they need.
bool wants(severity level);

/// One line, whether lines of its level are wanted or not. Here only fmt's declarations are seen: its
/// formatting in the header of every source cost a third of the build.
void write(severity level, fmt::string_view format, fmt::format_args args);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (wants(severity::debug))
    write(severity::debug, format, fmt::make_format_args(args...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (wants(severity::info))
    write(severity::info, format, fmt::make_format_args(args...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (wants(severity::warning))
    write(severity::warning, format, fmt::make_format_args(args...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (wants(severity::error))
    write(severity::error, format, fmt::make_format_args(args...));
}

} // namespace troupe::log
