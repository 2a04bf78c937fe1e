// What a shard has for the rules of the node: their topics, and the messages of this turn that they get.
#pragma once

#include "troupe/actors/rule_messages.hpp"
#include "troupe/mqtt/subscription_index.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace troupe {

struct shard_rules {
  explicit shard_rules(std::shared_ptr<mqtt::subscription_index> topics)
      : index(std::move(topics)), reader(*index) {}

  std::shared_ptr<mqtt::subscription_index> index; // outlives its reader
  mqtt::subscription_reader reader;
  std::shared_ptr<const rule_table> table;
  std::vector<rule_messages> batches; // by slot
  std::vector<std::size_t> touched;   // slots
};

} // namespace troupe
