// What a shard has for the plugins that are told of messages and events.
#pragma once

#include "troupe/actors/sink_messages.hpp"

#include <memory>
#include <vector>

namespace troupe {

struct shard_sinks {
  std::shared_ptr<const sink_table> table; // never null
  std::vector<rule_messages> batches;      // of this turn, by place in the table
};

} // namespace troupe
