// The users of emqx_auth_clientid, emqx_auth_username and emqx_auth_mnesia (reference/http-api.md section
// 12). Each kind of users has its own words, and its endpoints are there while its plugin is loaded.
#include "auth_batch.hpp"
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "pager.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::size_t salt_size = 4; // of a password as it is kept

// EMQ X's spellings.
const char* existed(user_kind kind) { return kind == user_kind::clientid ? "exitsted" : "existed"; }
const char* not_existed(user_kind kind) { return kind == user_kind::clientid ? "noexitsted" : "noexisted"; }

// A hash; a password that is kept as it is nobody gets to see.
std::string shown_password(const user_row& user) {
  if (user.hash == "plain")
    return "******";
  return user.password.substr(std::min(salt_size, user.password.size()));
}

json::object user_json(const user_row& user) {
  json::object out{{name_member(user.kind), user.name}, {"password", shown_password(user)}};
  if (user.kind == user_kind::mnesia)
    out["is_superuser"] = user.superuser;
  return out;
}

// A text that is there, not empty and not too long; else the call is answered.
std::optional<std::string> text_of(const call_ptr& c, const char* member) {
  auto text = c->args.text(member);
  if (text && text->size() > longest_auth_text)
    c->args.set_wrong(member);
  if (!c->args.wrong().empty())
    c->reply(bad_parameter(c->args.wrong()));
  else if (!text || text->empty())
    c->reply(failure(body_code::missing_parameter, member));
  else
    return text;
  return std::nullopt;
}

template <user_kind Kind>
void list_names(const call_ptr& c) {
  c->self->request(c->where().access, request_timeout, user_query{Kind, std::nullopt, 0, all_rows})
      .then(
          [c](const user_page& page) {
            json::array names;
            for (const auto& user : page.rows)
              names.emplace_back(user.name);
            c->reply(ok(std::move(names)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void list_logins(const call_ptr& c) {
  auto request = read_auth_page(*c);
  if (!request)
    return c->reply(bad_parameter(c->args.wrong()));
  c->self
      ->request(c->where().access, request_timeout,
                user_query{user_kind::mnesia, std::nullopt, request->skip, request->take})
      .then([c, request = *request](
                const user_page& page) { c->reply(auth_page(request, page.rows, page.total, user_json)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

template <user_kind Kind>
void show(const call_ptr& c) {
  c->self
      ->request(c->where().access, request_timeout, user_query{Kind, c->args.path(name_member(Kind)), 0, 1})
      .then(
          [c](const user_page& page) {
            if (!page.rows.empty())
              c->reply(ok(user_json(page.rows.front())));
            else if (Kind == user_kind::mnesia)
              c->reply(ok(json::object{}));
            else
              c->reply(failure(body_code::no_such_user, not_existed(Kind)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

answer spelled(user_kind kind, const outcome& o) {
  return o.code == body_code::user_exists    ? failure(o.code, existed(kind))
         : o.code == body_code::no_such_user ? failure(o.code, not_existed(kind))
                                             : to_answer(o);
}

void put(const call_ptr& c, const put_user& what) {
  c->self->request(c->where().access, request_timeout, what)
      .then([c, kind = what.kind](const outcome& o) { c->reply(spelled(kind, o)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

template <user_kind Kind>
void add(const call_ptr& c) {
  const auto name = text_of(c, name_member(Kind));
  if (!name)
    return;
  if (const auto password = text_of(c, "password"))
    put(c, {.kind = Kind, .name = *name, .add = true, .password = *password, .superuser = {}});
}

template <user_kind Kind>
void update(const call_ptr& c) {
  const auto superuser = Kind == user_kind::mnesia ? c->args.boolean("is_superuser") : std::nullopt;
  if (const auto password = text_of(c, "password"))
    put(c, {.kind = Kind,
            .name = c->args.path(name_member(Kind)),
            .add = false,
            .password = *password,
            .superuser = superuser});
}

template <user_kind Kind>
void remove(const call_ptr& c) {
  carry_out(c, c->where().access, remove_user{Kind, c->args.path(name_member(Kind))});
}

// An entry of a request for logins, or the name of its first bad member.
std::variant<put_user, std::string> read_login(const json::object& entry) {
  put_user what;
  what.kind = user_kind::mnesia;
  const auto login = entry_text(entry, "login"), password = entry_text(entry, "password");
  const auto* superuser = entry.if_contains("is_superuser");
  if (!login || !password)
    return std::string{login ? "password" : "login"};
  if (superuser != nullptr && !superuser->is_bool())
    return std::string{"is_superuser"};
  what.name = *login;
  what.password = *password;
  what.superuser = superuser != nullptr && superuser->get_bool();
  return what;
}

void add_logins(const call_ptr& c) { add_auth_entries<put_user>(c, read_login); }

template <user_kind Kind>
struct shape {
  static constexpr json_member members[] = {{Kind == user_kind::clientid ? "clientid" : "username", "string"},
                                            {"password", "string"}};
  static constexpr json_member password[] = {{"password", "string"}};
  static constexpr object_shape one{Kind == user_kind::clientid ? "AuthClientId" : "AuthUsername", members};
};

constexpr json_member login_members[] = {
    {"login", "string"}, {"password", "string"}, {"is_superuser", "boolean"}};
constexpr object_shape login_shape{"AuthLogin", login_members};
constexpr json_member new_login[] = {
    {"login", "string"}, {"password", "string"}, {"is_superuser", "boolean", false}};
constexpr json_member login_changes[] = {{"password", "string"}, {"is_superuser", "boolean", false}};
constexpr object_shape results_shape{"AuthResults", {}, "string"};
constexpr json_member page_query[] = {{"_page", "integer"}, {"_limit", "integer"}};

using enum user_kind;
constexpr auto of_clientid = plugin_kind::auth_clientid;
constexpr auto of_username = plugin_kind::auth_username;

constexpr endpoint of_logins(const char* method, const char* path, const char* name, const char* descr,
                             endpoint_function function, description about = {}) {
  return row(method, path, scope::local, name, descr, function, about, plugin_kind::auth_mnesia);
}

constexpr endpoint table[] = {
    row("GET", "/auth_clientid", scope::local, "list_clientid", "List available clientid in the cluster",
        list_names<clientid>, {}, of_clientid),
    row("GET", "/auth_clientid/:clientid", scope::local, "lookup_clientid", "Lookup clientid in the cluster",
        show<clientid>, {.data = &shape<clientid>::one}, of_clientid),
    row("POST", "/auth_clientid", scope::local, "add_clientid", "Add clientid in the cluster", add<clientid>,
        {.body = shape<clientid>::members}, of_clientid),
    row("PUT", "/auth_clientid/:clientid", scope::local, "update_clientid", "Update clientid in the cluster",
        update<clientid>, {.body = shape<clientid>::password}, of_clientid),
    row("DELETE", "/auth_clientid/:clientid", scope::local, "delete_clientid",
        "Delete clientid in the cluster", remove<clientid>, {}, of_clientid),
    row("GET", "/auth_username", scope::local, "list_username", "List available username in the cluster",
        list_names<username>, {}, of_username),
    row("GET", "/auth_username/:username", scope::local, "lookup_username", "Lookup username in the cluster",
        show<username>, {.data = &shape<username>::one}, of_username),
    row("POST", "/auth_username", scope::local, "add_username", "Add username in the cluster", add<username>,
        {.body = shape<username>::members}, of_username),
    row("PUT", "/auth_username/:username", scope::local, "update_username", "Update username in the cluster",
        update<username>, {.body = shape<username>::password}, of_username),
    row("DELETE", "/auth_username/:username", scope::local, "delete_username",
        "Delete username in the cluster", remove<username>, {}, of_username),
    // 4.2 has other names for them.
    of_logins("GET", "/auth_user", "list_emqx_user", "List available mnesia in the cluster", list_logins,
              {.query = page_query, .data = &login_shape, .many = true}),
    of_logins("GET", "/auth_user/:login", "lookup_emqx_user", "Lookup mnesia in the cluster", show<mnesia>,
              {.data = &login_shape, .empty_if_unknown = true}),
    of_logins("POST", "/auth_user", "add_emqx_user", "Add mnesia in the cluster", add_logins,
              {.body = new_login, .data = &results_shape}),
    of_logins("PUT", "/auth_user/:login", "update_emqx_user", "Update mnesia in the cluster", update<mnesia>,
              {.body = login_changes}),
    of_logins("DELETE", "/auth_user/:login", "delete_emqx_user", "Delete mnesia in the cluster",
              remove<mnesia>),
    of_logins("GET", "/mqtt_user", "list_mqtt_user", "List available mnesia in the cluster", list_logins,
              {.query = page_query, .data = &login_shape, .many = true}),
    of_logins("GET", "/mqtt_user/:login", "lookup_mqtt_user", "Lookup mnesia in the cluster", show<mnesia>,
              {.data = &login_shape, .empty_if_unknown = true}),
    of_logins("POST", "/mqtt_user", "add_mqtt_user", "Add mnesia in the cluster", add_logins,
              {.body = new_login, .data = &results_shape}),
    of_logins("PUT", "/mqtt_user/:login", "update_mqtt_user", "Update mnesia in the cluster", update<mnesia>,
              {.body = login_changes}),
    of_logins("DELETE", "/mqtt_user/:login", "delete_mqtt_user", "Delete mnesia in the cluster",
              remove<mnesia>),
};

} // namespace

std::span<const endpoint> auth_user_endpoints() { return table; }

} // namespace troupe
