// The contract: resources of rules and their types.
#include "api/contract_world.hpp"

namespace troupe::test {

namespace {

// Nobody listens there.
constexpr const char* config = R"({"url":"http://127.0.0.1:1/hook","method":"POST","headers":{"token":"t"}})";

fields parameter(int order, const char* type, bool required) {
  return {{"order", is(order)},
          {"type", is(type)},
          {"required", is(required)},
          {"title", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"description", members({{"en", like("(.|\\n)+")}, {"zh", like("(.|\\n)+")}})}};
}

expectation with(fields all, const char* name, value wanted) {
  all.push_back({name, exactly(std::move(wanted))});
  return members(std::move(all));
}

expectation chosen(fields all, value otherwise, value choices) {
  all.push_back({"enum", exactly(std::move(choices))});
  return with(std::move(all), "default", std::move(otherwise));
}

fields web_hook() {
  auto headers = parameter(7, "object", false);
  headers.push_back({"schema", exactly(object{})});
  return {{"name", is("web_hook")},
          {"provider", is("emqx_web_hook")},
          {"title", exactly(object{{"en", "WebHook"}, {"zh", "WebHook"}})},
          {"description", exactly(object{{"en", "WebHook"}, {"zh", "WebHook"}})},
          {"params", members({{"method", chosen(parameter(1, "string", false), "POST",
                                                boost::json::array{"PUT", "POST", "GET", "DELETE"})},
                              {"url", with(parameter(2, "string", true), "format", "url")},
                              {"connect_timeout", with(parameter(3, "number", false), "default", 5)},
                              {"request_timeout", with(parameter(4, "number", false), "default", 5)},
                              {"pool_size", with(parameter(5, "number", false), "default", 32)},
                              {"content_type",
                               chosen(parameter(6, "string", false), "application/json",
                                      boost::json::array{"application/json", "text/plain;charset=UTF-8"})},
                              {"headers", with(headers, "default", object{})},
                              {"verify", with(parameter(8, "boolean", false), "default", true)},
                              {"cacertfile", with(parameter(9, "string", false), "default", "")},
                              {"certfile", with(parameter(10, "string", false), "default", "")},
                              {"keyfile", with(parameter(11, "string", false), "default", "")},
                              {"keep_time", with(parameter(12, "number", false), "default", 60)}})}};
}

// The parameters that all databases have; `with_tls` and the rest differ.
fields database_kind(const char* name, const char* title, const char* port, bool with_tls) {
  const auto texts = [](int order, bool required, const char* otherwise) {
    return with(parameter(order, "string", required), "default", otherwise);
  };
  fields params{{"server", texts(1, true, port)},
                {"database", texts(2, with_tls, with_tls ? "mqtt" : "0")},
                {"user", texts(3, false, "")},
                {"password", texts(4, false, "")},
                {"pool_size", with(parameter(5, "number", false), "default", 8)},
                {"query_timeout", with(parameter(6, "number", false), "default", 5)}};
  if (with_tls) {
    params.push_back({"ssl", with(parameter(7, "boolean", false), "default", false)});
    params.push_back({"verify", with(parameter(8, "boolean", false), "default", true)});
    params.push_back({"cacertfile", texts(9, false, "")});
    params.push_back({"certfile", texts(10, false, "")});
    params.push_back({"keyfile", texts(11, false, "")});
    params.push_back({"keep_time", with(parameter(12, "number", false), "default", 60)});
  } else {
    params.push_back({"redis_type", chosen(parameter(7, "string", false), "single",
                                           boost::json::array{"single", "sentinel", "cluster"})});
    params.push_back({"sentinel", texts(8, false, "")});
    params.push_back({"keep_time", with(parameter(9, "number", false), "default", 60)});
  }
  return {{"name", is(name)},
          {"provider", is("emqx_" + std::string{name})},
          {"title", exactly(object{{"en", title}, {"zh", title}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"params", members(std::move(params))}};
}

// Another broker; the names, orders and defaults of reference/rule-engine.md section 11.
fields bridge_kind() {
  const auto text = [](int order, const char* otherwise, bool required = false) {
    return with(parameter(order, "string", required), "default", otherwise);
  };
  const auto yes = [](int order) { return with(parameter(order, "boolean", false), "default", true); };
  const auto choice = [&](int order, const char* otherwise, boost::json::array of) {
    return chosen(parameter(order, "string", false), otherwise, std::move(of));
  };
  return {{"name", is("bridge_mqtt")},
          {"provider", is("emqx_bridge_mqtt")},
          {"title", exactly(object{{"en", "MQTT Bridge"}, {"zh", "MQTT Bridge"}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"params", members({{"address", with(parameter(1, "string", true), "default", "127.0.0.1:1883")},
                              {"pool_size", with(parameter(2, "number", true), "default", 8)},
                              {"clientid", text(3, "client")},
                              {"append", yes(4)},
                              {"username", text(5, "user")},
                              {"password", text(6, "passwd")},
                              {"mountpoint", text(7, "bridge/aws/${node}/")},
                              {"disk_cache", choice(8, "off", {"on", "off"})},
                              {"proto_ver", choice(9, "mqttv4", {"mqttv3", "mqttv4", "mqttv5"})},
                              {"keepalive", text(10, "60s", true)},
                              {"reconnect_interval", text(11, "30s")},
                              {"retry_interval", text(12, "20s")},
                              {"bridge_mode", yes(13)},
                              {"ssl", chosen(parameter(14, "string", true), "off", {"on", "off"})},
                              {"verify", yes(15)},
                              {"cacertfile", text(16, "")},
                              {"certfile", text(17, "")},
                              {"keyfile", text(18, "")},
                              {"ciphers", text(19, "")}})}};
}

// Another node; likewise.
fields node_kind() {
  const auto text = [](int order, bool required, const char* otherwise) {
    return with(parameter(order, "string", required), "default", otherwise);
  };
  return {{"name", is("bridge_rpc")},
          {"provider", is("emqx_bridge_mqtt")},
          {"title", exactly(object{{"en", "EMQX Bridge"}, {"zh", "EMQX Bridge"}})},
          {"description", members({{"en", like(".+")}, {"zh", like(".+")}})},
          {"params", members({{"address", text(1, true, "emqx2@127.0.0.1")},
                              {"mountpoint", text(2, false, "bridge/emqx/${node}/")},
                              {"pool_size", with(parameter(3, "number", true), "default", 8)},
                              {"reconnect_interval", text(4, false, "30s")},
                              {"batch_size", with(parameter(5, "number", false), "default", 32)},
                              {"disk_cache", chosen(parameter(6, "string", false), "off", {"on", "off"})}})}};
}

fields resource(const char* description) {
  return {{"id", is("resource:kept")},
          {"type", is("web_hook")},
          {"config", exactly(boost::json::parse(config))},
          {"description", is(description)}};
}

promise says(std::string method, std::string path, std::string body, int code, const char* message) {
  return {.method = std::move(method),
          .path = std::move(path),
          .body = std::move(body),
          .code = code,
          .others = {{"message", like(message)}}};
}

promise answers(std::string method, std::string path, std::string body, expectation data) {
  return {
      .method = std::move(method), .path = std::move(path), .body = std::move(body), .data = std::move(data)};
}

} // namespace

promises resource_promises(contract_world& w) {
  const auto body = [](const std::string& more) {
    return R"({"type":"web_hook","config":)" + std::string{config} + more + "}";
  };
  auto alone = resource("d");
  alone.push_back({"status", list({members({{"node", is(node_name)}, {"is_alive", is(false)}})})});
  const auto down = [&w] { return !w.get("/resource_status/resource:kept").data().at("is_alive").as_bool(); };
  auto made = answers("POST", "/resources", body(R"(,"id":"resource:kept","description":"d")"),
                      members(resource("d")));
  made.effect = down;
  return {
      gives("/resource_types",
            rows({"name"},
                 {{"backend_mysql", database_kind("backend_mysql", "MySQL", "127.0.0.1:3306", true)},
                  {"backend_pgsql", database_kind("backend_pgsql", "PostgreSQL", "127.0.0.1:5432", true)},
                  {"backend_redis", database_kind("backend_redis", "Redis", "127.0.0.1:6379", false)},
                  {"bridge_mqtt", bridge_kind()},
                  {"bridge_rpc", node_kind()},
                  {"web_hook", web_hook()}})),
      gives("/resource_types/web_hook", members(web_hook())),
      refuses("GET", "/resource_types/no_such_q", 404, "", 404),
      gives("/resources", list({})),
      done("POST", "/resources", body(R"(,"test":true)")),
      gives("/resources", list({})),
      std::move(made),
      gives("/resources", list({members(resource("d"))})),
      gives("/resource_types/web_hook/resources", list({members(resource("d"))})),
      gives("/resource_types/other/resources", list({})),
      gives("/resources/resource:kept", members(alone)),
      says("GET", "/resources/resource:none", "", 404, "Not Found"),
      gives("/resource_status/resource:kept", members({{"is_alive", is(false)}})),
      says("GET", "/resource_status/resource:none", "", 400, "Resource resource:none Not Found"),
      done("POST", "/resources/resource:kept", ""),
      says("POST", "/resources/resource:none", "", 400, "Resource resource:none Not Found"),
      answers("PUT", "/resources/resource:kept", R"({"description":"e"})", members(resource("e"))),
      says("PUT", "/resources/resource:none", "{}", 400, "Resource resource:none Not Found"),
      says("POST", "/resources", body(R"(,"id":"resource:kept")"), 400, "Already Exists"),
      says("POST", "/resources", R"({"type":"none"})", 400, "Resource Type none Not Found"),
      says("POST", "/resources", R"({"config":{}})", 400, "Bad Arguments: .*"),
      says("POST", "/resources", R"({"type":"web_hook"})", 400,
           R"(Bad Arguments: \{required_field_missing,url\})"),
      says("POST", "/resources", R"({"type":"web_hook","config":{"url":7}})", 400,
           R"(Bad Arguments: \{invalid_data_type,.*)"),
      says("POST", "/resources", R"({"type":"web_hook","config":{"url":"ftp://x"}})", 400,
           R"(Bad Arguments: \{invalid_data_type,.*)"),
      says("POST", "/resources",
           R"({"type":"web_hook","config":{"url":"https://x","cacertfile":"/none.pem"}})", 400,
           R"(Bad Arguments: \{bad_tls_options,<<"/none\.pem: .*)"),
      says("POST", "/resources", R"({"type":"web_hook","config":{"url":"https://x","certfile":"/none.pem"}})",
           400, R"(Bad Arguments: \{bad_tls_options,<<"/none\.pem: its key is missing.*)"),
      says("POST", "/resources", R"({"type":"web_hook","config":{"url":"https://x","verify":"yes"}})", 400,
           R"(Bad Arguments: \{invalid_data_type,.*)"),
      says("POST", "/resources", R"({"type":"backend_pgsql","config":{"server":"a:b","database":"d"}})", 400,
           R"(Bad Arguments: \{invalid_data_type,\{server,server\}\})"),
      says("POST", "/resources", R"({"type":"backend_mysql","config":{"server":"a"}})", 400,
           R"(Bad Arguments: \{required_field_missing,database\})"),
      says("POST", "/resources", R"({"type":"bridge_mqtt","config":{"address":"a:b","pool_size":1}})", 400,
           R"(Bad Arguments: \{invalid_data_type,\{address,address\}\})"),
      says("POST", "/resources",
           R"({"type":"bridge_rpc","config":{"address":"127.0.0.1:5369","pool_size":1}})", 400,
           R"(Bad Arguments: \{invalid_data_type,\{address,address\}\})"),
      says("POST", "/resources",
           R"({"type":"bridge_rpc","config":{"address":"a@b","pool_size":1,"reconnect_interval":"soon"}})",
           400, R"(Bad Arguments: \{invalid_data_type,\{duration,reconnect_interval\}\})"),
      says("POST", "/resources", R"({"type":"bridge_mqtt","config":{"address":"a"}})", 400,
           R"(Bad Arguments: \{required_field_missing,pool_size\})"),
      says("POST", "/resources",
           R"({"type":"bridge_mqtt","config":{"address":"a","pool_size":1,"keepalive":"soon"}})", 400,
           R"(Bad Arguments: \{invalid_data_type,\{duration,keepalive\}\})"),
      says("POST", "/resources",
           R"({"type":"bridge_mqtt","config":{"address":"a","pool_size":1,"ssl":"on","cacertfile":"none"}})",
           400, R"(Bad Arguments: \{bad_tls_options,.*)"),
      done("POST", "/resources",
           R"({"type":"bridge_mqtt","config":{"address":"127.0.0.1:1","pool_size":1},"test":true})"),
      done("POST", "/resources", R"({"type":"backend_redis","config":{"server":"127.0.0.1:1"},"test":true})"),
      says("POST", "/resources", R"({"type":"web_hook","config":{"url":"http://x","method":"HEAD"}})", 400,
           R"(Bad Arguments: \{invalid_data_type,.*)"),
      // A rule needs its resource, and the resource stays as long as a rule needs it.
      says(
          "POST", "/rules",
          R"({"rawsql":"select * from \"t\"","actions":[{"name":"data_to_webserver","params":{"$resource":"resource:none"}}]})",
          400, R"(Bad Arguments: \{resource_not_initialized,<<"resource:none">>\})"),
      says("POST", "/rules", R"({"rawsql":"select * from \"t\"","actions":[{"name":"data_to_webserver"}]})",
           400, R"(Bad Arguments: \{required_field_missing,\$resource\})"),
      answers("POST", "/rules",
              R"({"id":"rule:needs","rawsql":"select * from \"t\"",
                  "actions":[{"name":"data_to_webserver","params":{"$resource":"resource:kept"}}]})",
              containing({{"id", is("rule:needs")}})),
      says("DELETE", "/resources/resource:kept", "", 400,
           R"(Bad Arguments: \{dependency_exists,\{rule,<<"rule:needs">>\}\})"),
      done("DELETE", "/rules/rule:needs", ""),
      done("DELETE", "/resources/resource:kept", ""),
      done("DELETE", "/resources/resource:kept", ""),
      gives("/resources", list({})),
  };
}

} // namespace troupe::test
