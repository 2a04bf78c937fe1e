// The other way round nothing would be compiled.
// clang-format off
#include "compiled_here.hpp"

#include "troupe/actors/database_messages.hpp"
