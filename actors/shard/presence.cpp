#include "presence.hpp"

#include "troupe/mqtt/topic.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

std::string topic_of(shard& home, const client_row& client, std::string_view event) {
  std::string topic = "$SYS/brokers/" + home.node().actors.node_name + "/clients/";
  for (const char c : client.clientid) {
    if (c == '+')
      topic += "%2B";
    else if (c == '#')
      topic += "%23";
    else
      topic += c;
  }
  return topic.append("/").append(event);
}

json::object members(shard& home, const client_row& client) {
  return {{"clientid", client.clientid},
          {"username", client.username.empty() ? "undefined" : client.username},
          {"ts", home.wall()}};
}

void announce(shard& home, const std::string& topic, const json::object& payload) {
  if (!mqtt::valid_topic_name(topic))
    return; // longer than a topic may be
  const auto text = json::serialize(payload);
  mqtt::message_parts parts;
  parts.topic = topic;
  parts.payload = text;
  parts.timestamp = home.wall();
  parts.level = home.node().config->presence.level;
  parts.system = true;
  home.publish(mqtt::message::make(parts));
}

} // namespace

void announce_connected(shard& home, const client_row& client, std::uint16_t listener_port) {
  auto payload = members(home, client);
  payload["ipaddress"] = client.ip_address;
  payload["sockport"] = listener_port;
  payload["proto_name"] = client.proto_name;
  payload["proto_ver"] = client.proto_ver;
  payload["keepalive"] = client.keepalive;
  payload["connack"] = 0;
  payload["clean_start"] = client.clean_start;
  payload["expiry_interval"] = client.expiry_interval;
  payload["connected_at"] = client.connected_at;
  announce(home, topic_of(home, client, "connected"), payload);
}

void announce_disconnected(shard& home, const client_row& client, std::string_view reason) {
  auto payload = members(home, client);
  payload["reason"] = reason;
  payload["disconnected_at"] = home.wall();
  announce(home, topic_of(home, client, "disconnected"), payload);
}

} // namespace troupe
