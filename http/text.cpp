#include "text.hpp"

#include "troupe/access/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

namespace troupe {

namespace {

// What is before the first `end`, or all; with the `end` it leaves `text`.
std::string_view cut(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::string two_decimals(double value) {
  std::array<char, 64> text{};
  int size = std::snprintf(text.data(), text.size(), "%.2f", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::optional<text_pairs> parse_query(std::string_view text) {
  text_pairs out;
  while (!text.empty()) {
    std::string_view value = cut(text, '&');
    if (value.empty())
      continue;
    auto name = access::percent_decode(cut(value, '='), true);
    auto decoded = access::percent_decode(value, true);
    if (!name || !decoded)
      return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*decoded));
  }
  return out;
}

std::string memory_text(std::uint64_t bytes) {
  double value = static_cast<double>(bytes);
  if (bytes > 1ULL << 30)
    return two_decimals(value / (1 << 30)) + "G";
  if (bytes > 1ULL << 20)
    return two_decimals(value / (1 << 20)) + "M";
  if (bytes > 1ULL << 10)
    return two_decimals(value / (1 << 10)) + "K";
  return std::to_string(bytes);
}

std::string load_text(double load) { return two_decimals(load); }

std::string http_date(std::int64_t seconds) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto time = static_cast<std::time_t>(seconds);
  std::tm t{};
  ::gmtime_r(&time, &t);
  std::array<char, 96> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday],
                    t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

} // namespace troupe
