// Messages that the API publishes (reference/http-api.md section 6).
#include "endpoint.hpp"
#include "json_text.hpp"
#include "mqtt_arguments.hpp"
#include "stored.hpp"
#include "text.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/message_id.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <caf/send.hpp>

#include <string_view>
#include <utility>

namespace troupe {

namespace json = boost::json;

namespace {

/// Messages on their way to the router of their client id.
struct outbox {
  const directory& where;
  std::vector<std::vector<mqtt::message_ptr>> by_shard{where.routers.size()};
  std::size_t bytes = 0;                  // that they take
  bool retained = false, delayed = false; // some are: these are answered when the store has them
};

// Many topics with one large payload take far more than the body that names them.
constexpr std::size_t most_bytes = std::size_t{64} << 20;

std::optional<std::string> read_payload(arguments& args) {
  auto value = args.value("payload");
  std::string payload;
  if (value && value->is_string())
    payload = value->get_string();
  else if (value)
    append_json(payload, *value);
  if (args.text("encoding").value_or("plain") != "base64")
    return payload;
  auto decoded = mqtt::from_loose_base64(payload);
  if (!decoded)
    args.set_wrong("payload");
  return decoded;
}

// False when there is no room for that many topics, which `text` names, each with such a payload.
bool takes(outbox& out, std::string_view text, std::size_t topics, std::size_t payload) {
  const std::size_t bytes = text.size() + topics * (payload + sizeof(mqtt::message));
  if (out.bytes + bytes > most_bytes)
    return false;
  out.bytes += bytes;
  return true;
}

// What `return` asks for: the identifier of the message to `topic`, or those of the messages to `topics`.
json::object published_ids(const arguments& args, json::array ids) {
  if (args.value("topic") && ids.size() == 1)
    return {{"msgid", ids.front()}};
  return {{"msgids", std::move(ids)}};
}

answer read_publish(arguments& args, outbox& out) {
  auto text = topic_text(args);
  std::string client_id = args.text("clientid").value_or("");
  auto payload = read_payload(args);
  auto qos = args.integer("qos", 0, 2);
  bool retain = args.boolean("retain").value_or(false);
  if (!args.wrong().empty())
    return bad_parameter(args.wrong());
  auto topics = split_topics(text.value_or(""), mqtt::valid_topic_name);
  if (topics.empty())
    return bad_topic();

  std::size_t shard = client_id.empty() ? 0 : home_shard(client_id, out.where.routers.size());
  mqtt::message_parts parts;
  parts.payload = *payload;
  parts.from = mqtt::publisher::make(client_id, "", "", {});
  parts.timestamp = now_ms();
  parts.level = static_cast<mqtt::qos>(qos.value_or(0));
  parts.retain = retain;
  if (!takes(out, *text, topics.size(), payload->size()))
    return bad_parameter("topics");
  const bool tell = args.value("return").has_value();
  json::array ids;
  for (const std::string& topic : topics) {
    parts.topic = topic;
    out.retained = out.retained || retain;
    out.delayed = out.delayed || mqtt::delayed_prefix_size(topic) > 0;
    out.by_shard[shard].push_back(mqtt::message::make(parts));
    if (tell)
      ids.emplace_back(mqtt::message_id(*out.by_shard[shard].back()));
  }
  return tell ? ok(published_ids(args, std::move(ids))) : ok();
}

// The answer of a call whose messages are under way.
struct pending_answer {
  std::size_t left; // shards, then keepers, that have not answered
  bool retained, delayed;
  answer result;
};

template <class Keeper>
void await_store(const call_ptr& c, const Keeper& keeper, const std::shared_ptr<pending_answer>& pending) {
  ++pending->left;
  when_stored(c, keeper, [c, pending](bool stored) {
    if (!stored)
      pending->result = not_stored();
    if (--pending->left == 0)
      c->reply(std::move(pending->result));
  });
}

// Everything is routed: what is to outlive this process is with those who keep it, and not yet on the disk.
void on_routed(const call_ptr& c, const std::shared_ptr<pending_answer>& pending) {
  if (--pending->left > 0)
    return;
  if (!pending->retained && !pending->delayed)
    return c->reply(std::move(pending->result));
  if (pending->retained)
    await_store(c, c->where().retainer, pending);
  if (pending->delayed)
    await_store(c, c->where().delayed, pending);
}

// Sends everything and answers when it is routed and, where it is to be, stored. A mailbox keeps the order,
// so only the last message of each shard needs a reply: thousands of requests at once would be slow.
void send_all(const call_ptr& c, outbox out, answer result) {
  std::vector<std::pair<std::size_t, mqtt::message_ptr>> last;
  for (std::size_t shard = 0; shard < out.by_shard.size(); ++shard) {
    auto& messages = out.by_shard[shard];
    if (messages.empty())
      continue;
    last.emplace_back(shard, std::move(messages.back()));
    messages.pop_back();
    for (mqtt::message_ptr& m : messages)
      caf::anon_send(c->where().routers[shard], publish_request{std::move(m)});
  }
  if (last.empty())
    return c->reply(std::move(result));
  auto pending = std::make_shared<pending_answer>(
      pending_answer{last.size(), out.retained, out.delayed, std::move(result)});
  for (auto& [shard, message] : last)
    c->self->request(c->where().routers[shard], request_timeout, publish_request{std::move(message)})
        .then([c, pending](const published&) { on_routed(c, pending); },
              [c](const caf::error&) { c->reply(timeout()); });
}

void publish(const call_ptr& c) {
  outbox out{c->where()};
  answer result = read_publish(c->args, out);
  send_all(c, std::move(out), std::move(result));
}

void publish_batch(const call_ptr& c) {
  auto batch = read_batch(*c);
  if (!batch)
    return c->reply(bad_parameter("body"));
  outbox out{c->where()};
  json::array rows;
  for (arguments& entry : *batch) {
    int code = entry.wrong().empty() ? read_publish(entry, out).code : body_code::bad_parameter;
    rows.push_back(batch_row(entry, false, code));
  }
  send_all(c, std::move(out), ok(std::move(rows)));
}

constexpr json_member message_members[] = {{"topic", "string", false},    {"topics", "string", false},
                                           {"clientid", "string", false}, {"payload", "any", false},
                                           {"encoding", "string", false}, {"qos", "integer", false},
                                           {"retain", "boolean", false},  {"return", "any", false}};

constexpr json_member published_shape_members[] = {{"topic", "any"}, {"code", "integer"}};
constexpr object_shape published_shape{"Published", published_shape_members};

constexpr endpoint table[] = {
    row("POST", "/mqtt/publish", scope::local, "mqtt_publish", "Publish a MQTT message", publish,
        {.body = message_members}),
    row("POST", "/mqtt/publish_batch", scope::local, "mqtt_publish_batch", "Batch publish MQTT messages",
        publish_batch, batch_of(message_members, published_shape)),
};

} // namespace

std::span<const endpoint> publish_endpoints() { return table; }

} // namespace troupe
