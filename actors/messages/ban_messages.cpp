// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/mqtt/ban_table.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/ban_messages.hpp"
