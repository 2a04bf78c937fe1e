// Rules (reference/http-api.md section 13).
#include "call.hpp"
#include "endpoint.hpp"
#include "rule_command.hpp"
#include "rule_json.hpp"
#include "rule_limits.hpp"
#include "rule_list.hpp"
#include "rule_test.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/rule_messages.hpp"

#include <boost/json/array.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr int bad_request = 400;
constexpr int no_such_rule = 404;

answer bad_arguments(std::string_view what) {
  return failure(bad_request, std::string{"Bad Arguments: "}.append(what));
}

void show(const call_ptr& c) {
  c->self->request(c->where().rules, gathered_request_timeout, rule_query{c->args.path("id")})
      .then(
          [c](const rule_page& page) {
            c->reply(page.rows.empty() ? failure(no_such_rule, "Not Found")
                                       : ok(to_json(page.rows.front(), c->where().node_name)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// -- reading ------------------------------------------------------------------------------------------------

std::string text_of(const json::value& v) { return {v.get_string().data(), v.get_string().size()}; }

// What is wrong with them; empty: nothing.
std::string read_actions(const json::value& given, std::vector<new_action>& out) {
  if (!given.is_array() || given.get_array().size() > rule_limits::most_actions)
    return "{invalid_actions}";
  for (const auto& entry : given.get_array()) {
    const auto* o = entry.if_object();
    const auto* name = o == nullptr ? nullptr : o->if_contains("name");
    if (name == nullptr || !name->is_string())
      return "{required_field_missing,name}";
    new_action a;
    a.name = text_of(*name);
    if (const auto* params = o->if_contains("params")) {
      if (!params->is_object())
        return "{invalid_params}";
      a.params = params->get_object();
    }
    if (const auto* fallbacks = o->if_contains("fallbacks"); fallbacks != nullptr)
      if (auto error = read_actions(*fallbacks, a.fallbacks); !error.empty())
        return error;
    out.push_back(std::move(a));
  }
  return {};
}

std::string read_rule(const arguments& args, put_rule& out) {
  if (const auto sql = args.value("rawsql")) {
    if (!sql->is_string())
      return "{invalid_rawsql}";
    out.sql = text_of(*sql);
  }
  if (const auto description = args.value("description")) {
    if (!description->is_string())
      return "{invalid_description}";
    out.description = text_of(*description);
  }
  if (const auto enabled = args.value("enabled")) {
    if (!enabled->is_bool())
      return "{invalid_enabled}";
    out.enabled = enabled->get_bool();
  }
  if (const auto then = args.value("on_action_failed")) {
    if (!then->is_string() || (then->get_string() != "continue" && then->get_string() != "stop"))
      return "{invalid_on_failed}";
    out.stop_on_failure = then->get_string() == "stop";
  }
  if (const auto actions = args.value("actions"))
    if (auto error = read_actions(*actions, out.actions.emplace()); !error.empty())
      return error;
  return beyond_limits(out);
}

// -- changes ------------------------------------------------------------------------------------------------

void put(const call_ptr& c, put_rule what) {
  c->self->request(c->where().rules, gathered_request_timeout, std::move(what))
      .then(
          [c](const rule_put& done) {
            c->reply(done.row ? ok(to_json(*done.row, c->where().node_name))
                              : failure(done.code, done.message));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

bool is_test(const arguments& args) {
  const auto test = args.value("test");
  return test &&
         ((test->is_bool() && test->get_bool()) || (test->is_string() && test->get_string() == "true"));
}

void create(const call_ptr& c) {
  put_rule what;
  if (auto error = read_rule(c->args, what); !error.empty())
    return c->reply(bad_arguments(error));
  if (is_test(c->args)) {
    if (!what.sql)
      return c->reply(bad_arguments("function_clause"));
    return c->reply(
        test_rule(*what.sql, c->args.value("ctx").value_or(json::object{}), c->where().node_name));
  }
  if (!what.sql || !what.actions)
    return c->reply(bad_arguments("function_clause"));
  if (const auto id = c->args.value("id")) {
    if (!id->is_string() || id->get_string().empty() || id->get_string().size() > rule_limits::longest_id)
      return c->reply(bad_arguments("{invalid_id}"));
    what.id = text_of(*id);
  }
  put(c, std::move(what));
}

void update(const call_ptr& c) {
  put_rule what;
  what.how = put_mode::update;
  if (auto error = read_rule(c->args, what); !error.empty())
    return c->reply(bad_arguments(error));
  what.id = c->args.path("id");
  put(c, std::move(what));
}

void remove(const call_ptr& c) { carry_out<remove_rule>(c); }
void reset(const call_ptr& c) { carry_out<reset_rule>(c); }

constexpr json_member rule_members[] = {
    {"id", "string"},          {"rawsql", "string"},           {"for", "array"},
    {"actions", "array"},      {"metrics", "array"},           {"enabled", "boolean"},
    {"description", "string"}, {"on_action_failed", "string"}, {"created_at", "integer"}};
constexpr object_shape rule_shape{"Rule", rule_members};

constexpr json_member new_rule[] = {{"rawsql", "string"},
                                    {"actions", "array", false},
                                    {"description", "string", false},
                                    {"enabled", "boolean", false},
                                    {"on_action_failed", "string", false},
                                    {"id", "string", false},
                                    {"test", "boolean|string", false},
                                    {"ctx", "object", false}};

constexpr json_member rule_changes[] = {{"rawsql", "string", false},
                                        {"actions", "array", false},
                                        {"description", "string", false},
                                        {"enabled", "boolean", false},
                                        {"on_action_failed", "string", false}};

constexpr endpoint table[] = {
    engine_row("POST", "/rules/", "create_rule", "Create a rule", create, {.body = new_rule}),
    engine_row("PUT", "/rules/:id", "update_rule", "Update a rule", update,
               {.body = rule_changes, .data = &rule_shape}),
    engine_row("GET", "/rules/", "list_rules", "A list of all rules", list_rules,
               {.query = rule_list_query, .data = &rule_shape, .many = true}),
    engine_row("GET", "/rules/:id", "show_rule", "Show a rule", show, {.data = &rule_shape}),
    engine_row("DELETE", "/rules/:id", "delete_rule", "Delete a rule", remove),
    engine_row("PUT", "/rules/:id/reset_metrics", "reset_metrics", "Reset a rule's metrics", reset),
};

} // namespace

std::span<const endpoint> rule_endpoints() { return table; }

} // namespace troupe
