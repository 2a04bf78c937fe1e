#include "troupe/actors/time_text.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace troupe {

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string local_time_text(std::int64_t ms) {
  std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string uptime_text(std::uint64_t seconds) {
  std::string out;
  if (seconds >= 86'400)
    out += std::to_string(seconds / 86'400) + " days, ";
  if (seconds >= 3'600)
    out += std::to_string(seconds / 3'600 % 24) + " hours, ";
  if (seconds >= 60)
    out += std::to_string(seconds / 60 % 60) + " minutes, ";
  return out + std::to_string(seconds % 60) + " seconds";
}

} // namespace troupe
