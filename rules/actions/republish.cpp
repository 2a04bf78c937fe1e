#include "actions.hpp"
#include "troupe/mqtt/topic.hpp"
#include "troupe/mqtt/utf8.hpp"
#include "troupe/rules/template.hpp"

#include <optional>

namespace troupe::rules {

namespace {

constexpr std::size_t longest_payload = 256UL << 20; // bytes: what MQTT can carry
constexpr int most_hops = 32;                        // from rule to rule

std::string text_of(const boost::json::object& params, const char* name) {
  const auto& s = params.at(name).as_string();
  return {s.data(), s.size()};
}

class republish final : public action {
public:
  explicit republish(const boost::json::object& params)
      : topic_(text_of(params, "target_topic")),
        payload_(text_of(params, "payload_tmpl")),
        level_(params.at("target_qos").to_number<int>()) {
    if (const auto* retain = params.if_contains("target_retain"))
      retain_ = retain->get_bool();
  }

  bool run(const row& data, occasion& o) override {
    const auto* from = o.message == nullptr ? nullptr : o.message->from().get();
    if (from != nullptr && from->client_id == o.action)
      return failed(o, "recursive_republish");
    if (o.message != nullptr && o.message->hops() >= most_hops)
      return failed(o, "rules have published the message again too many times: they feed each other");
    std::string topic, payload;
    topic_.fill(topic, data, o.memory);
    if (!mqtt::valid_topic_name(topic) || !mqtt::is_valid_utf8(topic))
      return failed(o, "the topic is not valid");
    payload_.fill(payload, data, o.memory);
    if (payload.size() > longest_payload)
      return failed(o, "the payload is too large");
    o.to_publish.push_back(make(topic, payload, o));
    return true;
  }

private:
  static bool failed(occasion& o, const char* why) {
    o.error = why;
    return false;
  }

  mqtt::message_ptr make(const std::string& topic, const std::string& payload, const occasion& o) {
    if (!self_ || self_->client_id != o.action)
      self_ = mqtt::publisher::make(std::string{o.action}, {}, {}, {});
    mqtt::message_parts parts;
    parts.topic = topic;
    parts.payload = payload;
    parts.from = self_;
    parts.timestamp = o.published ? o.message->timestamp() : o.now;
    parts.level = level_ >= 0   ? static_cast<mqtt::qos>(level_)
                  : o.published ? o.message->level()
                                : mqtt::qos::at_most_once;
    parts.retain = retain_.value_or(o.published && o.message->retain());
    parts.hops = static_cast<std::uint8_t>(o.message == nullptr ? 1 : o.message->hops() + 1);
    return mqtt::message::make(parts);
  }

  text_template topic_, payload_;
  int level_; // -1: that of the message
  std::optional<bool> retain_;
  mqtt::publisher_ptr self_;
};

constexpr parameter parameters[] = {
    {"target_topic",
     "string",
     true,
     R"("repub/to/${clientid}")",
     {"Target Topic", "目的主题"},
     {"To which topic the message will be republished", "重新发布消息到哪个主题"}},
    {"target_qos",
     "number",
     true,
     "0",
     {"Target QoS", "目的 QoS"},
     {"The QoS Level to be uses when republishing the message. Set to -1 to use the original QoS",
      "重新发布消息时用的 QoS 级别, 设置为 -1 以使用原消息中的 QoS"},
     "[-1,0,1,2]"},
    {"payload_tmpl",
     "string",
     true,
     R"("${payload}")",
     {"Payload Template", "消息内容模板"},
     {"The payload template, variable interpolation is supported", "消息内容模板，支持变量"},
     nullptr,
     "textarea"},
    {"target_retain",
     "boolean",
     false,
     nullptr,
     {"Target Retain", "目标保留消息标识"},
     {"The retain flag of the message; that of the original one when it is not given",
      "重新发布消息时的保留标识，未设置时使用原消息的标识"}},
};

} // namespace

const action_row republish_row{"republish",
                               "emqx_rule_engine",
                               "data_forward",
                               {"Republish", "消息重新发布"},
                               {"Republish a MQTT message to another topic", "重新发布消息到另一个主题"},
                               parameters,
                               [](const boost::json::object& params, const action_surroundings&)
                                   -> std::variant<std::unique_ptr<action>, std::string> {
                                 return std::make_unique<republish>(params);
                               }};

} // namespace troupe::rules
