// Resources whose files of TLS come with them, as EMQ X's dashboard sends them, at real servers.
#include "api/database_fixture.hpp"
#include "api/rule_fixture.hpp"
#include "support/web_server.hpp"

#include <filesystem>
#include <iterator>
#include <string>

namespace {

using namespace troupe::test;
using boost::json::serialize;
namespace fs = std::filesystem;

void answer_ok(const httplib::Request&, httplib::Response& r) { r.status = 200; }

object sent(const fs::path& file) {
  return {{"filename", file.filename().string()}, {"file", read_text(file)}};
}

struct sending_broker : rule_broker {
  temporary_folder folder;
  tls_files tls{folder.path()};
  web_server server{answer_ok, tls.certificate, tls.key, tls.authority}; // it wants a certificate, too

  object config() {
    return {{"url", "https://127.0.0.1:" + std::to_string(server.port()) + "/"},
            {"cacertfile", sent(tls.authority)},
            {"certfile", sent(tls.certificate)},
            {"keyfile", sent(tls.key)},
            {"keep_time", 0}};
  }

  std::string make_hook_rule(const std::string& hook) {
    return make_rule(R"(select payload from "a")", "data_to_webserver", {{"$resource", hook}});
  }

  // A message more arrives there.
  void arrives() {
    const auto before = server.requests().size();
    mqtt({.client_id = "c"})->publish("a", "x", 1);
    BOOST_TEST(eventually([&] { return server.requests().size() == before + 1; }));
  }

  fs::path files() { return process().folder() / "data" / "rule_files" / ".tls"; }

  std::size_t count_files() {
    std::error_code none;
    const fs::directory_iterator all{files(), none};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  void restart() {
    BOOST_TEST_REQUIRE(process().terminate() == 0);
    process().start_again();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(resource_files)

BOOST_FIXTURE_TEST_CASE(sent_shown_changed_and_removed, sending_broker) {
  const auto hook = make_resource("web_hook", config());
  const auto rule = make_hook_rule(hook);
  arrives();
  BOOST_TEST(count_files() == 3U);
  // Nobody sees a key, and a change that is made of an answer keeps it.
  const auto shown = get("/resources/" + hook).data().at("config").as_object();
  BOOST_TEST(serialize(shown.at("keyfile")) == R"({"filename":"server.key","file":"******"})");
  for (const char* path : {"/resources", "/resource_types/web_hook/resources"})
    BOOST_TEST(get(path).text.find("-----") == std::string::npos, path);
  const auto changed = put("/resources/" + hook, serialize(object{{"config", shown}}));
  BOOST_TEST(changed.code() == 0, changed.text);
  BOOST_TEST(changed.text.find("-----") == std::string::npos, changed.text);
  arrives();
  BOOST_TEST(count_files() == 3U);
  auto no_key = config();
  no_key["keyfile"] = object{};
  no_key["certfile"] = sent("");
  BOOST_TEST(put("/resources/" + hook, serialize(object{{"config", no_key}})).code() == 0);
  BOOST_TEST(eventually([&] { return !alive(hook); })); // the server wants a certificate
  BOOST_TEST(count_files() == 1U);
  BOOST_TEST(del("/rules/" + rule).code() == 0);
  BOOST_TEST(del("/resources/" + hook).code() == 0);
  BOOST_TEST(count_files() == 0U);
  BOOST_TEST(process().log().find("-----") == std::string::npos);
}

// The record has what the files have.
BOOST_FIXTURE_TEST_CASE(after_a_restart, sending_broker) {
  const auto hook = make_resource("web_hook", config());
  make_hook_rule(hook);
  arrives();
  write_text(files() / "left_by_a_killed_one.pem", "x");
  restart();
  BOOST_TEST(count_files() == 3U);
  arrives();
  BOOST_TEST_REQUIRE(process().terminate() == 0);
  fs::remove_all(files());
  process().start_again();
  BOOST_TEST(count_files() == 3U);
  arrives();
}

BOOST_FIXTURE_TEST_CASE(what_is_not_made_leaves_nothing, sending_broker) {
  const auto body = [](object config, bool test = false) {
    return serialize(object{{"type", "web_hook"}, {"config", std::move(config)}, {"test", test}});
  };
  BOOST_TEST(post("/resources", body(config(), true)).code() == 0);
  BOOST_TEST(count_files() == 0U);
  const temporary_folder others;
  const tls_files other{others.path()};
  auto wrong = config();
  wrong["keyfile"] = sent(other.key);
  const auto refused = post("/resources", body(wrong));
  BOOST_TEST(refused.code() == 400, refused.text);
  BOOST_TEST(refused.text.find("bad_tls_options") != std::string::npos, refused.text);
  wrong["keyfile"] = object{{"filename", "k"}, {"file", std::string(64 * 1024 + 1, 'x')}};
  const auto large = post("/resources", body(wrong));
  BOOST_TEST(large.code() == 400, large.text);
  BOOST_TEST(large.text.find("keyfile: it has more than 65536 bytes") != std::string::npos, large.text);
  BOOST_TEST(count_files() == 0U);
  // A change that is refused changes nothing.
  const auto hook = make_resource("web_hook", config());
  BOOST_TEST(put("/resources/" + hook, serialize(object{{"config", wrong}})).code() == 400);
  BOOST_TEST(count_files() == 3U);
  make_hook_rule(hook);
  arrives();
}

BOOST_FIXTURE_TEST_CASE(of_a_bridge, sending_broker) {
  const auto port = free_port();
  const std::string key = "\nlistener.ssl.external.";
  served_broker other{"listener.ssl.external = 127.0.0.1:" + std::to_string(port) + key + "certfile = " +
                      tls.certificate + key + "keyfile = " + tls.key + key + "cacertfile = " + tls.authority +
                      key + "verify = verify_peer" + key + "fail_if_no_peer_cert = true"};
  const auto bridge = make_resource("bridge_mqtt", {{"address", "127.0.0.1:" + std::to_string(port)},
                                                    {"pool_size", 1},
                                                    {"ssl", "on"},
                                                    {"cacertfile", sent(tls.authority)},
                                                    {"certfile", sent(tls.certificate)},
                                                    {"keyfile", sent(tls.key)}});
  BOOST_TEST(eventually([&] { return alive(bridge); }));
  BOOST_TEST(count_files() == 3U);
  BOOST_TEST(get("/resources/" + bridge).text.find("-----") == std::string::npos);
  BOOST_TEST(del("/resources/" + bridge).code() == 0);
  BOOST_TEST(count_files() == 0U);
}

BOOST_AUTO_TEST_CASE(of_a_database, *boost::unit_test::precondition(installed<pgsql_server>)) {
  pgsql_server server{"create table t (a int);", true};
  rule_broker b;
  const auto resource = b.make_resource("backend_pgsql", {{"server", at(server)},
                                                          {"database", "postgres"},
                                                          {"user", "troupe"},
                                                          {"password", "there"},
                                                          {"ssl", true},
                                                          {"cacertfile", sent(server.authority())}});
  const auto rule = b.make_rule(R"(select qos from "w")", "data_to_pgsql",
                                {{"$resource", resource}, {"sql", "insert into t values (${qos})"}});
  b.mqtt({.client_id = "c"})->publish("w", "", 1);
  BOOST_TEST(eventually([&] { return b.count(rule, "success") == 1; }));
}

BOOST_AUTO_TEST_SUITE_END()
