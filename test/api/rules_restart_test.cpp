// Rules and resources of the store that cannot be started as they were.
#include "api/rule_fixture.hpp"
#include "support/database_server.hpp"

#include <filesystem>

namespace {

using namespace troupe::test;

// A bridge by TLS whose CA is in a file, and a rule that sends to it. Nobody listens there.
struct stored_bridge : rule_broker {
  temporary_folder folder;
  std::string authority = tls_files{folder.path()}.authority;
  std::string bridge = make_resource("bridge_mqtt", {{"address", "127.0.0.1:" + std::to_string(free_port())},
                                                     {"pool_size", 1},
                                                     {"ssl", "on"},
                                                     {"cacertfile", authority}});
  std::string rule = make_rule(R"(select * from "a")", "data_to_mqtt_broker", {{"$resource", bridge}});

  void restart() {
    BOOST_TEST_REQUIRE(process().terminate() == 0);
    process().start_again();
  }

  void take_file_away() { std::filesystem::rename(authority, authority + ".away"); }
  void put_file_back() { std::filesystem::rename(authority + ".away", authority); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rules_restart)

BOOST_FIXTURE_TEST_CASE(a_file_that_is_missing, stored_bridge) {
  const auto before = get("/resources").text;
  const auto sql = get("/rules/" + rule).data().at("rawsql");
  take_file_away();
  restart();
  BOOST_TEST(get("/resources").text == before);
  BOOST_TEST(!alive(bridge));
  BOOST_TEST(eventually([&] { return alarmed(bridge); }));
  BOOST_TEST_REQUIRE(get("/rules/" + rule).code() == 0);
  BOOST_TEST(get("/rules/" + rule).data().at("rawsql") == sql);
  auto c = mqtt({.client_id = "c"});
  c->publish("a", "1", 1);
  BOOST_TEST(eventually([&] { return count(rule, "failed") == 1; }));
  BOOST_TEST(del("/resources/" + bridge).code() == 400); // the rule needs it
  put_file_back();
  BOOST_TEST(post("/resources/" + bridge, "").code() == 0); // look again
  BOOST_TEST(eventually([&] {
    c->publish("a", "2", 1);
    return count(rule, "success") > 0;
  }));
  BOOST_TEST(get("/resources").text == before);
}

BOOST_FIXTURE_TEST_CASE(deleted_while_a_file_is_missing, stored_bridge) {
  take_file_away();
  restart();
  BOOST_TEST(del("/rules/" + rule).code() == 0);
  BOOST_TEST(del("/resources/" + bridge).code() == 0);
  BOOST_TEST(eventually([&] { return !alarmed(bridge); }));
  put_file_back();
  restart();
  BOOST_TEST(get("/rules").text == R"({"code":0,"data":[]})");
  BOOST_TEST(get("/resources").text == R"({"code":0,"data":[]})");
}

// As deep as a body may be: the store and exported files put more around it.
BOOST_FIXTURE_TEST_CASE(parameters_that_are_nested, rule_broker) {
  const std::string deep = std::string(124, '[') + std::string(124, ']');
  const auto there = [&] { return get("/rules/rule:deep").text.find(deep) != std::string::npos; };
  const auto made =
      post("/rules", R"({"id":"rule:deep","rawsql":"select * from \"t\"","actions":[{"name":"do_nothing",)"
                     R"("params":{"x":)" +
                         deep + "}}]}");
  BOOST_TEST_REQUIRE(made.status == 200, made.text);
  BOOST_TEST(there());
  const std::string file = post("/data/export", "").data().at("filename").as_string().c_str();
  BOOST_TEST_REQUIRE(process().terminate() == 0);
  process().start_again();
  BOOST_TEST(there());
  BOOST_TEST(del("/rules/rule:deep").code() == 0);
  BOOST_TEST(!there());
  BOOST_TEST(post("/data/import", R"({"filename":")" + file + "\"}").text == R"({"code":0})");
  BOOST_TEST(there());
}

BOOST_AUTO_TEST_SUITE_END()
