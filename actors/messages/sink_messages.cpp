// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/rule_messages.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/sink_messages.hpp"
