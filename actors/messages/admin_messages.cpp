// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/mqtt/limiter.hpp"
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/topic_metrics.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/admin_messages.hpp"
