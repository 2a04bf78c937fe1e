// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/mqtt/scram.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/sasl_messages.hpp"
