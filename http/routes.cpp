#include "call.hpp"
#include "endpoint.hpp"
#include "pager.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::value rows_json(const call& c, const route_page& page) {
  json::array rows;
  rows.reserve(page.topics.size());
  for (const std::string& topic : page.topics)
    rows.push_back(json::object{{"topic", topic}, {"node", c.where().node_name}});
  return rows;
}

template <class Done>
void ask(const call_ptr& c, route_query query, Done done) {
  c->self->request(c->where().route_table, request_timeout, std::move(query))
      .then(std::move(done), [c](const caf::error&) { c->reply(timeout()); });
}

void list_routes(const call_ptr& c) {
  auto request = read_page(*c);
  if (!request)
    return c->reply(bad_parameter(c->args.wrong()));
  ask(c, {std::nullopt, request->skip, request->take}, [c, request = *request](const route_page& page) {
    bool has_next = page.total > request.skip && page.total - request.skip > page.topics.size();
    c->reply(ok(rows_json(*c, page), page_window{request, false, page.total, has_next}.meta()));
  });
}

void lookup_route(const call_ptr& c) {
  ask(c, {c->args.path("topic"), 0, all_rows},
      [c](const route_page& page) { c->reply(ok(rows_json(*c, page))); });
}

constexpr json_member route_shape_members[] = {{"topic", "string"}, {"node", "string"}};
constexpr object_shape route_shape{"Route", route_shape_members};

constexpr json_member list_query[] = {{"_page", "integer"}, {"_limit", "integer"}};

constexpr endpoint table[] = {
    row("GET", "/routes/", scope::concatenated, "list_routes", "List routes", list_routes,
        {.query = list_query, .data = &route_shape, .many = true}),
    row("GET", "/routes/:topic", scope::concatenated, "lookup_routes", "Lookup routes to a topic",
        lookup_route, {.data = &route_shape, .many = true}),
};

} // namespace

std::span<const endpoint> route_endpoints() { return table; }

} // namespace troupe
