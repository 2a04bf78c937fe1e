// What makes a struct a message of CAF that travels to other nodes: TROUPE_WIRE_MESSAGE(name), outside of any
// namespace. It needs `inspect` with all members, and a name in actors/cluster/middleman.cpp. As those that
// stay within the node it is compiled once (message_type.hpp).
#pragma once

#include "troupe/actors/message_type.hpp"

#define TROUPE_WIRE_MESSAGE(name) TROUPE_MESSAGE_TEMPLATES(extern template, troupe::name)
