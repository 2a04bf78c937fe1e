// What shards tell rules and plugins of beside messages (reference/rule-engine.md section 6,
// plugins-modules.md section 13). Ask shard::wants() first: making an event costs more than finding out that
// nobody wants it.
#pragma once

#include "connection.hpp"
#include "shard.hpp"
#include "troupe/mqtt/channel.hpp"

#include <string_view>
#include <vector>

namespace troupe {

/// Somebody at `peer` wants to connect by `request`; `listener` is where.
void tell_connect(shard& home, const mqtt::connect_request& request, const peer_address& peer,
                  const listener_context& listener);

/// CONNACK answers it with `reason` and these properties.
void tell_connack(shard& home, const mqtt::connect_request& request, const peer_address& peer,
                  const listener_context& listener, mqtt::reason_code reason, mqtt::property_view sent);

/// The client of a session came, by a CONNECT with these properties.
void tell_connected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                    const listener_context& listener, std::string_view properties);

/// It went; `reason` is a word of reference/observability.md section 5, `properties` are of its DISCONNECT.
void tell_disconnected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                       const listener_context& listener, std::string_view reason,
                       std::string_view properties);

/// Its session goes on from an earlier connection, or ends for such a `reason`, and no other one of its
/// client id begins.
void tell_session(shard& home, rules::event_kind kind, const mqtt::publisher_ptr& who,
                  std::string_view reason);

/// It subscribed or unsubscribed, or wants to; `filter` as it wrote it, with its mount point; `properties` of
/// its packet.
void tell_subscription(shard& home, rules::event_kind kind, const mqtt::publisher_ptr& who,
                       std::string_view filter, const mqtt::subscription_options& options,
                       std::string_view properties);

/// The messages in `batch` go to it: not those that it gets once more.
void tell_delivered(shard& home, const mqtt::publisher_ptr& who, const std::vector<mqtt::delivery>& batch);

/// It acknowledged `d`, by a packet with these properties.
void tell_acked(shard& home, const mqtt::publisher_ptr& who, const mqtt::delivery& d,
                std::string_view properties);

/// It does not get a message that was for it.
void tell_delivery_dropped(shard& home, const mqtt::publisher_ptr& who, const mqtt::message_ptr& message,
                           mqtt::qos level, std::string_view reason);

} // namespace troupe
