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
                              {"headers", with(headers, "default", object{})}})}};
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
      gives("/resource_types", rows({"name"}, {{"web_hook", web_hook()}})),
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
