// The rules of emqx_auth_mnesia as EMQ X 4.3 and later have them: about a client id, a user name or all
// (reference/http-api.md section 12), while that plugin is loaded. Rules by login are in auth_acl.cpp.
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

using kind = acl_subject_kind;

constexpr std::int64_t rows_of_a_page = 50; // EMQ X's

json::object rule_json(const acl_row& rule) {
  return {{to_string(rule.who.as), rule.who.as == kind::all ? "$all" : rule.who.name},
          {"topic", rule.topic},
          {"action", rule.action},
          {"access", rule.allow ? "allow" : "deny"}};
}

void list(const call_ptr& c, std::vector<kind> kinds) {
  auto request = read_page(*c, rows_of_a_page);
  if (!request)
    return c->reply(bad_parameter(c->args.wrong()));
  c->self
      ->request(c->where().access, request_timeout,
                acl_query{std::move(kinds), std::nullopt, request->skip, request->take})
      .then([c, request = *request](
                const acl_page& page) { c->reply(auth_page(request, page.rows, page.total, rule_json)); },
            [c](const caf::error&) { c->reply(timeout()); });
}

void list_every_kind(const call_ptr& c) { list(c, {kind::clientid, kind::username, kind::all}); }

template <kind As>
void list_kind(const call_ptr& c) {
  list(c, {As});
}

template <kind As>
acl_subject subject_of(const call_ptr& c) {
  return {As, As == kind::all ? "" : c->args.path(to_string(As))};
}

template <kind As>
void show(const call_ptr& c) {
  c->self->request(c->where().access, request_timeout, acl_query{{As}, subject_of<As>(c).name, 0, all_rows})
      .then(
          [c](const acl_page& page) {
            json::array rows;
            for (const auto& rule : page.rows)
              rows.push_back(rule_json(rule));
            c->reply(ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

template <kind As>
void remove(const call_ptr& c) {
  carry_out(c, c->where().access, remove_acl{subject_of<As>(c), c->args.path("topic")},
            gathered_request_timeout);
}

// Without client id and user name it is about all; with both it is refused.
std::optional<acl_subject> read_subject(const json::object& entry) {
  acl_subject who{kind::all, {}};
  for (const auto as : {kind::clientid, kind::username}) {
    if (!entry.contains(to_string(as)))
      continue;
    auto name = entry_text(entry, to_string(as));
    if (!name || who.as != kind::all)
      return std::nullopt;
    who = {as, std::move(*name)};
  }
  return who;
}

// An entry of a request, or the name of its first bad member.
std::variant<put_acl, std::string> read_rule(const json::object& entry) {
  auto who = read_subject(entry);
  const auto topic = entry_text(entry, "topic"), action = entry_text(entry, "action"),
             access = entry_text(entry, "access");
  if (!who)
    return std::string{entry.contains("clientid") ? "clientid" : "username"};
  if (!topic || !mqtt::valid_topic_filter(*topic))
    return std::string{"topic"};
  if (!action || !is_acl_action(*action))
    return std::string{"action"};
  if (access != "allow" && access != "deny")
    return std::string{"access"};
  return put_acl{{std::move(*who), *topic, *action, access == "allow"}};
}

// What was sent, each with its result.
class results_beside_entries {
public:
  explicit results_beside_entries(bool alone) : alone_(alone) {}

  void add(json::object entry, const std::string& result) {
    if (!entry.contains("clientid") && !entry.contains("username"))
      entry["all"] = "$all";
    entry["result"] = result;
    all_.push_back(std::move(entry));
  }
  answer take() { return alone_ ? ok(std::move(all_.front())) : ok(std::move(all_)); }

private:
  json::array all_;
  bool alone_;
};

void add(const call_ptr& c) {
  add_auth_entries<put_acl>(c, read_rule, results_beside_entries{c->args.body().is_object()});
}

template <kind As>
struct shape {
  static constexpr json_member members[] = {{As == kind::clientid   ? "clientid"
                                             : As == kind::username ? "username"
                                                                    : "all",
                                             "string"},
                                            {"topic", "string"},
                                            {"action", "string"},
                                            {"access", "string"}};
  static constexpr object_shape one{As == kind::clientid   ? "AclRuleOfClientId"
                                    : As == kind::username ? "AclRuleOfUsername"
                                                           : "AclRuleOfAll",
                                    members};
};

constexpr json_member page_query[] = {{"_page", "integer"}, {"_limit", "integer"}};
constexpr json_member new_rule[] = {{"clientid", "string", false},
                                    {"username", "string", false},
                                    {"topic", "string"},
                                    {"action", "string"},
                                    {"access", "string"}};
constexpr json_member any_members[] = {{"clientid", "string", false}, {"username", "string", false},
                                       {"all", "string", false},      {"topic", "string"},
                                       {"action", "string"},          {"access", "string"}};
constexpr object_shape any_shape{"AclRuleOfAny", any_members};

constexpr endpoint of_rules(const char* method, const char* path, const char* name, const char* descr,
                            endpoint_function function, description about = {}) {
  return row(method, path, scope::local, name, descr, function, about, plugin_kind::auth_mnesia);
}

template <kind As>
constexpr endpoint of_kind(const char* path, const char* name, const char* descr,
                           endpoint_function function) {
  return of_rules("GET", path, name, descr, function,
                  {.query = page_query, .data = &shape<As>::one, .many = true});
}

constexpr endpoint table[] = {
    of_rules("GET", "/acl", "list_acl", "List the rules about client ids, user names and all",
             list_every_kind, {.query = page_query, .data = &any_shape, .many = true}),
    of_kind<kind::clientid>("/acl/clientid", "list_acl_clientid", "List the rules about client ids",
                            list_kind<kind::clientid>),
    of_kind<kind::username>("/acl/username", "list_acl_username", "List the rules about user names",
                            list_kind<kind::username>),
    of_kind<kind::all>("/acl/$all", "list_acl_all", "List the rules about all", list_kind<kind::all>),
    of_rules("GET", "/acl/clientid/:clientid", "lookup_acl_clientid", "Lookup the rules about a client id",
             show<kind::clientid>, {.data = &shape<kind::clientid>::one, .many = true}),
    of_rules("GET", "/acl/username/:username", "lookup_acl_username", "Lookup the rules about a user name",
             show<kind::username>, {.data = &shape<kind::username>::one, .many = true}),
    of_rules("POST", "/acl", "add_acl", "Add rules", add, {.body = new_rule}),
    of_rules("DELETE", "/acl/clientid/:clientid/topic/:topic", "delete_acl_clientid",
             "Delete a rule about a client id", remove<kind::clientid>),
    of_rules("DELETE", "/acl/username/:username/topic/:topic", "delete_acl_username",
             "Delete a rule about a user name", remove<kind::username>),
    of_rules("DELETE", "/acl/$all/topic/:topic", "delete_acl_all", "Delete a rule about all",
             remove<kind::all>),
};

} // namespace

std::span<const endpoint> acl_rule_endpoints() { return table; }

} // namespace troupe
