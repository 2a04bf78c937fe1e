#include "calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace troupe::rules {

namespace {

constexpr std::int64_t nano = 1'000'000'000;
constexpr std::int64_t day = 86'400;
constexpr std::int64_t earliest = -62'167'219'200; // the year 0
constexpr std::int64_t latest = 253'402'300'799;   // the end of the year 9999

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct civil {
  int year = 1970;
  unsigned month = 1, day = 1, hour = 0, minute = 0, second = 0;
};

civil civil_of(std::int64_t seconds) {
  const auto days = floor_div(seconds, day);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  const auto rest = static_cast<unsigned>(seconds - days * day);
  return {int{date.year()}, unsigned{date.month()}, unsigned{date.day()},
          rest / 3600,      rest / 60 % 60,         rest % 60};
}

std::optional<std::int64_t> seconds_of(const civil& c) {
  const std::chrono::year_month_day date{std::chrono::year{c.year}, std::chrono::month{c.month},
                                         std::chrono::day{c.day}};
  if (!date.ok() || c.hour > 23 || c.minute > 59 || c.second > 60)
    return {};
  return std::chrono::sys_days{date}.time_since_epoch().count() * day + c.hour * 3600 + c.minute * 60 +
         c.second;
}

std::string padded(std::int64_t n, int width) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(n));
  return text;
}

// With `colons` of them: +0200, +02:00, +02:00:00.
std::string offset_text(std::int64_t offset, int colons) {
  const auto n = std::abs(offset);
  std::string out = (offset < 0 ? "-" : "+") + padded(n / 3600, 2);
  out += (colons > 0 ? ":" : "") + padded(n / 60 % 60, 2);
  if (colons > 1)
    out += ":" + padded(n % 60, 2);
  return out;
}

// The directive that `format` begins with behind its %, without what stands for more of it.
struct directive {
  char what = 0;
  int digits = 9; // of %N
  int colons = 0; // of %z
};

directive read(std::string_view& format) {
  directive d;
  const auto take = [&](char c) {
    const bool here = format.starts_with(c);
    if (here)
      format.remove_prefix(1);
    return here;
  };
  if (format.size() > 1 && format[1] == 'N' && (format[0] == '3' || format[0] == '6')) {
    d.digits = format[0] - '0';
    format.remove_prefix(1);
  }
  while (d.colons < 2 && take(':'))
    ++d.colons;
  if (!format.empty()) {
    d.what = format.front();
    format.remove_prefix(1);
  }
  return d;
}

std::int64_t fraction(std::int64_t nanoseconds, int digits) {
  for (; digits < 9; ++digits)
    nanoseconds /= 10;
  return nanoseconds;
}

// -- reading ------------------------------------------------------------------------------------------------

class reader {
public:
  explicit reader(std::string_view text) : rest_(text) {}

  bool ended() const { return rest_.empty(); }

  bool take(char c) {
    const bool here = rest_.starts_with(c);
    if (here)
      rest_.remove_prefix(1);
    return here;
  }

  bool number(std::size_t digits, unsigned& out) {
    if (rest_.size() < digits)
      return false;
    const auto* end = rest_.data() + digits;
    const auto [at, failed] = std::from_chars(rest_.data(), end, out);
    if (failed != std::errc{} || at != end)
      return false;
    rest_.remove_prefix(digits);
    return true;
  }

  // Up to nine digits.
  bool nanoseconds(std::int64_t& out) {
    std::size_t digits = 0;
    out = 0;
    while (digits < 9 && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9')
      out = out * 10 + (rest_[digits++] - '0');
    rest_.remove_prefix(digits);
    for (auto i = digits; i < 9; ++i)
      out *= 10;
    return digits > 0;
  }

  bool offset(std::int64_t& out) {
    if (take('Z') || take('z')) {
      out = 0;
      return true;
    }
    const bool west = take('-');
    if (!west && !take('+'))
      return false;
    unsigned hours = 0, minutes = 0, seconds = 0;
    if (!number(2, hours))
      return false;
    const bool colon = take(':');
    if (!number(2, minutes) || hours > 23 || minutes > 59)
      return false;
    if (colon && take(':') && (!number(2, seconds) || seconds > 59))
      return false;
    out = (west ? -1 : 1) * static_cast<std::int64_t>(hours * 3600 + minutes * 60 + seconds);
    return true;
  }

private:
  std::string_view rest_;
};

struct reading {
  civil at;
  std::int64_t nanoseconds = 0;
  std::int64_t offset = 0;
};

bool read_one(const directive& d, reader& from, reading& to) {
  unsigned year = 0;
  switch (d.what) {
    case 'Y':
      if (!from.number(4, year))
        return false;
      to.at.year = static_cast<int>(year);
      return true;
    case 'm': return from.number(2, to.at.month);
    case 'd': return from.number(2, to.at.day);
    case 'H': return from.number(2, to.at.hour);
    case 'M': return from.number(2, to.at.minute);
    case 'S': return from.number(2, to.at.second);
    case 'N': return from.nanoseconds(to.nanoseconds);
    case 'z': return from.offset(to.offset);
    case '%': return from.take('%');
    default: return false;
  }
}

} // namespace

std::optional<time_unit> find_unit(std::string_view name) noexcept {
  if (name == "second")
    return time_unit{1};
  if (name == "millisecond")
    return time_unit{1'000};
  if (name == "microsecond")
    return time_unit{1'000'000};
  if (name == "nanosecond")
    return time_unit{nano};
  return {};
}

std::optional<std::int64_t> parse_offset(std::string_view text, std::int64_t at) noexcept {
  if (text == "local") {
    const auto t = static_cast<std::time_t>(at);
    std::tm local{};
    return localtime_r(&t, &local) == nullptr ? std::nullopt : std::optional<std::int64_t>{local.tm_gmtoff};
  }
  std::int64_t offset = 0;
  if (reader r{text}; r.offset(offset) && r.ended())
    return offset;
  const auto* end = text.data() + text.size();
  if (const auto [p, failed] = std::from_chars(text.data(), end, offset);
      failed == std::errc{} && p == end && offset > -day && offset < day)
    return offset;
  return {};
}

instant instant::now() noexcept {
  const auto count = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  return of(count, time_unit{nano});
}

instant instant::of(std::int64_t count, time_unit unit) noexcept {
  const auto rest = count % unit.per_second;
  const auto positive = rest < 0 ? rest + unit.per_second : rest;
  return {floor_div(count, unit.per_second), positive * (nano / unit.per_second)};
}

std::optional<std::int64_t> instant::in(time_unit unit) const noexcept {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(seconds, unit.per_second, &out) ||
      __builtin_add_overflow(out, nanoseconds / (nano / unit.per_second), &out))
    return {};
  return out;
}

std::optional<std::string> format_time(std::string_view format, instant t, std::int64_t offset) {
  if (t.seconds < earliest + day || t.seconds > latest - day)
    return {};
  const auto c = civil_of(t.seconds + offset);
  std::string out;
  while (!format.empty()) {
    const char plain = format.front();
    format.remove_prefix(1);
    if (plain != '%') {
      out += plain;
      continue;
    }
    const auto d = read(format);
    switch (d.what) {
      case 'Y': out += padded(c.year, 4); break;
      case 'm': out += padded(c.month, 2); break;
      case 'd': out += padded(c.day, 2); break;
      case 'H': out += padded(c.hour, 2); break;
      case 'M': out += padded(c.minute, 2); break;
      case 'S': out += padded(c.second, 2); break;
      case 'N': out += padded(fraction(t.nanoseconds, d.digits), d.digits); break;
      case 'z': out += offset_text(offset, d.colons); break;
      case '%': out += '%'; break;
      default: return {};
    }
  }
  return out;
}

std::optional<instant> parse_time(std::string_view format, std::string_view text, std::int64_t offset) {
  reader from{text};
  reading to;
  to.offset = offset;
  while (!format.empty()) {
    const char plain = format.front();
    format.remove_prefix(1);
    const bool good = plain == '%' ? read_one(read(format), from, to) : from.take(plain);
    if (!good)
      return {};
  }
  const auto seconds = seconds_of(to.at);
  if (!seconds || !from.ended())
    return {};
  return instant{*seconds - to.offset, to.nanoseconds};
}

std::optional<std::string> to_rfc3339(instant t, time_unit unit, std::int64_t offset) {
  const auto* format = unit.per_second == 1           ? "%Y-%m-%dT%H:%M:%S%:z"
                       : unit.per_second == 1'000     ? "%Y-%m-%dT%H:%M:%S.%3N%:z"
                       : unit.per_second == 1'000'000 ? "%Y-%m-%dT%H:%M:%S.%6N%:z"
                                                      : "%Y-%m-%dT%H:%M:%S.%N%:z";
  return format_time(format, t, offset);
}

std::optional<instant> from_rfc3339(std::string_view text) {
  std::string plain{text};
  if (plain.size() > 10 && (plain[10] == 't' || plain[10] == ' '))
    plain[10] = 'T';
  const auto whole = parse_time("%Y-%m-%dT%H:%M:%S%z", plain, 0);
  return whole ? whole : parse_time("%Y-%m-%dT%H:%M:%S.%N%z", plain, 0);
}

} // namespace troupe::rules
