// The rule engine of a node.
#pragma once

#include "troupe/actors/interfaces.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct directory;
struct node_gauges;
struct rule_table;

namespace mqtt {
class subscription_index;
}

/// Id and record of each rule (rules/definition.hpp), as the store has them.
using stored_rules = std::vector<std::pair<std::string, std::string>>;

/// Before the shards run. `who` has the node's name, the routers, the alarms and the store; `folder` is for
/// files of actions. `topics` is empty, and written by this actor only. `table` becomes what the shards begin
/// with.
rules_actor spawn_rules(caf::actor_system& system, const directory& who, std::shared_ptr<node_gauges> gauges,
                        std::shared_ptr<mqtt::subscription_index> topics, const stored_rules& stored,
                        const stored_rules& resources, std::string folder,
                        std::shared_ptr<const rule_table>& table);

} // namespace troupe
