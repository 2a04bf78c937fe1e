// The messages that the store has from before the start.
#pragma once

#include "troupe/actors/config.hpp"
#include "troupe/actors/store.hpp"
#include "troupe/mqtt/delayed_queue.hpp"
#include "troupe/mqtt/message.hpp"

#include <string>
#include <vector>

namespace troupe {

struct stored_messages {
  std::vector<mqtt::message_ptr> retained;
  std::vector<mqtt::delayed_entry> delayed; // soonest first
};

/// Reads those that the configuration keeps. Empty, or why they cannot be read. Rows that no message can be
/// made of are left where they are, and logged.
std::string load_messages(database& rows, const settings& config, stored_messages& out);

} // namespace troupe
