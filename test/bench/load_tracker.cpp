#include "load_tracker.hpp"

#include <cstring>

namespace load {

void put_stamp(std::string& payload, const stamp& s) { std::memcpy(payload.data(), &s, stamp_size); }

stamp get_stamp(const char* payload) {
  stamp s{};
  std::memcpy(&s, payload, stamp_size);
  return s;
}

bool tracker::arrived(std::size_t path, std::uint32_t sequence) {
  auto& next = next_[path];
  if (sequence == next) {
    ++next;
    return true;
  }
  const auto key = [path](std::uint32_t n) { return static_cast<std::uint64_t>(path) << 32 | n; };
  if (sequence > next) {
    for (; next < sequence; ++next)
      missing_.insert(key(next));
    ++next;
    return true;
  }
  if (missing_.erase(key(sequence)) > 0) {
    ++reordered_;
    return true;
  }
  ++duplicates_;
  return false;
}

} // namespace load
