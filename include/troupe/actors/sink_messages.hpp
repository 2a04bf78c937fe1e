// Who is told of messages and events beside the rules: loaded plugins.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/rules/event_kind.hpp"

#include <memory>
#include <vector>

namespace troupe {

/// A plugin that is told. It counts down `waiting` when it is done with what it got; while too much waits
/// (`rule_engine.max_queue_len` and `.max_queue_bytes`, as for a rule) more is not for it, and is counted.
struct event_sink {
  event_sink_actor actor;
  rules::event_mask wants = 0;
  std::shared_ptr<rule_gauge> waiting = std::make_shared<rule_gauge>();
};

/// Immutable.
struct sink_table {
  std::vector<event_sink> sinks; // in the order in which the plugins were loaded
  rules::event_mask wants = 0;   // of all of them
};

/// To each shard.
struct use_sinks {
  std::shared_ptr<const sink_table> table; // null: there is none
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(use_sinks)
