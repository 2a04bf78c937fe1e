// The rule actor: one rule, fed in batches by the shards. It evaluates its SQL on each message and runs its
// actions on what comes of it. A rule that is slow, or fails, loses messages of its own only: others wait for
// one turn of it at most, which milliseconds bound, or what a single message or output takes.
#pragma once

#include "troupe/actors/gauges.hpp"
#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/rule_messages.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What a rule needs of its surroundings.
struct rule_surroundings {
  std::string node;
  std::string folder;                // of actions' files
  std::vector<router_actor> routers; // it publishes through the shard that a message came from
  std::shared_ptr<node_gauges> gauges;
  std::shared_ptr<rules::kv_store> store = std::make_shared<rules::kv_store>(); // of all rules
  std::shared_ptr<rules::connection_store> connections =
      std::make_shared<rules::connection_store>(); // likewise
};

/// The SQL of `first` was checked.
rule_actor spawn_rule(caf::actor_system& system, std::shared_ptr<const rule_surroundings> around,
                      const define_rule& first, std::shared_ptr<rule_gauge> waiting);

} // namespace troupe
