// The rules of emqx_auth_mnesia as EMQ X 4.1 and 4.2 have them, by login (reference/http-api.md section 12),
// while that plugin is loaded. Those of `$all` are also in acl_rules.cpp.
#include "auth_batch.hpp"
#include "call.hpp"
#include "command.hpp"
#include "endpoint.hpp"
#include "troupe/actors/user_record.hpp"
#include "troupe/mqtt/topic.hpp"

#include <variant>

namespace troupe {

namespace json = boost::json;

namespace {

const std::vector kinds_of_logins{acl_subject_kind::login, acl_subject_kind::all};

json::object rule_json(const acl_row& rule) {
  return {{"login", rule.who.as == acl_subject_kind::all ? "$all" : rule.who.name},
          {"topic", rule.topic},
          {"action", rule.action},
          {"allow", rule.allow}};
}

void list(const call_ptr& c) {
  auto request = read_auth_page(*c);
  if (!request)
    return c->reply(bad_parameter(c->args.wrong()));
  c->self
      ->request(c->where().access, request_timeout,
                acl_query{kinds_of_logins, std::nullopt, request->skip, request->take})
      .then([c, request = *request](
                const acl_page& page) { c->reply(auth_page(request, page.rows, page.total, rule_json)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

// All rules of a login; without any an empty object, as with EMQ X.
void show(const call_ptr& c) {
  const auto who = login_subject(c->args.path("login"));
  c->self->request(c->where().access, request_timeout, acl_query{{who.as}, who.name, 0, all_rows})
      .then(
          [c](const acl_page& page) {
            json::array rows;
            for (const auto& rule : page.rows)
              rows.push_back(rule_json(rule));
            c->reply(rows.empty() ? ok(json::object{}) : ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// An entry of a request, or the name of its first bad member.
std::variant<put_acl, std::string> read_rule(const json::object& entry) {
  const auto login = entry_text(entry, "login"), topic = entry_text(entry, "topic"),
             action = entry_text(entry, "action");
  const auto* allow = entry.if_contains("allow");
  if (!login)
    return std::string{"login"};
  if (!topic || !mqtt::valid_topic_filter(*topic))
    return std::string{"topic"};
  if (!action || !is_acl_action(*action))
    return std::string{"action"};
  if (allow == nullptr || !allow->is_bool())
    return std::string{"allow"};
  return put_acl{{login_subject(*login), *topic, *action, allow->get_bool()}};
}

void add(const call_ptr& c) { add_auth_entries<put_acl>(c, read_rule); }

void remove(const call_ptr& c) {
  carry_out(c, c->where().access, remove_acl{login_subject(c->args.path("login")), c->args.path("topic")},
            gathered_request_timeout);
}

constexpr json_member rule_members[] = {
    {"login", "string"}, {"topic", "string"}, {"action", "string"}, {"allow", "boolean"}};
constexpr object_shape rule_shape{"AclRule", rule_members};
constexpr object_shape results_shape{"AclResults", {}, "string"};
constexpr json_member page_query[] = {{"_page", "integer"}, {"_limit", "integer"}};

constexpr endpoint of_rules(const char* method, const char* path, const char* name, const char* descr,
                            endpoint_function function, description about = {}) {
  return row(method, path, scope::local, name, descr, function, about, plugin_kind::auth_mnesia);
}

constexpr description of_list{.query = page_query, .data = &rule_shape, .many = true};
constexpr description of_login{.data = &rule_shape, .many = true, .empty_if_unknown = true};
constexpr description of_new{.body = rule_members, .data = &results_shape};

constexpr endpoint table[] = {
    of_rules("GET", "/emqx_acl", "list_emqx_acl", "List available mnesia in the cluster", list, of_list),
    of_rules("GET", "/emqx_acl/:login", "lookup_emqx_acl", "Lookup mnesia in the cluster", show, of_login),
    of_rules("POST", "/emqx_acl", "add_emqx_acl", "Add mnesia in the cluster", add, of_new),
    of_rules("DELETE", "/emqx_acl/:login/:topic", "delete_emqx_acl", "Delete mnesia in the cluster", remove),
    // 4.2 has other names for them.
    of_rules("GET", "/mqtt_acl", "list_mqtt_acl", "List available mnesia in the cluster", list, of_list),
    of_rules("GET", "/mqtt_acl/:login", "lookup_mqtt_acl", "Lookup mnesia in the cluster", show, of_login),
    of_rules("POST", "/mqtt_acl", "add_mqtt_acl", "Add mnesia in the cluster", add, of_new),
    of_rules("DELETE", "/mqtt_acl/:login/:topic", "delete_mqtt_acl", "Delete mnesia in the cluster", remove),
};

} // namespace

std::span<const endpoint> auth_acl_endpoints() { return table; }

} // namespace troupe
