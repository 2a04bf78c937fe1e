// Applications: who may use this API (reference/http-api.md section 9).
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "text.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <limits>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_text = 1024; // bytes of each member

json::object app_json(const app_row& app) {
  return {{"app_id", app.id},
          {"name", app.name},
          {"desc", app.desc},
          {"status", app.status},
          {"expired", app.expired ? json::value(*app.expired) : json::value("undefined")}};
}

std::optional<std::string> short_text(arguments& args, std::string_view name) {
  auto text = args.text(name);
  if (text && text->size() > longest_text)
    args.set_wrong(name);
  return text;
}

// Seconds since the epoch; "undefined", as an answer has it, or null for never.
std::optional<std::optional<std::int64_t>> read_expired(arguments& args) {
  const auto given = args.value("expired");
  if (!given)
    return std::nullopt;
  if (given->is_null() || (given->is_string() && given->get_string() == "undefined"))
    return std::optional<std::int64_t>{};
  return args.integer("expired", 0, std::numeric_limits<std::int64_t>::max());
}

void list(const call_ptr& c) {
  c->self->request(c->where().apps, request_timeout, app_query{})
      .then(
          [c](const app_page& page) {
            json::array rows;
            for (const app_row& app : page.rows)
              rows.push_back(app_json(app));
            c->reply(ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// An unknown one is an empty object, as with EMQ X. The secret is told when it is made, and never again.
void show(const call_ptr& c) {
  app_query query;
  query.id = c->args.path("app_id");
  c->self->request(c->where().apps, request_timeout, query)
      .then(
          [c](const app_page& page) {
            c->reply(ok(page.rows.empty() ? json::object{} : app_json(page.rows.front())));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// Basic authentication ends the id at its first colon.
bool usable_id(const std::string& id) {
  return id.find(':') == std::string::npos &&
         std::none_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

void add(const call_ptr& c) {
  add_app what;
  auto& args = c->args;
  const auto id = short_text(args, "app_id"), name = short_text(args, "name");
  what.secret = short_text(args, "secret").value_or("");
  what.app.desc = short_text(args, "desc").value_or("");
  what.app.status = args.boolean("status").value_or(true);
  what.app.expired = read_expired(args).value_or(std::nullopt);
  if (id && !usable_id(*id))
    args.set_wrong("app_id");
  if (!args.wrong().empty())
    return c->reply(bad_parameter(args.wrong()));
  if (!id || id->empty() || !name || name->empty())
    return c->reply(failure(body_code::missing_parameter, "missing mandatory params: ['app_id', 'name']"));
  what.app.id = *id;
  what.app.name = *name;
  c->self->request(c->where().apps, request_timeout, std::move(what))
      .then(
          [c](const app_added& added) {
            c->reply(added.code == body_code::success ? ok(json::object{{"secret", added.secret}})
                                                      : failure(added.code, added.message));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// All is replaced: what is left out is undefined, but for the status, without which nobody could ask any
// more.
void update(const call_ptr& c) {
  update_app what;
  what.id = c->args.path("app_id");
  what.name = short_text(c->args, "name").value_or("");
  what.desc = short_text(c->args, "desc").value_or("");
  what.status = c->args.boolean("status");
  what.expired = read_expired(c->args).value_or(std::nullopt);
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  carry_out(c, c->where().apps, std::move(what));
}

void remove(const call_ptr& c) { carry_out(c, c->where().apps, remove_app{c->args.path("app_id")}); }

constexpr json_member app_shape_members[] = {{"app_id", "string"},
                                             {"name", "string"},
                                             {"desc", "string"},
                                             {"status", "boolean"},
                                             {"expired", "integer|string"}};
constexpr object_shape app_shape{"App", app_shape_members};

constexpr json_member secret_shape_members[] = {{"secret", "string"}};
constexpr object_shape secret_shape{"AppSecret", secret_shape_members};

constexpr json_member new_app[] = {{"app_id", "string"},         {"name", "string"},
                                   {"secret", "string", false},  {"desc", "string", false},
                                   {"status", "boolean", false}, {"expired", "integer|string|null", false}};

constexpr json_member app_changes[] = {{"name", "string", false},
                                       {"desc", "string", false},
                                       {"status", "boolean", false},
                                       {"expired", "integer|string|null", false}};

constexpr endpoint table[] = {
    row("GET", "/apps/", scope::local, "list_apps", "List all applications", list,
        {.data = &app_shape, .many = true}),
    row("GET", "/apps/:app_id", scope::local, "lookup_app", "Lookup an application", show,
        {.data = &app_shape, .empty_if_unknown = true}),
    row("POST", "/apps/", scope::local, "add_app", "Add an application", add,
        {.body = new_app, .data = &secret_shape}),
    row("PUT", "/apps/:app_id", scope::local, "update_app", "Update an application", update,
        {.body = app_changes}),
    row("DELETE", "/apps/:app_id", scope::local, "del_app", "Delete an application", remove),
};

} // namespace

std::span<const endpoint> app_endpoints() { return table; }

} // namespace troupe
