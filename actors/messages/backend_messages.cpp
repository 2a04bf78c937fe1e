// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/access/acl_decider.hpp"
#include "troupe/access/client_facts.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/reason_code.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/backend_messages.hpp"
