// Counters of registered topics (reference/http-api.md section 11).
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

answer invalid_topic() { return failure(body_code::bad_topic, "invalid_topic_name"); }
answer not_loaded() { return failure(body_code::unknown, "module_not_loaded"); }

json::object metrics_json(const topic_metrics_row& row) {
  json::object out;
  for (std::size_t i = 0; i < mqtt::topic_figure_count; ++i) {
    const std::string name{to_string(static_cast<mqtt::topic_figure>(i))};
    out[name + ".count"] = row.counts[i];
    out[name + ".rate"] = row.rates[i];
  }
  return out;
}

void list_all(const call_ptr& c) {
  c->self->request(c->where().topic_metrics, request_timeout, topic_metrics_query{})
      .then(
          [c](const topic_metrics_page& page) {
            if (!page.loaded)
              return c->reply(not_loaded());
            json::array rows;
            for (const auto& row : page.rows)
              rows.push_back(json::object{{"topic", row.topic}, {"metrics", metrics_json(row)}});
            c->reply(ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void list_one(const call_ptr& c) {
  const std::string& topic = c->args.path("topic");
  const bool valid = mqtt::valid_topic_name(topic);
  c->self->request(c->where().topic_metrics, request_timeout, topic_metrics_query{topic})
      .then(
          [c, valid](const topic_metrics_page& page) {
            if (!page.loaded)
              return c->reply(not_loaded());
            if (!valid)
              return c->reply(invalid_topic());
            c->reply(ok(page.rows.empty() ? json::object{} : metrics_json(page.rows.front())));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// That the module is off is told before what else is wrong.
void refuse(const call_ptr& c, const answer& why) {
  c->self->request(c->where().topic_metrics, request_timeout, topic_metrics_query{""})
      .then([c, why](const topic_metrics_page& page) { c->reply(page.loaded ? why : not_loaded()); },
            [c](const caf::error&) { c->reply(timeout()); });
}

void add(const call_ptr& c) {
  const auto topic = c->args.text("topic");
  if (!c->args.wrong().empty())
    return refuse(c, bad_parameter(c->args.wrong()));
  if (!topic || topic->empty())
    return refuse(c, failure(body_code::missing_parameter, "missing_required_params"));
  if (!mqtt::valid_topic_name(*topic))
    return refuse(c, invalid_topic());
  carry_out(c, c->where().topic_metrics, register_topic{*topic}, gathered_request_timeout);
}

void remove_one(const call_ptr& c) {
  if (!mqtt::valid_topic_name(c->args.path("topic")))
    return refuse(c, invalid_topic());
  carry_out(c, c->where().topic_metrics, unregister_topics{c->args.path("topic")}, gathered_request_timeout);
}

void remove_all(const call_ptr& c) {
  carry_out(c, c->where().topic_metrics, unregister_topics{}, gathered_request_timeout);
}

constexpr json_member topic_shape_members[] = {{"topic", "string"}, {"metrics", "object"}};
constexpr object_shape topic_shape{"TopicMetrics", topic_shape_members};

constexpr object_shape figures_shape{"TopicFigures", {}, "number"};
constexpr json_member topic_member[] = {{"topic", "string"}};

constexpr endpoint table[] = {
    row("GET", "/topic-metrics", scope::local, "list_all_topic_metrics", "List all topic metrics", list_all,
        {.data = &topic_shape, .many = true}),
    row("GET", "/topic-metrics/:topic", scope::local, "list_topic_metrics", "List specify topic metrics",
        list_one, {.data = &figures_shape}),
    row("POST", "/topic-metrics", scope::local, "register_topic_metrics", "Register topic metrics", add,
        {.body = topic_member}),
    row("DELETE", "/topic-metrics", scope::local, "unregister_all_topic_metrics",
        "Unregister all topic metrics", remove_all),
    row("DELETE", "/topic-metrics/:topic", scope::local, "unregister_topic_metrics",
        "Unregister topic metrics", remove_one),
};

} // namespace

std::span<const endpoint> topic_metrics_endpoints() { return table; }

} // namespace troupe
