// The identifier of a message as EMQ X shows one.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <string>

namespace troupe::mqtt {

/// 32 hexadecimal digits, as long as EMQ X's; no other message has them, also not of an earlier run.
std::string message_id(const message& m);

} // namespace troupe::mqtt
