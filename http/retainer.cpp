// The retained messages; Troupe's own endpoints (EMQ X has them on the command line only).
#include "call.hpp"
#include "endpoint.hpp"
#include "pager.hpp"
#include "stored.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr const char* everything = "#";

template <class Done>
void ask_figures(const call_ptr& c, Done done) {
  c->self->request(c->where().retainer, request_timeout, retained_figures_query{})
      .then(std::move(done), [c](const caf::error&) { c->reply(timeout()); });
}

void show(const call_ptr& c) {
  ask_figures(c, [c](const retained_figures& f) {
    c->reply(ok(json::object{{"node", c->where().node_name},
                             {"messages", f.messages},
                             {"messages_max", f.messages_max},
                             {"bytes", f.bytes}}));
  });
}

// -- the list ----------------------------------------------------------------------------------------------

struct listing {
  retained_query query;
  page_window window;
  json::array rows;
};

json::object row_json(const call& c, const retained_row& row) {
  return {{"topic", row.topic},
          {"qos", row.qos},
          {"payload_size", row.payload_size},
          {"clientid", row.clientid},
          {"published_at", local_time_text(row.published_at)},
          {"node", c.where().node_name}};
}

// Slice by slice. One row more than the page has tells whether there is another page.
void next_rows(const call_ptr& c, const std::shared_ptr<listing>& list) {
  list->query.limit = list->window.request.take + 1 - list->rows.size();
  c->self->request(c->where().retainer, request_timeout, list->query)
      .then(
          [c, list](retained_page& page) {
            for (const auto& row : page.rows)
              list->rows.push_back(row_json(*c, row));
            const bool more = list->rows.size() > list->window.request.take;
            if (!more && !page.done) {
              list->query.skip -= page.skipped;
              list->query.cursor = std::move(page.cursor);
              return next_rows(c, list);
            }
            list->window.has_next = more;
            if (more)
              list->rows.pop_back();
            c->reply(ok(std::move(list->rows), list->window.meta()));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void list_messages(const call_ptr& c) {
  const auto filter = c->args.text("filter");
  const auto request = read_page(*c);
  if (filter && !mqtt::valid_topic_filter(*filter))
    c->args.set_wrong("filter");
  if (!request || !c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  auto list = std::make_shared<listing>();
  list->query = {filter.value_or(everything), {}, request->skip, 0};
  list->window.request = *request;
  list->window.filtered = filter.has_value();
  ask_figures(c, [c, list](const retained_figures& f) {
    list->window.total = f.messages;
    next_rows(c, list);
  });
}

// -- removing -----------------------------------------------------------------------------------------------

void remove_next(const call_ptr& c, const remove_retained& next, std::size_t removed) {
  c->self->request(c->where().retainer, request_timeout, next)
      .then(
          [c, filter = next.filter, removed](retained_removed& answer) {
            const auto sum = removed + answer.messages;
            if (!answer.done)
              return remove_next(c, {filter, std::move(answer.cursor)}, sum);
            when_stored(c, c->where().retainer, [c, sum](bool stored) {
              c->reply(stored ? ok(json::object{{"removed", sum}}) : not_stored());
            });
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void remove(const call_ptr& c) {
  const auto& filter = c->args.path("filter");
  if (!mqtt::valid_topic_filter(filter))
    return c->reply(bad_parameter("filter"));
  remove_next(c, {filter, {}}, 0);
}

void remove_all(const call_ptr& c) { remove_next(c, {everything, {}}, 0); }

constexpr json_member retainer_shape_members[] = {
    {"node", "string"}, {"messages", "integer"}, {"messages_max", "integer"}, {"bytes", "integer"}};
constexpr object_shape retainer_shape{"Retainer", retainer_shape_members};
constexpr description of_retainer{.data = &retainer_shape};

constexpr json_member message_shape_members[] = {{"topic", "string"},         {"qos", "integer"},
                                                 {"payload_size", "integer"}, {"clientid", "string"},
                                                 {"published_at", "string"},  {"node", "string"}};
constexpr object_shape message_shape{"RetainedMessage", message_shape_members};
constexpr json_member list_query[] = {{"_page", "integer"}, {"_limit", "integer"}, {"filter", "string"}};

constexpr json_member removed_shape_members[] = {{"removed", "integer"}};
constexpr object_shape removed_shape{"Removed", removed_shape_members};

constexpr endpoint table[] = {
    {"GET", "/retainer", "/nodes/:node/retainer", scope::listed, nullptr, "list_retainers",
     "Number and memory of the retained messages of all nodes", "get_retainer",
     "Number and memory of the retained messages of a node", show, of_retainer, plugin_kind::retainer},
    row("GET", "/retainer/messages", scope::concatenated, "list_retained", "List retained messages",
        list_messages, {.query = list_query, .data = &message_shape, .many = true}, plugin_kind::retainer),
    row("DELETE", "/retainer/messages", scope::local, "clean_retained", "Remove all retained messages",
        remove_all, {.data = &removed_shape}, plugin_kind::retainer),
    row("DELETE", "/retainer/messages/:filter", scope::local, "remove_retained",
        "Remove the retained messages whose topics match a filter", remove, {.data = &removed_shape},
        plugin_kind::retainer),
};

} // namespace

std::span<const endpoint> retainer_endpoints() { return table; }

} // namespace troupe
