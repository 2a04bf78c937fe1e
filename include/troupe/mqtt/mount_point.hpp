// Mount points (reference/config.md section 6): a prefix that a zone or listener puts before every topic of
// its clients, who do not see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::mqtt {

/// Replaces `%c` by the client id and `%u` by the user name; an empty user name leaves `%u`. Nothing when an
/// inserted text has a wildcard or NUL: a client must not choose a prefix that covers those of others.
std::optional<std::string> expand_placeholders(std::string_view pattern, std::string_view client_id,
                                               std::string_view username);

/// Puts the mount point before a topic name: behind `$delayed/<n>/` when `delayed` tells that this is a
/// prefix. The result may be too long for a topic.
std::string mount_name(std::string_view mount_point, std::string_view topic, bool delayed);

/// Puts it before the filter of a subscription: behind `$share/<group>/`, `$queue/` and `$exclusive/`.
std::string mount_subscription(std::string_view mount_point, std::string_view subscription);

/// Bytes of the mount point at the front of a topic: what its client is not shown. 0 when it is not there, or
/// has nothing behind it: a client cannot be told of such a topic, as none is empty [MQTT-4.7.3-1].
inline std::size_t mounted_bytes(std::string_view mount_point, std::string_view topic) noexcept {
  return topic.size() > mount_point.size() && topic.starts_with(mount_point) ? mount_point.size() : 0;
}

} // namespace troupe::mqtt
