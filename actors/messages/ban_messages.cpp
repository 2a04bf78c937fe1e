// clang-format off: first what these messages are made of, then they themselves
#include "troupe/mqtt/ban_table.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/ban_messages.hpp"
