#include "values.hpp"

#include "troupe/actors/config.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace troupe::config {

using std::chrono::milliseconds;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size())
    return {};
  return n;
}

std::optional<double> parse_number(std::string_view text) {
  double n = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), n, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(n))
    return {};
  return n;
}

std::optional<bool> parse_switch(std::string_view text) {
  if (text == "on" || text == "true")
    return true;
  if (text == "off" || text == "false")
    return false;
  return {};
}

std::optional<milliseconds> parse_duration(std::string_view text, milliseconds unit, milliseconds longest) {
  struct named {
    std::string_view name;
    std::int64_t ms;
  };
  static constexpr std::array<named, 7> units{{{"ms", 1},
                                               {"s", 1000},
                                               {"m", 60'000},
                                               {"h", 3'600'000},
                                               {"d", 86'400'000},
                                               {"w", 604'800'000},
                                               {"f", 1'209'600'000}}};
  const std::int64_t most = longest.count();
  if (text.empty())
    return {};
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || n < 0)
      return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t scale = unit.count();
    if (!text.empty()) {
      const auto letters = text.substr(0, text.find_first_of("0123456789"));
      const named* found = nullptr;
      for (const auto& u : units)
        if (u.name == letters)
          found = &u;
      if (found == nullptr)
        return {};
      scale = found->ms;
      text.remove_prefix(letters.size());
    }
    const bool fits = n <= most / scale && total <= most - n * scale;
    total = fits ? total + n * scale : most;
  }
  return milliseconds{total};
}

std::string_view take_name(std::string_view& names) noexcept {
  const auto end = names.find_first_of(",;:| \t\r\n");
  const auto name = names.substr(0, end);
  names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  return name;
}

bool usable_mount_point(std::string_view text) noexcept {
  return mqtt::valid_topic_name(text) && mqtt::is_valid_utf8(text) && !text.starts_with('$');
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t scale = 1;
  if (text.size() > 2) {
    const auto unit = text.substr(text.size() - 2);
    if (unit == "KB" || unit == "kb")
      scale = 1024;
    else if (unit == "MB" || unit == "mb")
      scale = 1024 * 1024;
    else if (unit == "GB" || unit == "gb")
      scale = 1024 * 1024 * 1024;
    if (scale != 1)
      text.remove_suffix(2);
  }
  const auto n = parse_integer(text);
  if (!n || *n < 0 || static_cast<std::uint64_t>(*n) > std::numeric_limits<std::int64_t>::max() / scale)
    return {};
  return static_cast<std::uint64_t>(*n) * scale;
}

std::optional<mqtt::rate> parse_rate(std::string_view text, bool in_bytes) {
  if (text == "none")
    return mqtt::rate{};
  const auto comma = text.find(',');
  if (comma == std::string_view::npos)
    return {};
  const auto left = mqtt::trimmed(text.substr(0, comma));
  if (!in_bytes && !parse_integer(left))
    return {};
  const auto limit = parse_bytes(left);
  const auto window = parse_duration(mqtt::trimmed(text.substr(comma + 1)), std::chrono::seconds{1});
  if (!limit || *limit == 0 || *limit > mqtt::rate::max_limit || !window || window->count() == 0 ||
      window->count() > mqtt::rate::max_window)
    return {};
  mqtt::rate r{*limit, window->count()};
  if (r.window < mqtt::rate::min_window) {
    constexpr std::uint64_t second = mqtt::rate::min_window;
    r.limit = std::min(r.limit * second / static_cast<std::uint64_t>(r.window), mqtt::rate::max_limit);
    r.window = mqtt::rate::min_window;
  }
  return r;
}

namespace {

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  const auto scope = text.find('%'); // fe80::1%eth0
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.substr(0, scope).c_str(), bytes.data()) == 1;
}

} // namespace

std::optional<address> parse_address(std::string_view text) {
  address result;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
      host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
      return {}; // an IPv6 address needs brackets
    result.host = host;
    if (!is_ip_address(result.host))
      return {};
    text.remove_prefix(colon + 1);
  }
  const auto port = parse_integer(text);
  if (!port || *port < 0 || *port > 65535)
    return {};
  result.port = static_cast<std::uint16_t>(*port);
  return result;
}

} // namespace troupe::config
