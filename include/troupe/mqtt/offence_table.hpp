// Who does something too often: clients that come and go (reference/plugins-modules.md section 4), addresses
// that guess passwords.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::mqtt {

/// So many offences of one offender within a time are too many.
struct offence_policy {
  std::uint32_t threshold = 30;
  time_ms window = 60'000;
};

/// Counts offences by the offender's name. At its bounds the offender that it has watched for the longest
/// time is forgotten for a new one.
class offence_table {
public:
  static constexpr std::size_t most_offenders = 65'536;
  static constexpr std::size_t most_bytes = 16 * 1024 * 1024; // of names

  explicit offence_table(offence_policy policy) noexcept : policy_(policy) {}

  /// An offence, in the order of time. True when it is one too many: who did it begins anew then.
  bool count(std::string_view who, time_ms now);

  std::size_t size() const noexcept { return order_.size(); }

  /// Offenders that were forgotten before their time.
  std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  struct entry {
    std::string who;
    time_ms first = 0;
    std::uint32_t count = 0;
  };
  using place = std::list<entry>::iterator;

  void make_room(std::size_t bytes);
  void forget(place which);

  offence_policy policy_;
  std::list<entry> order_; // by `first`
  std::unordered_map<std::string_view, place> by_name_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

} // namespace troupe::mqtt
