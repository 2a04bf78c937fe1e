// What shards tell rules of beside messages (reference/rule-engine.md section 6). Ask shard::wants() first:
// making an event costs more than finding out that nobody wants it.
#pragma once

#include "shard.hpp"

#include <string_view>
#include <vector>

namespace troupe {

/// The client of a session came; `listener` is where.
void tell_connected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                    const listener_context& listener);

/// It went; `reason` is a word of reference/observability.md section 5.
void tell_disconnected(shard& home, const mqtt::publisher_ptr& who, const client_row& row,
                       const listener_context& listener, std::string_view reason);

/// It subscribed or unsubscribed; `filter` as it wrote it, with its mount point.
void tell_subscription(shard& home, rules::event_kind kind, const mqtt::publisher_ptr& who,
                       std::string_view filter, mqtt::qos level);

/// The messages in `batch` go to it: not those that it gets once more.
void tell_delivered(shard& home, const mqtt::publisher_ptr& who, const std::vector<mqtt::delivery>& batch);

/// It acknowledged `d`.
void tell_acked(shard& home, const mqtt::publisher_ptr& who, const mqtt::delivery& d);

/// It does not get a message that was for it.
void tell_delivery_dropped(shard& home, const mqtt::publisher_ptr& who, const mqtt::message_ptr& message,
                           mqtt::qos level, std::string_view reason);

} // namespace troupe
