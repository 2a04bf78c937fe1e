#include "call.hpp"
#include "endpoint.hpp"
#include "json_text.hpp"
#include "text.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <caf/send.hpp>

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace troupe {

namespace json = boost::json;

namespace {

// The text of `topic` or else `topics`, as the client sent it.
std::optional<std::string> topic_text(arguments& args) {
  auto text = args.text("topic");
  return text || !args.wrong().empty() ? text : args.text("topics");
}

// The parts between commas that are `valid`; blanks belong to them.
template <class Valid>
std::vector<std::string> split_topics(std::string_view text, Valid valid) {
  std::vector<std::string> out;
  while (true) {
    std::size_t comma = text.find(',');
    if (std::string_view part = text.substr(0, comma); valid(part))
      out.emplace_back(part);
    if (comma == std::string_view::npos)
      return out;
    text.remove_prefix(comma + 1);
  }
}

bool valid_subscription(std::string_view filter) { return mqtt::parse_subscription(filter).has_value(); }

answer bad_topic() { return failure(body_code::bad_topic, "bad_topic"); }

answer wrong_argument(const arguments& args) { return bad_parameter(args.wrong()); }

// -- publish ----------------------------------------------------------------------------------------

/// Messages on their way to the router of their client id.
struct outbox {
  const directory& where;
  std::vector<std::vector<mqtt::message_ptr>> by_shard{where.routers.size()};
  std::size_t bytes = 0; // that they take
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
  auto decoded = base64_decode(payload);
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

// As long as EMQ X's; no other message has it, also not of an earlier run.
std::string id_text(const mqtt::message& m) {
  std::array<char, 33> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%016llX%016llX",
                    static_cast<unsigned long long>(m.timestamp()), static_cast<unsigned long long>(m.id()));
  return {text.data(), static_cast<std::size_t>(size)};
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
    return wrong_argument(args);
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
    out.by_shard[shard].push_back(mqtt::message::make(parts));
    if (tell)
      ids.emplace_back(id_text(*out.by_shard[shard].back()));
  }
  return tell ? ok(published_ids(args, std::move(ids))) : ok();
}

// Sends everything and answers when it is routed. A mailbox keeps the order, so only the last message of each
// shard needs a reply: thousands of requests at once would be slow.
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
  auto pending = std::make_shared<std::size_t>(last.size());
  for (auto& [shard, message] : last)
    c->self->request(c->where().routers[shard], request_timeout, publish_request{std::move(message)})
        .then(
            [c, pending, result](const published&) {
              if (--*pending == 0)
                c->reply(result);
            },
            [c](const caf::error&) { c->reply(timeout()); });
}

void publish(const call_ptr& c) {
  outbox out{c->where()};
  answer result = read_publish(c->args, out);
  send_all(c, std::move(out), std::move(result));
}

// -- batches -----------------------------------------------------------------------------------------

// The parameters of each entry; an entry that is no object has none and is wrong.
std::optional<std::vector<arguments>> read_batch(const call& c) {
  const json::array* entries = c.body.if_array();
  if (!entries)
    return std::nullopt;
  std::vector<arguments> out;
  out.reserve(entries->size());
  for (const json::value& entry : *entries) {
    if (const json::object* o = entry.if_object()) {
      out.emplace_back(arguments::text_pairs{}, arguments::text_pairs{}, *o);
    } else {
      out.emplace_back();
      out.back().set_wrong("entry");
    }
  }
  return out;
}

// A row of a batch's answer repeats what the entry said.
json::value batch_row(const arguments& entry, bool with_client, int code) {
  json::object row;
  auto topic = entry.value("topic");
  row["topic"] = topic ? *topic : entry.value("topics").value_or("undefined");
  if (with_client)
    row["clientid"] = entry.value("clientid").value_or("undefined");
  row["code"] = code;
  return row;
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

// -- subscribe, unsubscribe -----------------------------------------------------------------------------

using answer_function = std::function<void(answer)>;

/// Carries out one entry and calls `done` with its result.
using command = void (*)(const call_ptr&, arguments&, const answer_function& done);

template <class Command>
void ask_router(const call_ptr& c, const Command& what, const answer_function& done) {
  c->self->request(c->where().router_of(what.client_id), request_timeout, what)
      .then(
          [done](const outcome& o) {
            done(failure(o.code, o.code == body_code::not_found ? "channel_not_found" : o.message));
          },
          [done](const caf::error&) { done(timeout()); });
}

void subscribe_one(const call_ptr& c, arguments& args, const answer_function& done) {
  client_subscribe what;
  auto text = topic_text(args);
  auto client_id = args.text("clientid");
  what.level = static_cast<mqtt::qos>(args.integer("qos", 0, 2).value_or(0));
  if (!args.wrong().empty())
    return done(wrong_argument(args));
  what.filters = split_topics(text.value_or(""), valid_subscription);
  if (what.filters.empty())
    return done(bad_topic());
  if (!client_id)
    return done(failure(body_code::not_found, "channel_not_found"));
  what.client_id = *client_id;
  ask_router(c, what, done);
}

void unsubscribe_one(const call_ptr& c, arguments& args, const answer_function& done) {
  auto filter = args.text("topic");
  auto client_id = args.text("clientid");
  if (!args.wrong().empty())
    return done(wrong_argument(args));
  if (!filter || !valid_subscription(*filter))
    return done(bad_topic());
  if (!client_id)
    return done(failure(body_code::not_found, "channel_not_found"));
  ask_router(c, client_unsubscribe{*client_id, *filter}, done);
}

template <command Command>
void single(const call_ptr& c) {
  Command(c, c->args, [c](answer a) { c->reply(std::move(a)); });
}

// Entries one after the other: a client's commands keep their order, and one request is open at a time.
struct batch_run : std::enable_shared_from_this<batch_run> {
  call_ptr c;
  command carry_out;
  std::vector<arguments> entries;
  json::array rows;

  void step() {
    // Entries that are answered at once must not deepen the stack.
    while (rows.size() < entries.size()) {
      arguments& entry = entries[rows.size()];
      std::size_t before = rows.size();
      stepping = true;
      if (entry.wrong().empty())
        carry_out(c, entry, [run = shared_from_this()](const answer& a) { run->finished(a.code); });
      else
        finished(body_code::bad_parameter);
      stepping = false;
      if (rows.size() == before)
        return; // its answer comes later, and calls step
    }
    c->reply(ok(std::move(rows)));
  }

private:
  void finished(int code) {
    rows.push_back(batch_row(entries[rows.size()], true, code));
    if (!stepping)
      step();
  }

  bool stepping = false;
};

template <command Command>
void batch(const call_ptr& c) {
  auto entries = read_batch(*c);
  if (!entries)
    return c->reply(bad_parameter("body"));
  auto run = std::make_shared<batch_run>();
  run->c = c;
  run->carry_out = Command;
  run->entries = std::move(*entries);
  run->step();
}

constexpr json_member message_members[] = {{"topic", "string", false},    {"topics", "string", false},
                                           {"clientid", "string", false}, {"payload", "any", false},
                                           {"encoding", "string", false}, {"qos", "integer", false},
                                           {"retain", "boolean", false},  {"return", "any", false}};

constexpr json_member subscription_members[] = {{"topic", "string", false},
                                                {"topics", "string", false},
                                                {"clientid", "string"},
                                                {"qos", "integer", false}};

constexpr json_member unsubscription_members[] = {{"topic", "string"}, {"clientid", "string"}};

// What the entry said is repeated, right or wrong.
constexpr json_member published_shape_members[] = {{"topic", "any"}, {"code", "integer"}};
constexpr object_shape published_shape{"Published", published_shape_members};

constexpr json_member changed_shape_members[] = {{"topic", "any"}, {"clientid", "any"}, {"code", "integer"}};
constexpr object_shape changed_shape{"Changed", changed_shape_members};

constexpr description batch_of(std::span<const json_member> body, const object_shape& result) {
  return {.body = body, .batch = true, .data = &result, .many = true};
}

constexpr endpoint table[] = {
    row("POST", "/mqtt/subscribe", scope::local, "mqtt_subscribe", "Subscribe a topic", single<subscribe_one>,
        {.body = subscription_members}),
    row("POST", "/mqtt/publish", scope::local, "mqtt_publish", "Publish a MQTT message", publish,
        {.body = message_members}),
    row("POST", "/mqtt/unsubscribe", scope::local, "mqtt_unsubscribe", "Unsubscribe a topic",
        single<unsubscribe_one>, {.body = unsubscription_members}),
    row("POST", "/mqtt/subscribe_batch", scope::local, "mqtt_subscribe_batch", "Batch subscribes topics",
        batch<subscribe_one>, batch_of(subscription_members, changed_shape)),
    row("POST", "/mqtt/publish_batch", scope::local, "mqtt_publish_batch", "Batch publish MQTT messages",
        publish_batch, batch_of(message_members, published_shape)),
    row("POST", "/mqtt/unsubscribe_batch", scope::local, "mqtt_unsubscribe_batch",
        "Batch unsubscribes topics", batch<unsubscribe_one>, batch_of(unsubscription_members, changed_shape)),
};

} // namespace

std::span<const endpoint> mqtt_endpoints() { return table; }

} // namespace troupe
