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

constexpr endpoint table[] = {
    {"GET", "/routes/", nullptr, scope::concatenated, nullptr, "list_routes", "List routes", nullptr, nullptr,
     list_routes},
    {"GET", "/routes/:topic", nullptr, scope::concatenated, nullptr, "lookup_routes",
     "Lookup routes to a topic", nullptr, nullptr, lookup_route},
};

} // namespace

std::span<const endpoint> route_endpoints() { return table; }

} // namespace troupe
