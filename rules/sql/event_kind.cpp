#include "troupe/rules/event_kind.hpp"

#include "troupe/mqtt/topic.hpp"

#include <array>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using enum column;

constexpr std::array published{event,     id,   clientid, username, payload,   peerhost,
                               topic,     qos,  flags,    headers,  pub_props, publish_received_at,
                               timestamp, node, metadata};
constexpr std::array handed_over{
    event, id,    from_clientid, from_username,       clientid,  username, payload, peerhost, topic,
    qos,   flags, pub_props,     publish_received_at, timestamp, node,     metadata};
constexpr std::array answered{
    event, id,        from_clientid, from_username,       clientid,  username, payload, peerhost, topic, qos,
    flags, pub_props, puback_props,  publish_received_at, timestamp, node,     metadata};
constexpr std::array unheard{event,     id,    reason,  clientid, username,  payload,
                             peerhost,  topic, qos,     flags,    pub_props, publish_received_at,
                             timestamp, node,  metadata};
constexpr std::array lost{
    event, id,  reason, from_clientid, from_username,       clientid,  username, payload, peerhost,
    topic, qos, flags,  pub_props,     publish_received_at, timestamp, node,     metadata};
constexpr std::array came{event,        clientid,   username,  mountpoint,  peername,        sockname,
                          proto_name,   proto_ver,  keepalive, clean_start, expiry_interval, is_bridge,
                          connected_at, conn_props, timestamp, node,        metadata};
constexpr std::array asked{event,      clientid,  username,  mountpoint,  peername,        sockname,
                           proto_name, proto_ver, keepalive, clean_start, expiry_interval, is_bridge,
                           conn_props, timestamp, node,      metadata};
constexpr std::array told{event,          reason_code,     clientid,   username,     mountpoint,
                          peername,       sockname,        proto_name, proto_ver,    keepalive,
                          clean_start,    expiry_interval, is_bridge,  connected_at, conn_props,
                          conn_ack_props, timestamp,       node,       metadata};
constexpr std::array went{event,     reason,     clientid,  username,        peername,
                          sockname,  proto_name, proto_ver, disconnected_at, disconn_props,
                          timestamp, node,       metadata};
constexpr std::array subscribed{event, clientid,  username,  peerhost, topic,
                                qos,   sub_props, timestamp, node,     metadata};
constexpr std::array unsubscribed{event, clientid,    username,  peerhost, topic,
                                  qos,   unsub_props, timestamp, node,     metadata};
constexpr std::array back{event, clientid, username, peerhost, timestamp, node, metadata};
constexpr std::array ended{event, reason, clientid, username, peerhost, timestamp, node, metadata};

constexpr std::array try_published{clientid, username, topic, qos, payload};
constexpr std::array try_handed_over{from_clientid, from_username, clientid, username, topic, qos, payload};
constexpr std::array try_unheard{reason, clientid, username, topic, qos, payload};
constexpr std::array try_lost{reason, from_clientid, from_username, clientid, username, topic, qos, payload};
constexpr std::array try_came{clientid, username, peername};
constexpr std::array try_went{reason, clientid, username, peername};
constexpr std::array try_told{reason_code, clientid, username, peername};
constexpr std::array try_subscription{clientid, username, topic, qos};
constexpr std::array try_back{clientid, username};
constexpr std::array try_ended{reason, clientid, username};

constexpr std::array<event_row, event_kind_count> rows{{
    {event_kind::message_publish,
     "message.publish",
     "$events/message_publish",
     {"message publish", "消息发布"},
     R"(SELECT payload.msg as msg FROM "t/#" WHERE msg = 'hello')",
     published,
     try_published},
    {event_kind::message_delivered,
     "message.delivered",
     "$events/message_delivered",
     {"message delivered", "消息投递"},
     R"(SELECT * FROM "$events/message_delivered" WHERE topic =~ 't/#')",
     handed_over,
     try_handed_over},
    {event_kind::message_acked,
     "message.acked",
     "$events/message_acked",
     {"message acked", "消息应答"},
     R"(SELECT * FROM "$events/message_acked" WHERE topic =~ 't/#')",
     answered,
     try_handed_over},
    {event_kind::message_dropped,
     "message.dropped",
     "$events/message_dropped",
     {"message dropped", "消息丢弃"},
     R"(SELECT * FROM "$events/message_dropped" WHERE topic =~ 't/#')",
     unheard,
     try_unheard},
    {event_kind::delivery_dropped,
     "delivery.dropped",
     "$events/delivery_dropped",
     {"delivery dropped", "消息投递丢弃"},
     R"(SELECT * FROM "$events/delivery_dropped" WHERE reason = 'queue_full')",
     lost,
     try_lost},
    {event_kind::client_connected,
     "client.connected",
     "$events/client_connected",
     {"client connected", "连接建立"},
     R"(SELECT * FROM "$events/client_connected")",
     came,
     try_came},
    {event_kind::client_disconnected,
     "client.disconnected",
     "$events/client_disconnected",
     {"client disconnected", "连接断开"},
     R"(SELECT * FROM "$events/client_disconnected" WHERE reason = 'keepalive_timeout')",
     went,
     try_went},
    {event_kind::session_subscribed,
     "session.subscribed",
     "$events/session_subscribed",
     {"session subscribed", "会话订阅完成"},
     R"(SELECT * FROM "$events/session_subscribed" WHERE topic =~ 't/#')",
     subscribed,
     try_subscription},
    {event_kind::session_unsubscribed,
     "session.unsubscribed",
     "$events/session_unsubscribed",
     {"session unsubscribed", "会话取消订阅完成"},
     R"(SELECT * FROM "$events/session_unsubscribed" WHERE topic =~ 't/#')",
     unsubscribed,
     try_subscription},
    {event_kind::client_connect,
     "client.connect",
     "$events/client_connect",
     {"client connect", "连接请求"},
     R"(SELECT * FROM "$events/client_connect")",
     asked,
     try_came},
    {event_kind::client_connack,
     "client.connack",
     "$events/client_connack",
     {"client connack", "连接应答"},
     R"(SELECT * FROM "$events/client_connack" WHERE reason_code != 'success')",
     told,
     try_told},
    {event_kind::session_resumed,
     "session.resumed",
     "$events/session_resumed",
     {"session resumed", "会话恢复"},
     R"(SELECT * FROM "$events/session_resumed")",
     back,
     try_back},
    {event_kind::session_terminated,
     "session.terminated",
     "$events/session_terminated",
     {"session terminated", "会话终结"},
     R"(SELECT * FROM "$events/session_terminated" WHERE reason = 'expired')",
     ended,
     try_ended},
}};

bool has_two_clients(event_kind kind) noexcept {
  return kind == event_kind::message_delivered || kind == event_kind::message_acked ||
         kind == event_kind::delivery_dropped;
}

const char* sample_reason(event_kind kind) noexcept {
  switch (kind) {
    case event_kind::message_dropped: return "no_subscribers";
    case event_kind::delivery_dropped: return "queue_full";
    default: return "normal";
  }
}

json::value sample(event_kind kind, column c, std::string_view on_node, mqtt::time_ms now) {
  const bool receives = has_two_clients(kind);
  switch (c) {
    case event: return row_of(kind).name;
    case timestamp:
    case publish_received_at:
    case connected_at:
    case disconnected_at: return now;
    case node: return json::string_view{on_node.data(), on_node.size()};
    case metadata: return json::object{{"rule_id", "test_rule"}};
    case id: return "0005AF0A2C2B1B2CF4410000019B0000";
    case clientid: return receives ? "c_emqx_2" : "c_emqx";
    case username: return receives ? "u_emqx_2" : "u_emqx";
    case from_clientid: return "c_emqx_1";
    case from_username: return "u_emqx_1";
    case payload: return R"({"msg": "hello"})";
    case topic: return "t/a";
    case qos: return 1;
    case flags: return json::object{{"retain", false}, {"dup", false}};
    case headers: return json::object{};
    case peerhost: return "127.0.0.1";
    case reason: return sample_reason(kind);
    case reason_code: return "success";
    case peername: return "192.168.0.10:56431";
    case sockname: return "0.0.0.0:1883";
    case mountpoint: return "";
    case proto_name: return "MQTT";
    case proto_ver: return 5;
    case keepalive: return 60;
    case clean_start: return true;
    case expiry_interval: return 3600;
    case is_bridge: return false;
    default: return json::object{};
  }
}

} // namespace

std::span<const event_row, event_kind_count> event_table() noexcept { return rows; }

event_mask events_of(std::string_view from) noexcept {
  event_mask found = 0;
  if (!names_events(from) || !mqtt::valid_topic_filter(from))
    return found;
  for (const auto& row : rows)
    if (row.kind != event_kind::message_publish && mqtt::matches(from, row.topic))
      found |= bit_of(row.kind);
  return found;
}

json::object sample_event(event_kind kind, std::string_view node, mqtt::time_ms now) {
  json::object out;
  for (const auto c : row_of(kind).columns) {
    const auto name = to_string(c);
    out[json::string_view{name.data(), name.size()}] = sample(kind, c, node, now);
  }
  return out;
}

} // namespace troupe::rules
