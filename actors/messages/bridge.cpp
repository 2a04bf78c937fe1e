// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/bridge_settings.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/mqtt/message.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/bridge.hpp"
