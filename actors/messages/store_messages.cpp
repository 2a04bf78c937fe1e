// clang-format off: first what these messages are made of, then they themselves

#include "compiled_here.hpp"

#include "troupe/actors/store_messages.hpp"
