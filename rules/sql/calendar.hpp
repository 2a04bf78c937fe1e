// Points in time as rules write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Of a second, in `per_second` parts: 1, 1'000, 1'000'000 or 1'000'000'000.
struct time_unit {
  std::int64_t per_second = 1;
};

/// "second", "millisecond", "microsecond" or "nanosecond".
std::optional<time_unit> find_unit(std::string_view name) noexcept;

/// `+02:00`, `-0330`, `Z`, `local` (the machine's zone at `at`) or seconds as text, in seconds east of
/// Greenwich.
std::optional<std::int64_t> parse_offset(std::string_view text, std::int64_t at) noexcept;

/// A point in time: seconds since 1970 in UTC, and nanoseconds behind them.
struct instant {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  static instant now() noexcept;
  static instant of(std::int64_t count, time_unit unit) noexcept;
  std::optional<std::int64_t> in(time_unit unit) const noexcept; // nothing: beyond 64 bits
};

/// By `%Y %m %d %H %M %S`, `%N` `%3N` `%6N` (fractions), `%z` `%:z` `%::z` (the offset) and `%%`; other text
/// stays. Nothing for a time that no calendar has.
std::optional<std::string> format_time(std::string_view format, instant t, std::int64_t offset);

/// The inverse. `offset` counts unless the text has one. Nothing when the text has another form, or no such
/// date exists.
std::optional<instant> parse_time(std::string_view format, std::string_view text, std::int64_t offset);

/// "2020-09-13T14:26:40+02:00", with a fraction of the unit.
std::optional<std::string> to_rfc3339(instant t, time_unit unit, std::int64_t offset);
std::optional<instant> from_rfc3339(std::string_view text);

} // namespace troupe::rules
