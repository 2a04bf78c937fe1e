// `$SYS` messages of clients that come and go: module emqx_mod_presence (reference/observability.md section
// 3).
#pragma once

#include "shard.hpp"

#include <string_view>

namespace troupe {

/// Whether the module is on and somebody may get its messages: without, they are not made.
inline bool presence_wanted(shard& home) noexcept {
  return home.node().gauges->presence_subscriptions.value() != 0 && home.announces_presence();
}

/// `$SYS/brokers/<node>/clients/<clientid>/connected`; `listener_port` is the port that it connected to. In
/// the topic a wildcard of the client id stands percent-encoded, for no topic may have one.
void announce_connected(shard& home, const client_row& client, std::uint16_t listener_port);

/// `…/disconnected`; `reason` is a word of reference/observability.md section 5.
void announce_disconnected(shard& home, const client_row& client, std::string_view reason);

} // namespace troupe
