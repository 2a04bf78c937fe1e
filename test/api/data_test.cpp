// Export, import and the files in between.
#include "api/fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

struct data_broker : served_broker {
  std::string file_body(const std::string& name, const std::string& text) {
    return boost::json::serialize(boost::json::object{{"filename", name}, {"file", text}});
  }
  bool lets_in(const std::string& id, const std::string& secret) {
    return raw_get("/api/v4/brokers", httplib::make_basic_authentication_header(id, secret).second).status ==
           200;
  }
  bool logs(const std::string& line) {
    return eventually([&] { return process().log().find(line) != std::string::npos; });
  }
  // Imports this as a file.
  std::string import(const std::string& text) {
    BOOST_TEST(post("/data/file", file_body("i.json", text)).text == R"({"code":0})");
    const auto answer = post("/data/import", R"({"filename":"i.json"})").body.as_object();
    return answer.at("code") == 0 ? "" : answer.at("message").as_string().c_str();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(data)

BOOST_FIXTURE_TEST_CASE(a_round, data_broker) {
  BOOST_TEST(get("/data/export").text == R"({"code":0,"data":[]})");
  BOOST_TEST(post("/apps", R"({"app_id":"kept","name":"n","desc":"d","secret":"s"})").code() == 0);
  BOOST_TEST(post("/banned", R"({"as":"username","who":"u","until":4102444800})").code() == 0);
  const auto bans = get("/banned").text;
  BOOST_TEST(
      post("/resources", R"({"id":"resource:r","type":"web_hook","config":{"url":"http://127.0.0.1:1"}})")
          .code() == 0);
  const auto resources = get("/resources").text;
  const auto rule = post("/rules", R"({"rawsql":"select * from \"t/a\"","description":"d","actions":[)"
                                   R"({"name":"do_nothing","fallbacks":[{"name":"inspect"}]},)"
                                   R"({"name":"data_to_webserver","params":{"$resource":"resource:r"}}]})");
  const auto same_rule = [&] {
    const auto rows = get("/rules").data().as_array();
    if (rows.size() != 1)
      return false;
    for (const char* name : {"id", "rawsql", "for", "description", "enabled", "on_action_failed"})
      BOOST_TEST((rows.at(0).at(name) == rule.data().at(name)), name);
    BOOST_TEST((rows.at(0).at("actions").at(0).at("id") == rule.data().at("actions").at(0).at("id")));
    return rows.at(0).at("actions").at(0).at("fallbacks").at(0).at("name") == "inspect";
  };
  BOOST_TEST(put("/modules/emqx_mod_delayed/load").code() == 0);
  BOOST_TEST(put("/modules/emqx_mod_presence/unload").code() == 0);
  const auto made = post("/data/export", "").data().as_object();
  const std::string name = made.at("filename").as_string().c_str();
  BOOST_TEST(name.rfind("emqx-export-", 0) == 0u);
  BOOST_TEST((get("/data/export").data().at(0).as_object() == made));
  const reply file = get("/data/file/" + name);
  BOOST_TEST(file.code() == 0);
  const std::string text = file.body.at("file").as_string().c_str();
  BOOST_TEST(text.size() == made.at("size").to_number<std::size_t>());
  BOOST_TEST(text.find("\"s\"") == std::string::npos); // no secret, only its hash
  const auto content = boost::json::parse(text).as_object();
  for (const char* kind : {"rules", "resources", "blacklist", "apps", "users", "auth_clientid",
                           "auth_username", "auth_mnesia", "acl_mnesia", "schemas"})
    BOOST_TEST(content.at(kind).is_array(), kind);
  BOOST_TEST(put("/modules/emqx_mod_delayed/unload").code() == 0);
  BOOST_TEST(put("/modules/emqx_mod_topic_metrics/load").code() == 0);
  BOOST_TEST(del("/apps/kept").code() == 0);
  BOOST_TEST(del("/rules/" + std::string{rule.data().at("id").as_string()}).code() == 0);
  BOOST_TEST(del("/resources/resource:r").code() == 0);
  BOOST_TEST(del("/banned/username/u").code() == 0);
  BOOST_TEST(!lets_in("kept", "s"));
  BOOST_TEST(post("/data/import", R"({"filename":")" + name + "\"}").text == R"({"code":0})");
  BOOST_TEST(lets_in("kept", "s"));
  BOOST_TEST(get("/banned").text == bans);
  BOOST_TEST(get("/resources").text == resources);
  BOOST_TEST(same_rule());
  BOOST_TEST(post("/data/import", R"({"filename":")" + name + "\"}").text == R"({"code":0})");
  BOOST_TEST(same_rule());
  BOOST_TEST(get("/apps/kept").data().at("desc").as_string() == "d");
  const reply modules = get("/nodes/emqx@127.0.0.1/modules");
  std::string active;
  for (const auto& row : modules.data().as_array())
    if (row.at("active").as_bool())
      active += " " + std::string{row.at("name").as_string()};
  BOOST_TEST(active == " emqx_mod_delayed emqx_mod_acl_internal");
  BOOST_TEST(del("/data/file/" + name).text == R"({"code":0})");
  BOOST_TEST(del("/data/file/" + name).body.at("message").as_string() == "enoent");
  BOOST_TEST(get("/data/file/" + name).body.at("message").as_string() == "enoent");
  BOOST_TEST(get("/data/export").data().as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(a_file_of_emqx, data_broker) {
  BOOST_TEST(
      import(R"({"version":"4.1","apps":[{"id":"e","secret":"plain","name":"n","desc":"d","status":true,
                        "expired":"undefined"}],"rules":[],"blacklist":[{"who":{"clientid":"x"},"by":"user",
                        "reason":"undefined","at":1582265533,"until":1582265833}]})") == "");
  BOOST_TEST(lets_in("e", "plain"));
  BOOST_TEST(
      get("/banned").text ==
      R"({"code":0,"data":[{"who":"x","as":"clientid","by":"user","reason":"undefined","at":1582265533,)"
      R"("until":1582265833}],"meta":{"page":1,"limit":10000,"count":1,"hasnext":false}})");
  // A module that only another version has is left out.
  BOOST_TEST(import(R"({"version":"4.2","modules":[{"name":"emqx_mod_later","active":true}]})") == "");
}

// What EMQ X leaves out or takes, and what it cannot carry out.
BOOST_FIXTURE_TEST_CASE(rules_of_emqx, data_broker) {
  const auto rule = [](const std::string& id, const std::string& actions,
                       const char* sql = "select * from a") {
    return R"({"id":")" + id + R"(","rawsql":")" + sql + R"(","enabled":true,"created_at":1582434715354,)" +
           R"("description":"","actions":[)" + actions + "]}";
  };
  const auto file = [](const std::string& rules) { return R"({"version":"4.1","rules":[)" + rules + "]}"; };
  const std::string inspect = R"({"id":"inspect_1582434715354188116","name":"inspect","args":{}})";
  const std::string lost = R"({"id":"x","name":"data_to_webserver","args":{"$resource":"resource:gone"}})";
  BOOST_TEST(import(file(rule("one", inspect) + "," + rule("lost", lost) + "," + rule("two", inspect))) ==
             "");
  const auto one = get("/rules/one").data(), two = get("/rules/two").data();
  BOOST_TEST(one.at("actions").at(0).at("id").as_string() == "inspect_1582434715354188116");
  BOOST_TEST(one.at("created_at").as_int64() == 1582434715354);
  BOOST_TEST(two.at("actions").at(0).at("id").as_string() != "inspect_1582434715354188116"); // no figures mix
  BOOST_TEST(!get("/rules/lost").data().at("enabled").as_bool());
  BOOST_TEST(put("/rules/lost", R"({"description":"d"})").code() == 0);
  BOOST_TEST(put("/rules/lost", R"({"enabled":true})").code() == 400);
  BOOST_TEST(logs("[Rule] lost is imported disabled"));
  BOOST_TEST(post("/resources", R"({"id":"resource:gone","type":"web_hook",)"
                                R"("config":{"url":"http://127.0.0.1:1"}})")
                 .code() == 0);
  BOOST_TEST(put("/rules/lost", R"({"enabled":true})").code() == 0);
  // An action whose id stays runs as it was imported last.
  const auto publishes = [](const std::string& topic) {
    return R"({"id":"same","name":"republish","args":{"target_topic":")" + topic +
           R"(","target_qos":0,"payload_tmpl":"x"}})";
  };
  BOOST_TEST(import(file(rule("one", publishes("from/one")))) == "");
  BOOST_TEST(import(file(rule("one", publishes("from/two")))) == "");
  const auto reader = mqtt({.client_id = "reader"});
  reader->subscribe("from/#", 0);
  BOOST_TEST(post("/mqtt/publish", R"({"topic":"a","clientid":"p","payload":"x"})").code() == 0);
  BOOST_TEST(reader->next().topic == "from/two");
}

BOOST_FIXTURE_TEST_CASE(rules_that_are_left_out, data_broker) {
  const auto resources = R"("resources":[{"id":"r1","type":"kafka","config":{}},)"
                         R"({"id":"r2","type":"web_hook","config":{"url":"http://127.0.0.1:1"}}],)";
  std::string many = R"({"id":"x","name":"do_nothing","args":{}})";
  for (int i = 0; i < 100; ++i)
    many += R"(,{"id":"x","name":"do_nothing","args":{}})";
  BOOST_TEST(import(std::string{R"({"version":"4.1",)"} + resources +
                    R"("rules":[{"id":"one","rawsql":"selec","actions":[]},)"
                    R"({"id":"two","rawsql":"select * from a","actions":[]},)"
                    R"({"id":"many","rawsql":"select * from a","actions":[)" +
                    many +
                    R"(]},{"id":"three","rawsql":"select * from a","actions":[]}],)"
                    R"("modules":[{"name":"emqx_mod_delayed","active":true}]})") == "import_failed");
  for (const char* path : {"/resources/r2", "/rules/two", "/rules/three"})
    BOOST_TEST(get(path).code() == 0, path);
  for (const char* path : {"/resources/r1", "/rules/one", "/rules/many"})
    BOOST_TEST(get(path).code() == 404, path);
  BOOST_TEST(put("/modules/emqx_mod_delayed/load").code() == 110); // it goes on behind them
  for (const char* line : {"the resource r1 is not imported: Resource Type kafka Not Found",
                           "the rule one is not imported: Bad Arguments: {parse_error,",
                           "the rule many is not imported: {invalid_actions}"})
    BOOST_TEST(logs(line), line);
  BOOST_TEST(
      import(R"({"version":"4.1","rules":[{"id":"four","rawsql":"select * from a","actions":[]},{}]})") ==
      "import_failed");
  BOOST_TEST(get("/rules/four").code() == 404);
  BOOST_TEST(logs("\"rules\" of the file cannot be read from element 1 on"));
}

BOOST_FIXTURE_TEST_CASE(bad_files, data_broker) {
  for (const char* text :
       {"", "{", "5", "[]", R"({"version":"4.1","apps":5})", R"({"version":"4.1","apps":[5]})",
        R"({"version":"4.1","apps":[{"id":"x","secret":"s"},{"id":""}]})",
        R"({"version":"4.1","modules":{}})", R"({"version":"4.1","blacklist":[{"who":"x"}]})",
        R"({"version":"4.1","rules":[{"id":"r"}]})",
        R"({"version":"4.1","rules":[{"id":"r","rawsql":"selec","actions":[]}]})",
        R"({"version":"4.1","modules":[{"name":"emqx_mod_delayed","active":"true"}]})"})
    BOOST_TEST(import(text) == "import_failed", text);
  for (const char* text : {"{}", R"({"version":"9.0"})", R"({"version":4.1})"})
    BOOST_TEST(import(text) == "unsupported_version", text);
  BOOST_TEST(post("/data/import", R"({"filename":"none.json"})").body.at("message").as_string() == "enoent");
  BOOST_TEST(post("/data/import", "{}").code() == 107);
  BOOST_TEST(post("/data/file", "{}").code() == 107);
  BOOST_TEST(get("/apps").data().as_array().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(no_way_out, data_broker) {
  for (const char* name : {"../troupe.conf", "..", ".json", "a/b.json", "/etc/passwd", "x.conf", "-x.json",
                           ".hidden.json", "x\\u0000.json", ""}) {
    const auto body = std::string(R"({"file":"x","filename":")") + name + "\"}";
    BOOST_TEST(post("/data/file", body).status == 400, name);
    BOOST_TEST(post("/data/import", body).status == 400, name);
  }
  for (const char* path : {"..%2Ftroupe.conf", "%2Fetc%2Fpasswd", "%2e%2e", "troupe.conf", "x%00.json"})
    for (const reply& r : {get(std::string("/data/file/") + path), del(std::string("/data/file/") + path)})
      BOOST_TEST(r.status == 400, path);
  BOOST_TEST(get("/data/export").data().as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(large_files, data_broker) {
  std::string text = R"({"version":"4.1","padding":")";
  for (int i = 0; i < 300'000; ++i)
    text += R"(\"padding)";
  text += "\"}";
  BOOST_TEST(post("/data/file", file_body("large.json", text)).text == R"({"code":0})");
  BOOST_TEST((get("/data/file/large.json").body.at("file").as_string() == text));
  BOOST_TEST(post("/data/import", R"({"filename":"large.json"})").text == R"({"code":0})");
}

BOOST_FIXTURE_TEST_CASE(a_file_without_a_name_replaces_none, data_broker) {
  for (int i = 0; i < 5; ++i) { // most of them in the same second
    BOOST_TEST(post("/data/export", "").code() == 0);
    BOOST_TEST(post("/data/file", R"({"file":"{}"})").text == R"({"code":0})");
  }
  std::size_t uploaded = 0;
  const auto files = get("/data/export").data().as_array();
  BOOST_TEST(files.size() == 10u);
  for (const auto& file : files)
    uploaded += file.at("size") == 2 ? 1 : 0;
  BOOST_TEST(uploaded == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
