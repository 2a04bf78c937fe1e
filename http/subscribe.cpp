// Clients that the API subscribes and unsubscribes (reference/http-api.md section 6).
#include "endpoint.hpp"
#include "mqtt_arguments.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <utility>

namespace troupe {

namespace json = boost::json;

namespace {

bool valid_subscription(std::string_view filter) { return mqtt::parse_subscription(filter).has_value(); }

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
    return done(bad_parameter(args.wrong()));
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
    return done(bad_parameter(args.wrong()));
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

constexpr json_member subscription_members[] = {{"topic", "string", false},
                                                {"topics", "string", false},
                                                {"clientid", "string"},
                                                {"qos", "integer", false}};

constexpr json_member unsubscription_members[] = {{"topic", "string"}, {"clientid", "string"}};

constexpr json_member changed_shape_members[] = {{"topic", "any"}, {"clientid", "any"}, {"code", "integer"}};
constexpr object_shape changed_shape{"Changed", changed_shape_members};

constexpr endpoint table[] = {
    row("POST", "/mqtt/subscribe", scope::local, "mqtt_subscribe", "Subscribe a topic", single<subscribe_one>,
        {.body = subscription_members}),
    row("POST", "/mqtt/unsubscribe", scope::local, "mqtt_unsubscribe", "Unsubscribe a topic",
        single<unsubscribe_one>, {.body = unsubscription_members}),
    row("POST", "/mqtt/subscribe_batch", scope::local, "mqtt_subscribe_batch", "Batch subscribes topics",
        batch<subscribe_one>, batch_of(subscription_members, changed_shape)),
    row("POST", "/mqtt/unsubscribe_batch", scope::local, "mqtt_unsubscribe_batch",
        "Batch unsubscribes topics", batch<unsubscribe_one>, batch_of(unsubscription_members, changed_shape)),
};

} // namespace

std::span<const endpoint> subscribe_endpoints() { return table; }

} // namespace troupe
