// The bans of the node.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/mqtt/ban_table.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct settings;
struct node_gauges;
struct directory;

/// The `by` of bans that the shards make. Of each there is an alarm, until it ends.
inline constexpr const char* flapping_detector = "flapping detector";

/// The `by` of bans of addresses with too many refused logins.
inline constexpr const char* auth_failure_detector = "auth failure detector";

/// The ban of such an address, from `at` on for `seconds`.
inline mqtt::ban ban_of_guesser(std::string address, std::int64_t at, std::int64_t seconds) {
  return {mqtt::ban_kind::peerhost,
          std::move(address),
          auth_failure_detector,
          "too many refused logins",
          at,
          at + seconds};
}

/// Key and record of each (ban_record.hpp), as the store has them.
using stored_bans = std::vector<std::pair<std::string, std::string>>;

/// Starts with those of the store, which the routers have before any socket. A change is answered when the
/// store and every shard have it; one that the store cannot keep is not made. Bans of detectors are made
/// first and written behind: if that fails, it is logged, and they hold until they end or the broker does.
/// Bans that are over go within a minute. With `banned.max_entries` bans, or `1 KB` times as much memory, a
/// new one is refused with code 102, counted (node_gauges::bans_refused) and logged; one that is there can be
/// changed. Addresses with too many refused logins (`auth_failure_policy`) are banned; at its bounds that
/// count forgets the oldest ones.
banned_actor spawn_banned(caf::actor_system& system, const settings& config, const directory& where,
                          const stored_bans& stored, std::shared_ptr<node_gauges> gauges);

} // namespace troupe
