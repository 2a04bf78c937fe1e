// The names of the figures in the tables of the API document.
#pragma once

#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace troupe::test {

inline std::set<std::string> split_names(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

inline const std::set<std::string>& documented_metrics() {
  static const auto names = split_names(
      "actions.failure actions.success bytes.received bytes.sent client.authenticate "
      "client.auth.anonymous client.connect client.connack client.connected client.disconnected "
      "client.check_acl client.subscribe client.unsubscribe delivery.dropped.too_large "
      "delivery.dropped.queue_full delivery.dropped.qos0_msg delivery.dropped.expired "
      "delivery.dropped.no_local delivery.dropped messages.delayed messages.delivered messages.dropped "
      "messages.dropped.expired messages.dropped.no_subscribers messages.forward messages.publish "
      "messages.qos0.received messages.qos1.received messages.qos2.received messages.qos0.sent "
      "messages.qos1.sent messages.qos2.sent messages.received messages.sent messages.retained "
      "messages.acked packets.received packets.sent packets.connect.received packets.connack.auth_error "
      "packets.connack.error packets.connack.sent packets.publish.received packets.publish.sent "
      "packets.publish.inuse packets.publish.auth_error packets.publish.error packets.publish.dropped "
      "packets.puback.received packets.puback.sent packets.puback.inuse packets.puback.missed "
      "packets.pubrec.received packets.pubrec.sent packets.pubrec.inuse packets.pubrec.missed "
      "packets.pubrel.received packets.pubrel.sent packets.pubrel.missed packets.pubcomp.received "
      "packets.pubcomp.sent packets.pubcomp.inuse packets.pubcomp.missed packets.subscribe.received "
      "packets.subscribe.error packets.subscribe.auth_error packets.suback.sent "
      "packets.unsubscribe.received packets.unsubscribe.error packets.unsuback.sent "
      "packets.pingreq.received packets.pingresp.sent packets.disconnect.received "
      "packets.disconnect.sent packets.auth.received packets.auth.sent rules.matched session.created "
      "session.discarded session.resumed session.takeovered session.terminated");
  return names;
}

/// Each of these has a `.count` and a `.max`.
inline const std::set<std::string>& documented_stats() {
  static const auto names =
      split_names("connections channels sessions topics suboptions subscribers subscriptions "
                  "subscriptions.shared routes retained rules resources actions");
  return names;
}

} // namespace troupe::test
