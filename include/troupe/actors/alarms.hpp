// The alarms of the node.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct settings;
struct node_gauges;
struct directory;

/// Key and record of each that is cleared (alarm_record.hpp), as the store has them, in their order.
using stored_alarms = std::vector<std::pair<std::string, std::string>>;

/// Starts with the cleared ones of the store, and none that is active. Tells of each that is raised or
/// cleared as `alarm.actions` says: a line in the log (ten a second at most), and messages below
/// `$SYS/brokers/<node>/alarms/`: `alert` and `clear` as EMQ X 4.1, `activate` and `deactivate` as 4.2. Keeps
/// `alarm.size_limit` cleared ones for `alarm.validity_period`; as many are active about clients (flapping,
/// congestion), and as many about resources, plugins and the like, and more are left out, counted
/// (node_gauges::alarms_refused) and logged.
alarms_actor spawn_alarms(caf::actor_system& system, const settings& config, const directory& where,
                          const stored_alarms& stored, std::shared_ptr<node_gauges> gauges);

} // namespace troupe
