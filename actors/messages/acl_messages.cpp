// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/access/acl_cache.hpp"
#include "troupe/access/acl_decider.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/acl_messages.hpp"
