// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/rule_resource.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/rules/definition.hpp"
#include "troupe/rules/event_record.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/rule_messages.hpp"
