// What rules can do, and what their SQL can call (reference/http-api.md section 13).
#include "call.hpp"
#include "endpoint.hpp"
#include "troupe/actors/rule_action.hpp"
#include "troupe/rules/sql_function.hpp"

#include <boost/json/array.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

json::array types_of(const rules::action_row& a) {
  json::array out;
  for (const char* type : a.resource_types)
    if (type != nullptr)
      out.push_back(type);
  return out;
}

json::object to_json(const rules::action_row& a) {
  return {{"name", a.name},
          {"app", a.app},
          {"category", a.category},
          {"for", "$any"},
          {"types", types_of(a)},
          {"params", rules::describe(a.parameters)},
          {"title", rules::to_json(a.heading)},
          {"description", rules::to_json(a.description)}};
}

void list(const call_ptr& c) {
  json::array rows;
  for (const auto* a : rules::action_table())
    rows.push_back(to_json(*a));
  c->reply(ok(std::move(rows)));
}

void show(const call_ptr& c) {
  const auto* found = rules::find_action(c->args.path("name"));
  c->reply(found == nullptr ? no_such_path() : ok(to_json(*found)));
}

void list_functions(const call_ptr& c) {
  json::array rows;
  for (const auto& f : rules::sql_functions())
    rows.push_back(json::object{{"name", f.name},
                                {"arity", f.arity},
                                {"description", f.description},
                                {"example", f.example},
                                {"result", f.result}});
  c->reply(ok(std::move(rows)));
}

constexpr json_member action_members[] = {
    {"name", "string"}, {"app", "string"},    {"category", "string"}, {"for", "string"},
    {"types", "array"}, {"params", "object"}, {"title", "object"},    {"description", "object"}};
constexpr object_shape action_shape{"RuleAction", action_members};

constexpr json_member function_members[] = {{"name", "string"},
                                            {"arity", "string"},
                                            {"description", "string"},
                                            {"example", "string"},
                                            {"result", "string"}};
constexpr object_shape function_shape{"RuleFunction", function_members};

constexpr endpoint table[] = {
    engine_row("GET", "/actions/", "list_actions", "A list of all actions", list,
               {.data = &action_shape, .many = true}),
    engine_row("GET", "/actions/:name", "show_action", "Show an action", show, {.data = &action_shape}),
    engine_row("GET", "/rule_functions/", "list_rule_functions", "A list of all functions of rule SQL",
               list_functions, {.data = &function_shape, .many = true}),
};

} // namespace

std::span<const endpoint> rule_action_endpoints() { return table; }

} // namespace troupe
