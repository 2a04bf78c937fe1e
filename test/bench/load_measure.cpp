#include "load_measure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>

namespace load {

namespace {

constexpr unsigned sub_bits = 6; // 64 buckets per power of two

// Values below 64 have a bucket each; above, the six bits after the leading one choose the bucket.
std::size_t bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= sub_bits)
    return value;
  const unsigned shift = width - 1 - sub_bits;
  return (static_cast<std::size_t>(shift) << sub_bits) + (value >> shift);
}

std::uint64_t smallest_of(std::size_t bucket) {
  constexpr std::size_t row = 1U << sub_bits;
  if (bucket < 2 * row)
    return bucket;
  const auto shift = bucket / row - 1;
  return (row + bucket % row) << shift;
}

double clock_seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

enum class children { without, with };

// Fields 14 to 17 of /proc/PID/stat (user and system ticks of itself, then of its ended children), counted
// after the name's closing bracket.
double cpu_of(int pid, children which) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto bracket = line.rfind(')');
  if (bracket == std::string::npos)
    return 0;
  std::istringstream fields(line.substr(bracket + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    fields >> skipped;
  double ticks = 0;
  for (int i = 0; i < (which == children::with ? 4 : 2); ++i) {
    double more = 0;
    fields >> more;
    ticks += more;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t rss_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (file >> word)
    if (word == "VmRSS:") {
      std::uint64_t kb = 0;
      file >> kb;
      return kb;
    }
  return 0;
}

// The time that the hypervisor gave to others: the eighth figure of /proc/stat.
double stolen_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<double, 8> ticks{};
  file >> name;
  for (auto& value : ticks)
    file >> value;
  return ticks[7] / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// By process, since the machine's own figures are samples at the clock's tick, which a load that follows the
// clock misses or meets every time.
double cpu_of_machine() {
  double sum = stolen_seconds();
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const auto name = entry.path().filename().string();
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec == std::errc{})
      sum += cpu_of(pid, children::with);
  }
  return sum;
}

} // namespace

std::uint64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

void histogram::add(std::uint64_t ns) {
  const auto bucket = bucket_of(ns);
  if (bucket >= buckets_.size())
    buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
}

double histogram::quantile_us(double q) const {
  const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && seen >= wanted)
      return static_cast<double>(smallest_of(i)) / 1e3;
  }
  return 0;
}

usage sample(int pid) {
  return {now_ns(), cpu_of(pid, children::without), cpu_of_machine(), clock_seconds(CLOCK_PROCESS_CPUTIME_ID),
          rss_of(pid)};
}

void report::add(std::string_view key, double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f",
                value == static_cast<double>(static_cast<long long>(value)) ? 0 : 3, value);
  if (!members_.empty())
    members_ += ", ";
  members_.append(1, '"').append(key).append("\": ").append(text);
}

} // namespace load
