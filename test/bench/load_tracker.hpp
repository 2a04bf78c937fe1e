#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace load {

/// What a payload of this generator says: when it was due, the stream that it belongs to, its place in it.
struct stamp {
  std::uint64_t due;
  std::uint32_t stream;
  std::uint32_t sequence;
};

constexpr std::size_t stamp_size = sizeof(stamp);

/// Writes `s` over the start of `payload`, which holds at least stamp_size bytes.
void put_stamp(std::string& payload, const stamp& s);

/// Reads what put_stamp wrote; `payload` holds at least stamp_size bytes.
stamp get_stamp(const char* payload);

/// Follows the sequence numbers that arrive on each (receiver, stream) path, so that every lost, doubled or
/// overtaken message is counted exactly once.
class tracker {
public:
  explicit tracker(std::size_t paths = 0) : next_(paths) {}

  /// True unless the message is a duplicate.
  bool arrived(std::size_t path, std::uint32_t sequence);

  /// Messages missing so far, of a path on which `sent` messages should have arrived.
  void finish(std::size_t path, std::uint32_t sent) { lost_at_end_ += sent - next_[path]; }

  std::uint64_t lost() const { return lost_at_end_ + missing_.size(); }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t reordered() const { return reordered_; }

private:
  std::vector<std::uint32_t> next_;
  std::unordered_set<std::uint64_t> missing_; // path and sequence of what was overtaken
  std::uint64_t lost_at_end_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t reordered_ = 0;
};

} // namespace load
