// One shard's look at refused logins. The node's (node/banned.cpp) sees those of all shards, but a message
// later: this one stops an address that guesses on many connections at once.
#pragma once

#include "troupe/mqtt/ban_table.hpp"
#include "troupe/mqtt/offence_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe {

/// Times `now` are of a steady clock. At its bound of addresses it stops no new one: the node does.
class guess_watch {
public:
  static constexpr std::size_t most_stopped = mqtt::offence_table::most_offenders;

  explicit guess_watch(mqtt::offence_policy policy) noexcept : policy_(policy), counted_(policy) {}

  /// A refused login. True when it is one too many: the address is stopped from now on, for the time of the
  /// policy or until its ban has come.
  bool count(std::string_view address, mqtt::time_ms now) {
    if (stops(address, now) || !counted_.count(address, now))
      return false;
    make_room(now);
    if (stopped_.size() < most_stopped)
      stopped_.insert_or_assign(std::string{address}, now + policy_.window);
    return true;
  }

  bool stops(std::string_view address, mqtt::time_ms now) const {
    if (stopped_.empty())
      return false;
    const auto known = stopped_.find(std::string{address});
    return known != stopped_.end() && known->second > now;
  }

  /// Those in `bans` are the node's matter now, which may let them in again.
  void hand_over(const mqtt::ban_table& bans) {
    std::erase_if(stopped_,
                  [&bans](const auto& s) { return bans.find(mqtt::ban_kind::peerhost, s.first) != nullptr; });
  }

  std::size_t stopped() const noexcept { return stopped_.size(); }

private:
  void make_room(mqtt::time_ms now) {
    if (stopped_.size() == most_stopped)
      std::erase_if(stopped_, [now](const auto& s) { return s.second <= now; });
  }

  mqtt::offence_policy policy_;
  mqtt::offence_table counted_;
  std::unordered_map<std::string, mqtt::time_ms> stopped_; // until when
};

} // namespace troupe
