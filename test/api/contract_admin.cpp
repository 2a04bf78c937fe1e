// The contract: applications, modules, data files and the limits of clients.
#include "api/contract_world.hpp"

#include <iterator>

namespace troupe::test {

namespace {

constexpr const char* other = R"({"app_id":"other","name":"n","desc":"d","secret":"s2"})";

fields app(const char* id, const char* name, const char* desc, expectation expired) {
  return {{"app_id", is(id)},
          {"name", is(name)},
          {"desc", is(desc)},
          {"status", is(true)},
          {"expired", std::move(expired)}};
}

fields module(const char* name, bool active) {
  return {{"name", is(name)}, {"description", like("EMQ X .+ Module")}, {"active", is(active)}};
}

promises app_promises(contract_world& w) {
  const auto lets_in = [&w](const char* id, const char* secret) {
    const auto credentials = httplib::make_basic_authentication_header(id, secret).second;
    return w.raw_get("/api/v4/brokers", credentials).status == 200;
  };
  const auto told = app("script", "a script", "d", is(4'102'444'800));
  return {
      gives("/apps",
            rows({"app_id"}, {{"admin", app("admin", "Default", "Application user", is("undefined"))},
                              {"script", told}})),
      gives("/apps/script", members(told)),
      gives("/apps/nobody", members({})),
      {.method = "POST",
       .path = "/apps",
       .body = other,
       .data = members({{"secret", is("s2")}}),
       .effect = [=] { return lets_in("other", "s2"); }},
      refuses("POST", "/apps", 102, other),
      refuses("POST", "/apps", 107, "{}"),
      done("PUT", "/apps/other", R"({"name":"n","desc":"d","status":false})",
           [=] { return !lets_in("other", "s2"); }),
      refuses("PUT", "/apps/nobody", 102, R"({"name":"n","desc":"d","status":true})"),
      done("DELETE", "/apps/other", "", [&w] { return w.get("/apps").data().as_array().size() == 2; }),
      done("DELETE", "/apps/nobody", ""),
  };
}

expectation modules(bool rewrite) {
  return rows({"name"}, {{"emqx_mod_delayed", module("emqx_mod_delayed", true)},
                         {"emqx_mod_topic_metrics", module("emqx_mod_topic_metrics", true)},
                         {"emqx_mod_subscription", module("emqx_mod_subscription", false)},
                         {"emqx_mod_acl_internal", module("emqx_mod_acl_internal", true)},
                         {"emqx_mod_rewrite", module("emqx_mod_rewrite", rewrite)},
                         {"emqx_mod_presence", module("emqx_mod_presence", true)}});
}

promises module_promises(contract_world& w) {
  promises out{
      gives("/modules", list({members({{"node", is(node_name)}, {"modules", modules(false)}})})),
      gives(on_node + "/modules", modules(false)),
      refuses("PUT", "/modules/emqx_mod_nothing/load", 404, "", 404),
      refuses("PUT", "/nodes/never@seen/modules/emqx_mod_rewrite/load", 404, "", 404),
  };
  for (const std::string& root : {std::string(), on_node}) {
    const auto at = root + "/modules/emqx_mod_rewrite/";
    const auto active = [&w](bool wanted) {
      return [&w, wanted] { return broken(w, gives(on_node + "/modules", modules(wanted))).empty(); };
    };
    out.insert(out.end(),
               {done("PUT", at + "load", "", active(true)), refuses("PUT", at + "load", 110),
                done("PUT", at + "reload", "", active(true)), done("PUT", at + "unload", "", active(false)),
                refuses("PUT", at + "unload", 111)});
  }
  return out;
}

promises data_promises(contract_world& w) {
  const auto time = like("\\d{4}-\\d{1,2}-\\d{1,2} \\d{1,2}:\\d{1,2}:\\d{1,2}");
  const auto size = [&w] { return w.get("/data/export").data().as_array().size(); };
  return {
      gives("/data/export",
            list({members({{"filename", is("kept.json")}, {"size", is(2)}, {"created_at", time}})})),
      {.method = "POST",
       .path = "/data/export",
       .data = members({{"filename", like("emqx-export-\\d{4}(-\\d{1,2}){5}\\.json")},
                        {"size", at_least(100)},
                        {"created_at", time}}),
       .effect = [=] { return size() == 2; }},
      {.method = "GET",
       .path = "/data/file/kept.json",
       .others = {{"filename", like("/.+/kept\\.json")}, {"file", is("{}")}}},
      refuses("GET", "/data/file/nothing.json", 102),
      done("POST", "/data/file", R"({"filename":"more.json","file":"{\"version\":\"4.1\",\"apps\":[]}"})",
           [=] { return size() == 3; }),
      refuses("POST", "/data/file", 107, "{}"),
      done("POST", "/data/import", R"({"filename":"more.json"})"),
      refuses("POST", "/data/import", 102, R"({"filename":"nothing.json"})"),
      refuses("POST", "/data/import", 107, "{}"),
      done("DELETE", "/data/file/more.json", "", [=] { return size() == 2; }),
      refuses("DELETE", "/data/file/nothing.json", 102),
  };
}

promises limit_promises() {
  return {
      done("POST", "/clients/example/ratelimit",
           R"({"conn_bytes_in":"100KB,10s","conn_messages_in":"100,10s"})"),
      done("POST", "/clients/example/ratelimit", "{}"),
      refuses("POST", "/clients/mortal/ratelimit", 112, R"({"conn_messages_in":"100,10s"})"),
      refuses("POST", "/clients/example/ratelimit", 108, R"({"conn_bytes_in":"much"})", 400),
      done("DELETE", "/clients/example/ratelimit", ""),
      refuses("DELETE", "/clients/mortal/ratelimit", 112),
      done("POST", "/clients/example/quota", R"({"conn_messages_routing":"100,1s"})"),
      refuses("POST", "/clients/mortal/quota", 112, R"({"conn_messages_routing":"100,1s"})"),
      done("DELETE", "/clients/example/quota", ""),
      refuses("DELETE", "/clients/mortal/quota", 112),
  };
}

promises log_promises(contract_world& w) {
  const auto level = [](const char* now) { return members({{"node", is(node_name)}, {"level", is(now)}}); };
  const auto becomes = [&w](const char* now) {
    return [&w, now] { return w.get(on_node + "/log").data().at("level") == now; };
  };
  return {
      gives("/log", list({level("warning")})),
      gives(on_node + "/log", level("warning")),
      done("PUT", "/log", R"({"level":"error"})", becomes("error")),
      done("PUT", on_node + "/log", R"({"level":"warning"})", becomes("warning")),
      refuses("PUT", "/log", 107, "{}"),
      refuses("PUT", "/log", 108, R"({"level":"loud"})", 400),
      refuses("GET", "/nodes/never@seen/log", 404, "", 404),
  };
}

// The will of mortal is all that is retained; the memory is that of the table, too.
promises retainer_promises(contract_world& w) {
  const fields will{{"topic", is("wills/mortal")},
                    {"qos", is(1)},
                    {"payload_size", is(4)},
                    {"clientid", is("mortal")},
                    {"published_at", time_within(w.before, w.after)},
                    {"node", is(node_name)}};
  const auto figures = [](int messages, expectation bytes) {
    return members({{"node", is(node_name)},
                    {"messages", is(messages)},
                    {"messages_max", is(1)},
                    {"bytes", std::move(bytes)}});
  };
  const auto removed = [](const char* path, int messages) {
    return promise{
        .method = "DELETE", .path = path, .body = "", .data = members({{"removed", is(messages)}})};
  };
  return {
      gives("/retainer", list({figures(1, within(16, 10'000))})),
      gives(on_node + "/retainer", figures(1, within(16, 10'000))),
      gives("/retainer/messages", list({members(will)}), whole_page(1)),
      gives("/retainer/messages?filter=wills/%2B", list({members(will)}), whole_page(-1)),
      gives("/retainer/messages?filter=other", list({}), whole_page(-1)),
      removed("/retainer/messages/other", 0),
      removed("/retainer/messages/wills%2F%23", 1),
      gives("/retainer", list({figures(0, within(0, 10'000))})),
      removed("/retainer/messages", 0),
      refuses("DELETE", "/retainer/messages/%23%2Fx", 108, "", 400),
  };
}

fields ban_row(const contract_world& w, const char* who, const char* as, const char* by, const char* reason) {
  return {{"who", is(who)},
          {"as", is(as)},
          {"by", is(by)},
          {"reason", is(reason)},
          {"at", within(w.before, w.after + 600)},
          {"until", at_least(w.before + 300)}};
}

promises ban_promises(contract_world& w) {
  const auto count = [&w](std::size_t wanted) {
    return [&w, wanted] { return w.get("/banned").data().as_array().size() == wanted; };
  };
  const auto made = [&count](const char* body, fields data, std::size_t wanted) {
    return promise{.method = "POST",
                   .path = "/banned",
                   .body = body,
                   .data = members(std::move(data)),
                   .effect = count(wanted)};
  };
  return {
      gives("/banned", list({}), whole_page(0)),
      made(R"({"who":"example","as":"clientid"})", {{"who", is("example")}, {"as", is("clientid")}}, 1),
      made(R"({"who":"192.0.2.1","as":"peerhost","by":"me","reason":"why","until":4102444800})",
           {{"who", is("192.0.2.1")},
            {"as", is("peerhost")},
            {"by", is("me")},
            {"reason", is("why")},
            {"until", is(4'102'444'800)}},
           2),
      gives("/banned",
            rows({"who"}, {{"example", ban_row(w, "example", "clientid", "user", "undefined")},
                           {"192.0.2.1", ban_row(w, "192.0.2.1", "peerhost", "me", "why")}}),
            whole_page(2)),
      refuses("POST", "/banned", 107, R"({"who":"x"})"),
      refuses("POST", "/banned", 108, R"({"who":"x","as":"zz"})"),
      refuses("POST", "/banned", 108, R"({"who":"x","as":"peerhost"})", 400),
      done("DELETE", "/banned/clientid/example", "", count(1)),
      done("DELETE", "/banned/clientid/example", ""),
      done("DELETE", "/banned/peerhost/192.0.2.1", "", count(0)),
      refuses("DELETE", "/banned/zz/example", 108),
      refuses("DELETE", "/banned/peerhost/x", 108, "", 400),
  };
}

} // namespace

promises admin_promises(contract_world& w) {
  promises out;
  for (promises part : {app_promises(w), module_promises(w), data_promises(w), limit_promises(),
                        log_promises(w), retainer_promises(w), ban_promises(w)})
    std::move(part.begin(), part.end(), std::back_inserter(out));
  return out;
}

} // namespace troupe::test
