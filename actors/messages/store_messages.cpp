// First what these messages are made of, then they themselves.
// clang-format off

#include "compiled_here.hpp"

#include "troupe/actors/store_messages.hpp"
