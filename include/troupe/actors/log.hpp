// The log, usable from any thread. Lines are `YYYY-MM-DD HH:MM:SS.mmm [level] message`
// (reference/observability.md section 6). A thread of its own writes them: nobody else waits for a disk or
// for who reads the console. A process that crashes loses what that thread had not written yet.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace troupe {
struct log_settings;
}

namespace troupe::log {

/// Lines that may wait to be written; over that the oldest are left out, and a line in their place says how
/// many. With lines of the usual length they take 1.7 MB, which are set aside, at most 20 MB.
inline constexpr std::size_t most_waiting = 4096;

/// Bytes of a line; what is longer is cut, and ends with "...".
inline constexpr std::size_t longest_line = 4096;

/// Opens the sinks, sets the level, and starts the thread with the caller's mask of signals. Empty, or why a
/// log file cannot be opened; the console then serves.
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

/// Waits, for at most `within`, until all that was said before is written; false when it is not. For the end
/// of the process: any other time it is written as soon as it can be.
bool flush(std::chrono::milliseconds within = std::chrono::seconds{1});

/// Text on the console whatever the level of the log and wherever that goes, with a line feed behind it, by
/// another thread of its own. At most `most_shown` texts wait; the rest is as with lines. The text is not
/// cut.
void show(std::string_view text);
inline constexpr std::size_t most_shown = 64;

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
