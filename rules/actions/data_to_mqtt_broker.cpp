// The action data_to_mqtt_broker: a message for another broker or node (reference/rule-engine.md section 8).
#include "../resources/bridge_mqtt.hpp"
#include "action_resource.hpp"
#include "actions.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/rules/template.hpp"

namespace troupe::rules {

namespace {

constexpr std::size_t longest_forwarded_payload = 256UL << 20; // bytes: what MQTT can carry

class data_to_mqtt_broker final : public action {
public:
  data_to_mqtt_broker(std::shared_ptr<const bridge_mqtt> to, std::string topic, std::string payload)
      : to_(std::move(to)), topic_(std::move(topic)), payload_(std::move(payload)) {}

  bool run(const row& data, occasion& o) override {
    std::string topic = to_->mount_point(), payload;
    if (!topic_.empty())
      topic_.fill(topic, data, o.memory);
    else if (o.message != nullptr)
      topic.append(o.message->topic());
    else
      return failed(o, "the event has no topic");
    if (!mqtt::valid_topic_name(topic) || !mqtt::is_valid_utf8(topic))
      return failed(o, "the topic is not valid");
    if (payload_.empty())
      data.append_json(payload);
    else
      payload_.fill(payload, data, o.memory);
    if (payload.size() > longest_forwarded_payload)
      return failed(o, "the payload is too large");
    o.calls.push_back({to_, forward_messages{{make_message(topic, payload, o)}}});
    return true;
  }

private:
  static bool failed(occasion& o, const char* why) {
    o.error = why;
    return false;
  }

  static mqtt::message_ptr make_message(const std::string& topic, const std::string& payload,
                                        const occasion& o) {
    mqtt::message_parts parts;
    parts.topic = topic;
    parts.payload = payload;
    parts.timestamp = o.now;
    parts.level = mqtt::qos::at_least_once;
    parts.retain = o.published && o.message->retain();
    return mqtt::message::make(parts);
  }

  std::shared_ptr<const bridge_mqtt> to_;
  text_template topic_, payload_;
};

constexpr parameter bridge_action_parameters[] = {
    resource_parameter,
    {.name = "forward_topic",
     .type = "string",
     .required = false,
     .default_json = R"("")",
     .heading = {"Forward Topic", "转发消息主题"},
     .description =
         {"The topic used when forwarding the message. Defaults to the topic of the bridge message "
          "if not provided.",
          "转发消息时使用的主题。如果未提供，则默认为桥接消息的主题。"}},
    payload_parameter,
};

std::variant<std::unique_ptr<action>, std::string> make_bridge_action(const boost::json::object& params,
                                                                      const action_surroundings& around) {
  auto found = resource_of<bridge_mqtt>(params, around);
  if (auto* error = std::get_if<std::string>(&found))
    return std::move(*error);
  return std::make_unique<data_to_mqtt_broker>(std::move(std::get<std::shared_ptr<const bridge_mqtt>>(found)),
                                               text_or_none(params, "forward_topic"),
                                               text_or_none(params, "payload_tmpl"));
}

} // namespace

const action_row data_to_mqtt_broker_row{"data_to_mqtt_broker",
                                         "emqx_bridge_mqtt",
                                         "data_forward",
                                         {"Data bridge to MQTT Broker", "桥接数据到 MQTT Broker"},
                                         {"Bridge Data to MQTT Broker", "桥接数据到 MQTT Broker"},
                                         bridge_action_parameters,
                                         make_bridge_action,
                                         {"bridge_mqtt", "bridge_rpc"}};

} // namespace troupe::rules
