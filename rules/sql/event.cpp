#include "troupe/rules/event.hpp"

#include <algorithm>
#include <array>

namespace troupe::rules {

namespace {

constexpr std::array<std::string_view, column_count> names{"event",
                                                           "timestamp",
                                                           "node",
                                                           "metadata",
                                                           "id",
                                                           "clientid",
                                                           "username",
                                                           "from_clientid",
                                                           "from_username",
                                                           "payload",
                                                           "topic",
                                                           "qos",
                                                           "flags",
                                                           "headers",
                                                           "peerhost",
                                                           "publish_received_at",
                                                           "reason",
                                                           "peername",
                                                           "sockname",
                                                           "mountpoint",
                                                           "proto_name",
                                                           "proto_ver",
                                                           "keepalive",
                                                           "clean_start",
                                                           "expiry_interval",
                                                           "is_bridge",
                                                           "connected_at",
                                                           "disconnected_at",
                                                           "pub_props",
                                                           "conn_props",
                                                           "disconn_props",
                                                           "sub_props",
                                                           "puback_props",
                                                           "unsub_props",
                                                           "conn_ack_props",
                                                           "reason_code"};

static_assert(!names.back().empty());

} // namespace

std::string_view to_string(column c) noexcept { return names[static_cast<std::size_t>(c)]; }

std::optional<column> find_column(std::string_view name) noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return {};
  return static_cast<column>(found - names.begin());
}

} // namespace troupe::rules
