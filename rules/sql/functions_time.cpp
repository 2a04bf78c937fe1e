// Functions on dates and times.
#include "calendar.hpp"
#include "function.hpp"

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr std::size_t units_to_format = 8;   // a byte
constexpr std::size_t units_of_offset = 150; // to find the machine's zone, or what a text says

constexpr std::int64_t day = 86'400; // seconds

constexpr time_unit seconds{1};

std::optional<time_unit> unit_of(evaluation& e, arguments a, std::size_t at) {
  if (at >= a.size())
    return seconds;
  const auto unit = a[at].is(kind::text) ? find_unit(a[at].text()) : std::nullopt;
  if (!unit)
    e.fail("expected second, millisecond, microsecond or nanosecond");
  return unit;
}

value text_or_error(evaluation& e, const std::optional<std::string>& text) {
  return text ? e.memory().text(*text) : e.fail("the time or the form of the date is not valid");
}

value count_or_error(evaluation& e, const std::optional<instant>& t, time_unit unit) {
  const auto count = t ? t->in(unit) : std::nullopt;
  return count ? value{*count} : e.fail("the date is not valid, or not in that form");
}

// The number -1800 is half an hour, the text '-1800' is eighteen.
std::optional<std::int64_t> seconds_within_a_day(std::int64_t offset) {
  return offset > -day && offset < day ? std::optional{offset} : std::nullopt;
}

std::optional<std::int64_t> offset_of(evaluation& e, value v, instant at) {
  e.charge(units_of_offset);
  const auto offset = v.is(kind::integer) ? seconds_within_a_day(v.integer())
                      : v.is(kind::text)  ? parse_offset(v.text(), at.seconds)
                                          : std::nullopt;
  if (!offset)
    e.fail("expected an offset such as '+02:00', 'Z', 'local' or seconds");
  return offset;
}

std::int64_t local_offset(evaluation& e, instant at) {
  e.charge(units_of_offset);
  return parse_offset("local", at.seconds).value_or(0);
}

value now_timestamp_of(evaluation& e, arguments a) {
  const auto unit = unit_of(e, a, 0);
  return unit ? count_or_error(e, instant::now(), *unit) : value{};
}

value now_rfc3339_of(evaluation& e, arguments a) {
  const auto unit = unit_of(e, a, 0);
  const auto now = instant::now();
  return unit ? text_or_error(e, to_rfc3339(now, *unit, local_offset(e, now))) : value{};
}

value unix_ts_to_rfc3339_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::integer))
    return wrong(e, "an integer", a[0]);
  const auto unit = unit_of(e, a, 1);
  if (!unit)
    return {};
  const auto t = instant::of(a[0].integer(), *unit);
  return text_or_error(e, to_rfc3339(t, *unit, local_offset(e, t)));
}

value rfc3339_to_unix_ts_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  const auto unit = unit_of(e, a, 1);
  return unit ? count_or_error(e, from_rfc3339(a[0].text()), *unit) : value{};
}

value format_date_of(evaluation& e, arguments a) {
  const auto unit = unit_of(e, a, 0);
  if (!unit)
    return {};
  if (!a[2].is(kind::text) || (a.size() == 4 && !a[3].is(kind::integer)))
    return e.fail("expected a form, and an integer as the time");
  const auto t = a.size() == 4 ? instant::of(a[3].integer(), *unit) : instant::now();
  const auto offset = offset_of(e, a[1], t);
  e.charge(units_to_format * a[2].text().size());
  return offset ? text_or_error(e, format_time(a[2].text(), t, *offset)) : value{};
}

value date_to_unix_ts_of(evaluation& e, arguments a) {
  const auto unit = unit_of(e, a, 0);
  const auto form = a[a.size() - 2];
  const auto text = a.back();
  if (!unit)
    return {};
  if (!form.is(kind::text) || !text.is(kind::text))
    return wrong(e, "a string", form.is(kind::text) ? text : form);
  e.charge(units_to_format * form.text().size());
  const auto offset = a.size() == 4 ? offset_of(e, a[1], instant::now()) : std::optional<std::int64_t>{0};
  return offset ? count_or_error(e, parse_time(form.text(), text.text(), *offset), *unit) : value{};
}

value timezone_to_second_of(evaluation& e, arguments a) {
  const auto offset = offset_of(e, a[0], instant::now());
  return offset ? value{*offset} : value{};
}

// EMQ X gives Erlang's {MegaSecs, Secs, MicroSecs}, which JSON has as a list.
value mongo_date_of(evaluation& e, arguments a) {
  const auto unit = a.size() < 2 ? time_unit{1'000} : unit_of(e, a, 1);
  if (!unit)
    return {};
  if (!a.empty() && !a[0].is(kind::integer))
    return wrong(e, "an integer", a[0]);
  const auto t = a.empty() ? instant::now() : instant::of(a[0].integer(), *unit);
  auto& parts = e.memory().new_list();
  constexpr std::int64_t million = 1'000'000;
  parts.push_back(t.seconds / million);
  parts.push_back(t.seconds % million);
  parts.push_back(t.nanoseconds / 1'000);
  return value{parts};
}

constexpr function table[] = {
    {"now_timestamp", 0, 1, now_timestamp_of, "The time now, in the given unit",
     "now_timestamp('millisecond')", ""},
    {"now_rfc3339", 0, 1, now_rfc3339_of, "The time now as text", "now_rfc3339()", ""},
    {"unix_ts_to_rfc3339", 1, 2, unix_ts_to_rfc3339_of, "A time as text in the machine's zone",
     "unix_ts_to_rfc3339(1600000000)", ""},
    {"rfc3339_to_unix_ts", 1, 2, rfc3339_to_unix_ts_of, "The time that a text tells",
     "rfc3339_to_unix_ts('2020-09-13T14:26:40+02:00')", "1600000000"},
    {"format_date", 3, 4, format_date_of,
     "A time, or now, as text: its unit, an offset, a form (%Y %m %d %H %M %S %N %3N %6N %z %:z %::z)",
     "format_date('second', '+02:00', '%Y/%m/%d %H:%M:%S %:z', 1600000000)",
     "\"2020/09/13 14:26:40 +02:00\""},
    {"date_to_unix_ts", 3, 4, date_to_unix_ts_of,
     "The time that a text of a form tells: the unit, an offset, the form",
     "date_to_unix_ts('second', '%Y-%m-%d %H:%M:%S', '2020-09-13 12:26:40')", "1600000000"},
    {"timezone_to_second", 1, 1, timezone_to_second_of, "An offset in seconds",
     "timezone_to_second('-03:30')", "-12600"},
    {"mongo_date", 0, 2, mongo_date_of,
     "A time, or now, as MongoDB takes it: millions of seconds, seconds, microseconds. In milliseconds, or "
     "in the "
     "given unit",
     "mongo_date(1600000000123)", "[1600,0,123000]"},
};

} // namespace

std::span<const function> time_functions() noexcept { return table; }

} // namespace troupe::rules
