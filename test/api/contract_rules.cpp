// The contract: rules, their actions and the functions of their SQL.
#include "api/contract_world.hpp"

#include <tuple>

namespace troupe::test {

namespace {

expectation counts(fields more) {
  fields all{{"node", is(node_name)}};
  all.insert(all.end(), more.begin(), more.end());
  return list({members(all)});
}

expectation nothing_matched() {
  return counts({{"matched", is(0)},
                 {"failed", is(0)},
                 {"dropped", is(0)},
                 {"speed", is(0.0)},
                 {"speed_max", is(0)},
                 {"speed_last5m", is(0.0)}});
}

fields action(const char* name, value params, std::vector<expectation> fallbacks = {}) {
  return {{"id", like(std::string{name} + "_[0-9]{19}")},
          {"name", is(name)},
          {"params", exactly(std::move(params))},
          {"metrics", counts({{"success", is(0)}, {"failed", is(0)}})},
          {"fallbacks", list(std::move(fallbacks))}};
}

struct wanted_rule {
  const char* id;
  const char* sql;
  const char* topic;
  const char* description = "";
  bool enabled = true;
  const char* on_action_failed = "continue";
  std::vector<expectation> actions{members(action("inspect", object{{"a", 1}}))};
};

fields rule(const wanted_rule& r) {
  return {{"id", is(r.id)},
          {"rawsql", is(r.sql)},
          {"for", list({is(r.topic)})},
          {"actions", list(r.actions)},
          {"metrics", nothing_matched()},
          {"enabled", is(r.enabled)},
          {"description", is(r.description)},
          {"on_action_failed", is(r.on_action_failed)},
          {"created_at", at_least(1'577'836'800'000)}};
}

promise answers(std::string method, std::string path, std::string body, expectation data) {
  return {
      .method = std::move(method), .path = std::move(path), .body = std::move(body), .data = std::move(data)};
}

promise says(std::string method, std::string path, std::string body, int code, const char* message) {
  return {.method = std::move(method),
          .path = std::move(path),
          .body = std::move(body),
          .code = code,
          .others = {{"message", like(message)}}};
}

// Bad ones, and what is said about them.
promises refused_rules() {
  const auto refused = [](const char* body, const char* message) {
    return says("POST", "/rules", body, 400, message);
  };
  return {
      refused(R"({"rawsql":"selec","actions":[]})", R"(Bad Arguments: \{parse_error,line 1, column 1: .*\})"),
      refused(R"({"rawsql":"select * from \"t/a\""})", "Bad Arguments: function_clause"),
      refused(R"({"actions":[]})", "Bad Arguments: function_clause"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[{"name":"no_such"}]})",
              R"(Bad Arguments: \{action_not_found,no_such\})"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[{"name":"republish"}]})",
              R"(Bad Arguments: \{required_field_missing,payload_tmpl\})"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[{"name":"republish","params":
              {"payload_tmpl":"","target_topic":"a","target_qos":3}}]})",
              R"(Bad Arguments: \{invalid_data_type,.*target_qos.*\})"),
      refused(
          R"({"rawsql":"select * from \"t/a\"","actions":[{"name":"save_to_file","params":{"file":"../x"}}]})",
          R"(Bad Arguments: \{invalid_data_type,.*file.*\})"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[],"enabled":"yes"})",
              R"(Bad Arguments: \{invalid_enabled.*\})"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[],"on_action_failed":"retry"})",
              R"(Bad Arguments: \{invalid_on_failed.*\})"),
      refused(R"({"rawsql":"select * from \"t/a\"","actions":[],"id":"rule:kept"})", "Already Exists"),
  };
}

promises rules_kept() {
  const auto first = wanted_rule{"rule:kept", R"(select * from "t/a")", "t/a", "test-rule"};
  auto changed = first;
  changed.sql = R"(select * from "t/b")";
  changed.topic = "t/b";
  auto off = changed;
  off.enabled = false;
  auto other_actions = off;
  other_actions.on_action_failed = "stop";
  other_actions.description = "d";
  other_actions.actions = {
      members(action("do_nothing", object{}, {members(action("inspect", object{{"b", "c"}}))}))};
  promises out{
      gives("/rules", list({})),
      answers("POST", "/rules",
              R"({"id":"rule:kept","rawsql":"select * from \"t/a\"",
                  "actions":[{"name":"inspect","params":{"a":1}}],"description":"test-rule"})",
              members(rule(first))),
      gives("/rules/rule:kept", members(rule(first))),
      gives("/rules", list({members(rule(first))})),
  };
  const auto refused = refused_rules();
  out.insert(out.end(), refused.begin(), refused.end());
  const promises rest{
      answers("PUT", "/rules/rule:kept", R"({"rawsql":"select * from \"t/b\""})", members(rule(changed))),
      answers("PUT", "/rules/rule:kept", R"({"enabled":false})", members(rule(off))),
      answers("PUT", "/rules/rule:kept",
              R"({"description":"d","on_action_failed":"stop",
                  "actions":[{"name":"do_nothing","fallbacks":[{"name":"inspect","params":{"b":"c"}}]}]})",
              members(rule(other_actions))),
      gives("/rules/rule:kept", members(rule(other_actions))),
      says("PUT", "/rules/rule:kept", R"({"rawsql":"selec"})", 400, R"(Bad Arguments: \{parse_error,.*)"),
      says("PUT", "/rules/rule:none", R"({"enabled":false})", 400, "Rule rule:none Not Found"),
      done("PUT", "/rules/rule:kept/reset_metrics", ""),
      says("PUT", "/rules/rule:none/reset_metrics", "", 400, "Rule rule:none Not Found"),
      done("DELETE", "/rules/rule:kept", ""),
      done("DELETE", "/rules/rule:kept", ""),
      says("GET", "/rules/rule:kept", "", 404, "Not Found"),
      gives("/rules", list({})),
      answers("POST", "/rules", R"({"rawsql":"select * from \"t/a\"","actions":[]})",
              containing({{"id", like("rule:[0-9a-f]{8}")}})),
  };
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

promises tested_rules() {
  return {
      answers("POST", "/rules",
              R"({"test":true,"rawsql":"select * from \"t/#\"","ctx":{"topic":"t/1","payload":"x"}})",
              members({{"event", is("message.publish")},
                       {"id", like("[0-9A-F]{32}")},
                       {"clientid", is("c_emqx")},
                       {"username", is("u_emqx")},
                       {"payload", is("x")},
                       {"peerhost", is("127.0.0.1")},
                       {"topic", is("t/1")},
                       {"qos", is(1)},
                       {"flags", exactly(object{{"retain", false}, {"dup", false}})},
                       {"headers", exactly(object{})},
                       {"pub_props", exactly(object{})},
                       {"publish_received_at", at_least(1'577'836'800'000)},
                       {"timestamp", at_least(1'577'836'800'000)},
                       {"node", is(node_name)},
                       {"metadata", members({{"rule_id", like("test_rule.*")}})}})),
      answers("POST", "/rules",
              R"({"test":"true","rawsql":"foreach payload.l as e do e.v as v incase e.v > 1 from \"t/#\"",
                  "ctx":{"topic":"t/1","payload":"{\"l\":[{\"v\":1},{\"v\":2}]}"},"actions":[]})",
              exactly(boost::json::array{object{{"v", 2}}})),
      says("POST", "/rules", R"({"test":true,"rawsql":"select * from \"q/#\"","ctx":{"topic":"t/1"}})", 404,
           "SQL Not Match"),
      says("POST", "/rules", R"({"test":true,"rawsql":"select * from \"t/1\" where qos = 2",
           "ctx":{"topic":"t/1"}})",
           404, "SQL Not Match"),
      says("POST", "/rules", R"({"test":true,"rawsql":"select nth(1) from \"t/1\"","ctx":{"topic":"t/1"}})",
           400, "Bad Arguments: .*"),
      says("POST", "/rules",
           R"({"test":true,"rawsql":"select 1 / 0 as x from \"t/1\"","ctx":{"topic":"t/1"}})", 400,
           "Bad Arguments: .*"),
      answers(
          "POST", "/rules",
          R"({"test":true,"rawsql":"select clientid, reason, peername, event from \"$events/client_disconnected\"",
                  "ctx":{"clientid":"c"}})",
          exactly(object{{"clientid", "c"},
                         {"reason", "normal"},
                         {"peername", "192.168.0.10:56431"},
                         {"event", "client.disconnected"}})),
      says("POST", "/rules", R"({"test":true,"rawsql":"select","ctx":{}})", 400,
           R"(Bad Arguments: \{parse_error,.*)"),
  };
}

fields parameter(int order, const char* type, bool required, value given) {
  return {{"order", is(order)},
          {"type", is(type)},
          {"required", is(required)},
          {"default", exactly(std::move(given))},
          {"title", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})}};
}

fields action_kind(const char* name, const char* category, const char* title, fields params) {
  return {{"name", is(name)},
          {"app", is("emqx_rule_engine")},
          {"category", is(category)},
          {"for", is("$any")},
          {"types", list({})},
          {"params", members(std::move(params))},
          {"title", members({{"en", is(title)}, {"zh", like(".+")}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})}};
}

fields event(const char* name, std::size_t columns, std::size_t tested) {
  const auto has = [](std::size_t n) -> expectation {
    return [n](const value& found, const std::string& where, differences& out) {
      if (!found.is_object() || found.get_object().size() != n)
        out.push_back(where + " has not " + std::to_string(n) + " members");
    };
  };
  return {{"event", is(name)},
          {"title", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"columns", has(columns)},
          {"test_columns", has(tested)},
          {"sql_example", like("SELECT .* FROM .*")}};
}

promise event_kinds() {
  const std::vector<std::tuple<std::string, std::size_t, std::size_t>> all{
      {"message_publish", 15, 5},     {"message_delivered", 16, 7},  {"message_acked", 17, 7},
      {"message_dropped", 15, 6},     {"delivery_dropped", 17, 8},   {"client_connected", 17, 3},
      {"client_disconnected", 13, 4}, {"session_subscribed", 10, 4}, {"session_unsubscribed", 10, 4},
      {"client_connect", 16, 3},      {"client_connack", 19, 4},     {"session_resumed", 7, 2},
      {"session_terminated", 8, 3}};
  std::map<std::string, fields> by_name;
  for (const auto& [name, columns, tested] : all)
    by_name.emplace("$events/" + name, event(("$events/" + name).c_str(), columns, tested));
  return gives("/rule_events", rows({"event"}, std::move(by_name)));
}

promises action_kinds() {
  auto level = parameter(2, "number", true, 0);
  level.push_back({"enum", exactly(boost::json::array{-1, 0, 1, 2})});
  auto payload = parameter(3, "string", true, "${payload}");
  payload.push_back({"input", is("textarea")});
  auto retained = parameter(4, "boolean", false, nullptr);
  std::erase_if(retained, [](const auto& each) { return each.name == "default"; }); // the message's own
  const fields republished{{"target_topic", members(parameter(1, "string", true, "repub/to/${clientid}"))},
                           {"target_qos", members(level)},
                           {"payload_tmpl", members(payload)},
                           {"target_retain", members(retained)}};
  const auto idle = action_kind("do_nothing", "debug", "Do Nothing (debug)", {});
  const auto inspect = action_kind("inspect", "debug", "Inspect (debug)", {});
  const auto republish = action_kind("republish", "data_forward", "Republish", republished);
  const auto to_file =
      action_kind("save_to_file", "data_persist", "Save Data to Local File",
                  {{"file", containing({{"required", is(true)}, {"type", is("string")}})},
                   {"payload_tmpl", containing({{"required", is(false)}, {"default", is("")}})},
                   {"max_bytes", containing({{"type", is("number")}, {"default", is(104857600)}})}});
  auto web = action_kind("data_to_webserver", "data_forward", "Data to Web Server",
                         {{"$resource", containing({{"required", is(true)}, {"type", is("string")}})},
                          {"path", containing({{"required", is(false)}, {"default", is("")}})},
                          {"payload_tmpl", containing({{"required", is(false)}, {"default", is("")}})}});
  const auto of_app = [](fields& kind, const char* app, const char* resource_type,
                         const char* other = nullptr) {
    for (auto& f : kind)
      if (f.name == "app")
        f.what = is(app);
      else if (f.name == "types")
        f.what = other == nullptr ? list({is(resource_type)}) : list({is(resource_type), is(other)});
  };
  of_app(web, "emqx_web_hook", "web_hook");
  auto to_broker =
      action_kind("data_to_mqtt_broker", "data_forward", "Data bridge to MQTT Broker",
                  {{"$resource", containing({{"required", is(true)}, {"type", is("string")}})},
                   {"forward_topic", containing({{"required", is(false)}, {"default", is("")}})},
                   {"payload_tmpl", containing({{"required", is(false)}, {"default", is("")}})}});
  of_app(to_broker, "emqx_bridge_mqtt", "bridge_mqtt", "bridge_rpc");
  const auto to_database = [&](const std::string& name, const char* title, const char* what) {
    auto kind = action_kind(("data_to_" + name).c_str(), "data_persist", title,
                            {{"$resource", containing({{"required", is(true)}, {"type", is("string")}})},
                             {what, containing({{"required", is(true)}, {"input", is("textarea")}})}});
    of_app(kind, ("emqx_backend_" + name).c_str(), ("backend_" + name).c_str());
    return kind;
  };
  auto not_found = refuses("GET", "/actions/no_such_q", 404, "", 404);
  return {
      gives("/actions", rows({"name"}, {{"data_to_mqtt_broker", to_broker},
                                        {"data_to_mysql", to_database("mysql", "Data to MySQL", "sql")},
                                        {"data_to_pgsql", to_database("pgsql", "Data to PostgreSQL", "sql")},
                                        {"data_to_redis", to_database("redis", "Data to Redis", "cmd")},
                                        {"data_to_webserver", web},
                                        {"do_nothing", idle},
                                        {"inspect", inspect},
                                        {"republish", republish},
                                        {"save_to_file", to_file}})),
      gives("/actions/inspect", members(inspect)),
      not_found,
      gives("/rule_functions", each(members({{"name", like("[a-z0-9_]+")},
                                             {"arity", like(".*argument.*")},
                                             {"description", like(".+")},
                                             {"example", like(".+")},
                                             {"result", like("(.|\\n)*")}}))),
  };
}

} // namespace

promises rule_promises() {
  promises out;
  for (const auto& more : {rules_kept(), tested_rules(), action_kinds(), promises{event_kinds()}})
    out.insert(out.end(), more.begin(), more.end());
  return out;
}

} // namespace troupe::test
