// clang-format off: first what these messages are made of, then they themselves
#include "troupe/actors/interfaces.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/alarm_messages.hpp"
