// clang-format off: first what these messages are made of, then they themselves
#include "troupe/mqtt/scram.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/sasl_messages.hpp"
