// Resources of rules and their types (reference/http-api.md section 13).
#include "call.hpp"
#include "endpoint.hpp"
#include "rule_command.hpp"
#include "rule_limits.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/actors/rule_resource.hpp"
#include "troupe/rules/hidden_password.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr int bad_request = 400;
constexpr int no_such_resource = 404;

// -- types --------------------------------------------------------------------------------------------------

json::object to_json(const resource_row& r) {
  return {{"name", r.name},
          {"provider", r.provider},
          {"params", rules::describe(r.parameters)},
          {"title", rules::to_json(r.heading)},
          {"description", rules::to_json(r.description)}};
}

// By their English titles, as EMQ X lists them.
void list_types(const call_ptr& c) {
  const auto table = resource_table();
  std::vector<const resource_row*> sorted{table.begin(), table.end()};
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return std::string_view{a->heading.en} < std::string_view{b->heading.en};
  });
  json::array rows;
  for (const auto* r : sorted)
    rows.push_back(to_json(*r));
  c->reply(ok(std::move(rows)));
}

void show_type(const call_ptr& c) {
  const auto* found = find_resource_type(c->args.path("name"));
  c->reply(found == nullptr ? no_such_path() : ok(to_json(*found)));
}

// -- resources
// ------------------------------------------------------------------------------------------------

json::object to_json(const rules::resource_definition& d) {
  return {{"id", d.id},
          {"type", d.type},
          {"config", rules::without_password(d.config)},
          {"description", d.description}};
}

template <class Show>
void ask(const call_ptr& c, resource_query q, Show show) {
  c->self->request(c->where().rules, gathered_request_timeout, std::move(q))
      .then([c, show](const resource_page& page) { c->reply(show(page)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

answer rows_of(const resource_page& page) {
  json::array rows;
  for (const auto& r : page.rows)
    rows.push_back(to_json(r.definition));
  return ok(std::move(rows));
}

void list(const call_ptr& c) { ask(c, {}, rows_of); }

void list_of_type(const call_ptr& c) { ask(c, {{}, c->args.path("type")}, rows_of); }

void show(const call_ptr& c) {
  ask(c, {c->args.path("id"), {}}, [node = c->where().node_name](const resource_page& page) {
    if (page.rows.empty())
      return failure(no_such_resource, "Not Found");
    auto row = to_json(page.rows.front().definition);
    row["status"] = json::array{json::object{{"node", node}, {"is_alive", page.rows.front().alive}}};
    return ok(std::move(row));
  });
}

void show_status(const call_ptr& c) {
  ask(c, {c->args.path("id"), {}}, [id = c->args.path("id")](const resource_page& page) {
    return page.rows.empty() ? failure(bad_request, "Resource " + id + " Not Found")
                             : ok(json::object{{"is_alive", page.rows.front().alive}});
  });
}

// -- changes ------------------------------------------------------------------------------------------------

std::string text_of(const std::optional<json::value>& v) {
  return {v->get_string().data(), v->get_string().size()};
}

// What is wrong; empty: nothing.
std::string read_resource(const arguments& args, put_resource& out) {
  if (const auto type = args.value("type")) {
    if (!type->is_string())
      return "{invalid_type}";
    out.type = text_of(type);
  }
  if (const auto config = args.value("config")) {
    if (!config->is_object())
      return "{invalid_config}";
    out.config = config->get_object();
  }
  if (const auto description = args.value("description")) {
    if (!description->is_string())
      return "{invalid_description}";
    out.description = text_of(description);
  }
  return beyond_limits(out);
}

answer bad_arguments(std::string_view what) {
  return failure(bad_request, std::string{"Bad Arguments: "}.append(what));
}

void put(const call_ptr& c, put_resource what) {
  const bool test = what.test;
  c->self->request(c->where().rules, gathered_request_timeout, std::move(what))
      .then(
          [c, test](const resource_put& done) {
            if (done.code != 0)
              return c->reply(failure(done.code, done.message));
            c->reply(test ? ok() : ok(to_json(*done.definition)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void create(const call_ptr& c) {
  put_resource what;
  if (auto error = read_resource(c->args, what); !error.empty())
    return c->reply(bad_arguments(error));
  if (!what.type)
    return c->reply(bad_arguments("function_clause"));
  const auto test = c->args.value("test");
  what.test =
      test && ((test->is_bool() && test->get_bool()) || (test->is_string() && test->get_string() == "true"));
  if (const auto id = c->args.value("id")) {
    if (!id->is_string() || id->get_string().empty() || id->get_string().size() > rule_limits::longest_id)
      return c->reply(bad_arguments("{invalid_id}"));
    what.id = text_of(id);
  }
  put(c, std::move(what));
}

void update(const call_ptr& c) {
  put_resource what;
  what.how = put_mode::update;
  if (auto error = read_resource(c->args, what); !error.empty())
    return c->reply(bad_arguments(error));
  what.id = c->args.path("id");
  what.type = {}; // it stays
  put(c, std::move(what));
}

void remove(const call_ptr& c) { carry_out<remove_resource>(c); }
void start(const call_ptr& c) { carry_out<start_resource>(c); }

constexpr json_member type_members[] = {{"name", "string"},
                                        {"provider", "string"},
                                        {"params", "object"},
                                        {"title", "object"},
                                        {"description", "object"}};
constexpr object_shape type_shape{"ResourceType", type_members};

constexpr json_member resource_members[] = {
    {"id", "string"}, {"type", "string"}, {"config", "object"}, {"description", "string"}};
constexpr object_shape resource_shape{"Resource", resource_members};

constexpr json_member status_members[] = {{"is_alive", "boolean"}};
constexpr object_shape status_shape{"ResourceStatus", status_members};

constexpr json_member new_resource[] = {{"type", "string"},
                                        {"config", "object", false},
                                        {"description", "string", false},
                                        {"id", "string", false},
                                        {"test", "boolean|string", false}};
constexpr json_member resource_changes[] = {{"config", "object", false}, {"description", "string", false}};

constexpr endpoint table[] = {
    engine_row("GET", "/resource_types/", "list_resource_types", "List all resource types", list_types,
               {.data = &type_shape, .many = true}),
    engine_row("GET", "/resource_types/:name", "show_resource_type", "Show a resource type", show_type,
               {.data = &type_shape}),
    engine_row("GET", "/resource_types/:type/resources", "list_resources_by_type",
               "List all resources of a resource type", list_of_type,
               {.data = &resource_shape, .many = true}),
    engine_row("GET", "/resources/", "list_resources", "List all resources", list,
               {.data = &resource_shape, .many = true}),
    engine_row("POST", "/resources/", "create_resource", "Create a resource", create, {.body = new_resource}),
    engine_row("GET", "/resources/:id", "show_resource", "Show a resource", show),
    engine_row("GET", "/resource_status/:id", "get_resource_status", "Get status of a resource", show_status,
               {.data = &status_shape}),
    engine_row("POST", "/resources/:id", "start_resource", "Start a resource", start),
    engine_row("PUT", "/resources/:id", "update_resource", "Update a resource", update,
               {.body = resource_changes, .data = &resource_shape}),
    engine_row("DELETE", "/resources/:id", "delete_resource", "Delete a resource", remove),
};

} // namespace

std::span<const endpoint> resource_endpoints() { return table; }

} // namespace troupe
