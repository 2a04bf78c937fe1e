// Bridges: connections to another MQTT broker or node, which take messages there and bring messages from
// there (reference/plugins-modules.md section 14, reference/rule-engine.md section 11).
#pragma once

#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/bridge_settings.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/mqtt/message.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

class io_loop;
struct cluster_facts; // cluster.hpp

/// Messages for the other broker, with the topics that they have there, in order; they go at QoS 1.
struct forward_messages {
  std::vector<mqtt::message_ptr> messages;
};

/// The bridge has them, on disk if it keeps what waits there.
struct messages_forwarded {
  std::size_t refused = 0; // there was no room for these
  std::string error;       // why; empty: there was
};

/// To the bridge that comes in the place of another one, which is done: what waited there and is not on disk,
/// in order. It goes before all that comes later.
struct inherited_messages {
  std::vector<mqtt::message_ptr> messages;
};

/// One per bridge to another broker, on a thread that bridges share; a rule's resource or a plugin owns it.
using bridge_actor =
    caf::typed_actor<caf::replies_to<forward_messages>::with<messages_forwarded>, // from a rule, or the
                                                                                  // plugin
                     caf::replies_to<backend_query>::with<backend_figures>,       // how it fares
                     caf::reacts_to<probe_tick>,                                  // connect now
                     caf::reacts_to<retire_pool>,         // another one of its name and type is there
                     caf::reacts_to<inherited_messages>>; // from the one before it

struct bridge_surroundings {
  caf::actor_system& system;
  std::shared_ptr<io_loop> loop;
  alarms_actor alarms;               // null: nobody is told
  store_actor store;                 // null: nothing is kept
  std::vector<router_actor> routers; // messages from the other broker are published through one of them
  std::shared_ptr<const cluster_facts> cluster = {}; // null: there are no links to other nodes
};

/// What is wrong with the TLS files and ciphers; empty: nothing.
std::string check_bridge_tls(const bridge_settings& settings);

/// Starts when the last one of its name on this loop has ended, or left it what waits. Connects at once and
/// again when a connection breaks, each time a little later, unless something was acknowledged on it. While
/// no connection is there an alarm `resource_down` of the bridge's name tells so. What an earlier one of its
/// name has kept in the store goes first, also when it keeps nothing itself. A message with which five
/// connections have ended, one after the other, is given up and logged (mqtt::client_machine). What comes
/// from there and cannot be passed on, as it is too large for 3.x or its topic too long behind the mount
/// point, is acknowledged, dropped, counted and logged. Ends with its exit message, and says goodbye; what
/// waits then and is not on disk is counted in the log. One that retires leaves it, and all that comes, to
/// its successor; before that it waits a moment for acknowledgements of what is under way, so that it does
/// not go twice.
bridge_actor spawn_bridge(const bridge_surroundings& around, bridge_settings settings);

/// Erases what a bridge that was deleted has kept, when it has ended. Another one of its name starts after
/// that.
using bridge_eraser_actor = caf::typed_actor<caf::reacts_to<probe_tick>>; // to itself: go on

/// Ends when nothing is left, or the store fails. `around` has a store.
bridge_eraser_actor spawn_bridge_eraser(const bridge_surroundings& around, std::string bridge);

} // namespace troupe

TROUPE_LOCAL_MESSAGE(forward_messages)
TROUPE_LOCAL_MESSAGE(messages_forwarded)
TROUPE_LOCAL_MESSAGE(inherited_messages)
