// First what these messages are made of, then they themselves.
// clang-format off
#include "troupe/actors/acl_messages.hpp"
#include "troupe/actors/admin_messages.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/ban_messages.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/plugin_messages.hpp"
#include "troupe/actors/sasl_messages.hpp"
#include "troupe/actors/store_messages.hpp"
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/credit.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/metrics.hpp"
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/mqtt/topic_metrics.hpp"

#include "compiled_here.hpp"

#include "troupe/actors/messages.hpp"
