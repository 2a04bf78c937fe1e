#include "machine_figures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <dirent.h>
#include <fstream>
#include <memory>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe {

namespace {

// Cuts a number off the front of a text, with the blanks before it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// Of a line such as "MemTotal:  1024 kB".
std::optional<std::uint64_t> kilobytes_of(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos)
    return std::nullopt;
  text.remove_prefix(at + name.size());
  return take_number(text);
}

} // namespace

std::optional<cpu_times> parse_cpu_times(std::string_view text) {
  if (!text.starts_with("cpu "))
    return std::nullopt;
  text = text.substr(0, text.find('\n'));
  text.remove_prefix(3);
  // user, nice, system, idle, iowait, irq, softirq, steal; guest times behind them are parts of the first two
  constexpr std::size_t idle = 3, waiting = 4, fields = 8;
  cpu_times out;
  for (std::size_t i = 0; i < fields; ++i) {
    const auto ticks = take_number(text);
    if (!ticks && i <= idle)
      return std::nullopt;
    out.total += ticks.value_or(0);
    out.busy += i == idle || i == waiting ? 0 : ticks.value_or(0);
  }
  return out;
}

double busy_percent(const cpu_times& before, const cpu_times& after) noexcept {
  if (after.total <= before.total || after.busy < before.busy)
    return 0;
  return 100.0 * static_cast<double>(after.busy - before.busy) /
         static_cast<double>(after.total - before.total);
}

std::optional<memory_figures> parse_memory(std::string_view text) {
  const auto total = kilobytes_of(text, "MemTotal:"), available = kilobytes_of(text, "MemAvailable:");
  if (!total || !available || *available > *total)
    return std::nullopt;
  return memory_figures{*total * 1024, *available * 1024};
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  struct stat folder {};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
    return static_cast<std::uint64_t>(folder.st_size); // from Linux 6.2 on
  const std::unique_ptr<DIR, int (*)(DIR*)> entries{::opendir("/proc/self/fd"), ::closedir};
  std::uint64_t count = 0;
  while (entries && ::readdir(entries.get()) != nullptr)
    ++count;
  constexpr std::uint64_t others = 3; // ".", ".." and the folder itself
  return count > others ? count - others : 0;
}

std::uint64_t most_descriptors() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace troupe
