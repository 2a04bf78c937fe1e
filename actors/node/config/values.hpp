// The value types of the configuration syntax (reference/config.md section 1). Each parser returns nothing
// for a bad text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::config {

std::optional<std::int64_t> parse_integer(std::string_view text);

/// Digits, perhaps with a sign and a point: never `inf` or `nan`.
std::optional<double> parse_number(std::string_view text);

/// `on`/`off` or `true`/`false`: EMQ X keeps them apart, but a script that mixes them up means the same.
std::optional<bool> parse_switch(std::string_view text);

/// Ten years of 365 days: sums and products of it fit everywhere.
constexpr std::chrono::milliseconds longest_duration{3650LL * 86'400'000};

/// Like `1h30m` or `15s`; a bare integer counts `unit`. What is longer than `longest` is that: who writes
/// such a number means never. Nothing for one that does not fit into 64 bits.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds unit,
                                                        std::chrono::milliseconds longest = longest_duration);

/// Like `10MB`, 1024-based; a bare integer is bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// Cuts the first name off a list with any separators of EMQ X's containers between: `,`, `;`, `:`, `|` and
/// white space. Empty: two of them stand there together.
std::string_view take_name(std::string_view& names) noexcept;

/// Whether it can stand before every topic, with %c and %u in it: no wildcards, and none of the names that
/// begin with `$`, such as $share/ and $SYS/.
bool usable_mount_point(std::string_view text) noexcept;

/// `1883`, `0.0.0.0:1883`, `[::]:1883`. `host` is empty when only the port is given.
struct address {
  std::string host;
  std::uint16_t port = 0;
};
std::optional<address> parse_address(std::string_view text);

} // namespace troupe::config
