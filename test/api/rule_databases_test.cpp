// Rules that write to the real databases: what a message says is only ever a value, a server that goes and
// comes back, fallbacks, and TLS.
#include "api/database_fixture.hpp"
#include "api/rule_fixture.hpp"

using namespace troupe::test;

namespace {

constexpr const char* sly = "Robert'); DROP TABLE events; --";

object database_at(const database_server& s, object more = {}) {
  more["server"] = at(s);
  more["user"] = "troupe";
  more["password"] = "there";
  return more;
}

struct database_broker : rule_broker {
  using rule_broker::rule_broker;

  /// The server goes: the alarm tells so. It comes back: what was kept is written, and nothing has failed.
  void outage(database_server& server, const std::string& resource, const std::string& rule) {
    BOOST_TEST(alive(resource));
    auto c = mqtt({.client_id = "out"});
    const auto before = count(rule, "success");
    server.stop();
    c->publish("w", "1", 1);
    BOOST_TEST(eventually([&] { return !alive(resource) && alarmed(resource); }));
    c->publish("w", "2", 1);
    server.start();
    BOOST_TEST(eventually([&] { return alive(resource) && !alarmed(resource); }, seconds{60}));
    c->publish("w", "3", 1);
    BOOST_TEST(eventually([&] { return count(rule, "success") == before + 3; }, seconds{60}));
    BOOST_TEST(count(rule, "failed") == 0);
  }

  /// The same while nobody writes.
  void idle_outage(database_server& server, const std::string& resource) {
    BOOST_TEST(alive(resource));
    server.stop();
    BOOST_TEST(eventually([&] { return !alive(resource) && alarmed(resource); }, seconds{30}));
    server.start();
    BOOST_TEST(eventually([&] { return alive(resource) && !alarmed(resource); }, seconds{30}));
  }

  /// What is not kept, or not for long enough, goes to the fallbacks.
  void fallbacks(const std::string& resource_type, const std::string& action, object params, object config) {
    config["server"] = "127.0.0.1:" + std::to_string(free_port());
    for (const int keep : {0, 1}) {
      config["keep_time"] = keep;
      params["$resource"] = make_resource(resource_type, config);
      const auto topic = "fails/" + std::to_string(keep);
      make_rule("select clientid, payload, qos, nothing as none from \"" + topic + "\"", action, params,
                instead());
      auto c = mqtt({.client_id = "fails"});
      c->subscribe("failed/fails", 0);
      c->publish(topic, "1", 1);
      BOOST_TEST(c->next().payload == "1");
    }
  }

  // A server that starts again while nobody looks: the old connection is dead, and nothing is lost.
  void restart(database_server& server, const std::string& rule) {
    const auto before = count(rule, "success");
    server.stop();
    server.start();
    mqtt({.client_id = "re"})->publish("w", "again", 1);
    BOOST_TEST(eventually([&] { return count(rule, "success") == before + 1; }));
  }

  void refuses(const std::string& action, const object& params, const char* why) {
    const object one{{"name", action}, {"params", params}};
    const auto answer = post("/rules", boost::json::serialize(object{{"rawsql", "select * from \"t\""},
                                                                     {"actions", boost::json::array{one}}}));
    BOOST_TEST(answer.code() == 400, answer.text);
    BOOST_TEST(answer.text.find(why) != std::string::npos, answer.text);
  }
};

constexpr const char* table =
    "CREATE TABLE events (client varchar(100), payload varchar(1000), level int, temp float);";
constexpr const char* insert = "insert into events (client, payload, level, temp) values (${clientid}, 'p: "
                               "${payload}', ${qos}, ${none})";
constexpr const char* selected = R"(select clientid, payload, qos, nothing as none from "w")";

// The same with both databases.
template <class Server>
void check_statements(const std::string& resource_type, const std::string& action,
                      const std::string& all_rows, object config) {
  Server server{table};
  database_broker b;
  const auto resource = b.make_resource(resource_type, database_at(server, std::move(config)));
  BOOST_TEST(eventually([&] { return b.alive(resource); }));
  const auto rule =
      b.make_rule(selected, action, {{"$resource", resource}, {"sql", insert}}, database_broker::instead());
  b.mqtt({.client_id = "c'1"})->publish("w", sly, 1);
  BOOST_TEST(eventually([&] { return b.count(rule, "success") == 1; }));
  BOOST_TEST(server.query("select * from events") == all_rows);
  BOOST_TEST(b.process().log().find("there") == std::string::npos);
  // The server answers, and says that it is wrong: it fails, and the resource is well.
  const auto wrong =
      b.make_rule(R"(select * from "x")", action,
                  {{"$resource", resource}, {"sql", "insert into nowhere values (${payload})"}});
  b.mqtt({.client_id = "c"})->publish("x", "1", 1);
  BOOST_TEST(eventually([&] { return b.count(wrong, "failed") == 1; }));
  BOOST_TEST(b.alive(resource));
  for (const char* bad : {"insert into t values ('${a}", "insert into \"${t}\" values (1)", "select ${a b}"})
    b.refuses(action, {{"$resource", resource}, {"sql", bad}}, "invalid_sql_template");
  b.refuses(action, {{"$resource", resource}}, "{required_field_missing,sql}");
  b.refuses("data_to_redis", {{"$resource", resource}, {"cmd", "PING"}}, "resource_type_mismatch");
  b.restart(server, rule);
  b.outage(server, resource, rule);
  BOOST_TEST(server.query("select count(*) from events") == "5\n");
  b.fallbacks(resource_type, action, {{"sql", insert}}, {{"database", "none"}});
}

// Whom the broker trusts decides: the server's CA, another one, or anybody.
template <class Server>
void check_tls(const std::string& resource_type, const std::string& action, object config) {
  Server server{table, true};
  const temporary_folder folder;
  const tls_files other{folder.path()};
  database_broker b;
  config["ssl"] = true;
  const auto make = [&](const char* name, const std::string& trusted, bool verify) {
    config["cacertfile"] = trusted;
    config["verify"] = verify;
    const auto made =
        b.post("/resources",
               boost::json::serialize(
                   object{{"id", name}, {"type", resource_type}, {"config", database_at(server, config)}}));
    BOOST_TEST(made.code() == 0, made.text);
  };
  make("right", server.authority(), true);
  make("wrong", other.authority, true);
  make("anybody", "", false);
  BOOST_TEST(eventually([&] { return !b.alive("wrong") && b.alarmed("wrong"); }));
  BOOST_TEST(b.reason("wrong").find("ertificate") != std::string::npos, b.reason("wrong"));
  for (const char* name : {"right", "anybody"}) {
    const auto rule = b.make_rule(selected, action, {{"$resource", name}, {"sql", insert}});
    b.mqtt({.client_id = "c"})->publish("w", name, 1);
    BOOST_TEST(eventually([&] { return b.count(rule, "success") == 1; }), name);
    BOOST_TEST(b.del("/rules/" + rule).code() == 0);
  }
  BOOST_TEST(server.query("select count(*) from events") == "2\n");
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_pgsql, *boost::unit_test::precondition(installed<pgsql_server>))

BOOST_AUTO_TEST_CASE(statements) {
  check_statements<pgsql_server>("backend_pgsql", "data_to_pgsql", std::string{"c'1|p: "} + sly + "|1|\n",
                                 {{"database", "postgres"}});
}

// A fallback has the output as its action had it: what is undefined is no text.
BOOST_AUTO_TEST_CASE(fallback) {
  pgsql_server server{table};
  database_broker b;
  const auto gone = b.make_resource(
      "web_hook", {{"url", "http://127.0.0.1:" + std::to_string(free_port()) + "/"}, {"keep_time", 0}});
  const auto resource = b.make_resource("backend_pgsql", database_at(server, {{"database", "postgres"}}));
  BOOST_TEST(eventually([&] { return b.alive(resource); }));
  const auto rule = b.make_rule(
      selected, "data_to_webserver", {{"$resource", gone}},
      {object{{"name", "data_to_pgsql"}, {"params", object{{"$resource", resource}, {"sql", insert}}}}});
  b.mqtt({.client_id = "c"})->publish("w", "x", 1);
  BOOST_TEST(eventually([&] { return server.query("select * from events") == "c|p: x|1|\n"; }));
  BOOST_TEST(b.count(rule, "failed") == 1);
}

BOOST_AUTO_TEST_CASE(by_tls) {
  check_tls<pgsql_server>("backend_pgsql", "data_to_pgsql", {{"database", "postgres"}});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rule_mysql, *boost::unit_test::precondition(installed<mysql_server>))

BOOST_AUTO_TEST_CASE(statements) {
  check_statements<mysql_server>("backend_mysql", "data_to_mysql",
                                 std::string{"c'1\tp: "} + sly + "\t1\tNULL\n", {{"database", "mqtt"}});
}

// It has two results, and the connection is the only one.
BOOST_AUTO_TEST_CASE(a_procedure_that_answers) {
  mysql_server server{table};
  server.query("create procedure say(x varchar(100)) select x");
  database_broker b;
  const auto resource =
      b.make_resource("backend_mysql", database_at(server, {{"database", "mqtt"}, {"pool_size", 1}}));
  const auto calls =
      b.make_rule(selected, "data_to_mysql", {{"$resource", resource}, {"sql", "call say(${payload})"}});
  const auto inserts = b.make_rule(selected, "data_to_mysql", {{"$resource", resource}, {"sql", insert}});
  auto c = b.mqtt({.client_id = "c"});
  for (int i = 0; i < 5; ++i)
    c->publish("w", std::to_string(i), 1);
  BOOST_TEST(eventually([&] { return b.count(calls, "success") == 5 && b.count(inserts, "success") == 5; }));
  BOOST_TEST(b.count(calls, "failed") + b.count(inserts, "failed") == 0);
  BOOST_TEST(server.query("select count(*) from events") == "5\n");
}

// What the old connections work on, and what waits for them.
BOOST_AUTO_TEST_CASE(a_change_loses_and_doubles_nothing) {
  mysql_server server{table};
  database_broker b;
  auto config = database_at(server, {{"database", "mqtt"}, {"pool_size", 1}});
  const auto resource = b.make_resource("backend_mysql", config);
  const auto rule = b.make_rule(
      selected, "data_to_mysql",
      {{"$resource", resource}, {"sql", "insert into events (level) select ${payload} + sleep(0.02)"}});
  auto c = b.mqtt({.client_id = "c"});
  constexpr int messages = 100;
  for (int i = 0; i < messages; ++i) {
    c->publish("w", std::to_string(i), 1);
    if (i % 20 == 10) {
      config["pool_size"] = 1 + i / 20;
      const auto changed =
          b.put("/resources/" + resource, boost::json::serialize(object{{"config", config}}));
      BOOST_TEST(changed.code() == 0, changed.text);
    }
  }
  BOOST_TEST(eventually([&] { return b.count(rule, "success") == messages; }, seconds{30}));
  BOOST_TEST(b.count(rule, "failed") == 0);
  BOOST_TEST(server.query("select count(*), count(distinct level) from events") == "100\t100\n");
}

BOOST_AUTO_TEST_CASE(by_tls) {
  check_tls<mysql_server>("backend_mysql", "data_to_mysql", {{"database", "mqtt"}});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rule_redis, *boost::unit_test::precondition(installed<redis_server>))

BOOST_AUTO_TEST_CASE(in_a_cluster) {
  redis_cluster servers;
  database_broker b;
  const auto nodes = at(servers.node(0)) + "," + at(servers.node(1));
  const auto resource =
      b.make_resource("backend_redis", {{"server", nodes}, {"redis_type", "cluster"}, {"password", "there"}});
  const auto rule = b.make_rule(R"(select topic, payload from "k/+")", "data_to_redis",
                                {{"$resource", resource}, {"cmd", "SET ${topic} ${payload}"}});
  auto c = b.mqtt({.client_id = "c"});
  for (int i = 0; i < 10; ++i)
    c->publish("k/" + std::to_string(i), std::to_string(i), 1);
  BOOST_TEST(eventually([&] { return b.count(rule, "success") == 10; }));
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(servers.node(0).run_command({"-c", "GET", "k/" + std::to_string(i)}) ==
               std::to_string(i) + "\n");
}

BOOST_AUTO_TEST_CASE(by_sentinels) {
  redis_server server;
  const redis_sentinel sentinel{server};
  database_broker b;
  const auto resource = b.make_resource(
      "backend_redis",
      {{"server", at(sentinel)}, {"redis_type", "sentinel"}, {"sentinel", "there"}, {"password", "there"}});
  BOOST_TEST(eventually([&] { return b.alive(resource); }));
  const auto refused = b.post("/resources", R"({"type":"backend_redis","config":{"server":"a,b"}})");
  BOOST_TEST(refused.code() == 400, refused.text);
}

BOOST_AUTO_TEST_CASE(commands) {
  redis_server server;
  database_broker b;
  const auto resource =
      b.make_resource("backend_redis", {{"server", at(server)}, {"password", "there"}, {"database", "2"}});
  BOOST_TEST(eventually([&] { return b.alive(resource); }));
  const auto shown = b.get("/resources/" + resource).data().at("config").as_object();
  BOOST_TEST(shown.at("password") == "******");
  BOOST_TEST(b.get("/resources").text.find("there") == std::string::npos);
  const auto changed = b.put("/resources/" + resource, boost::json::serialize(object{{"config", shown}}));
  BOOST_TEST(changed.code() == 0, changed.text);
  BOOST_TEST(eventually([&] { return b.alive(resource); })); // it is the same password
  const auto rule = b.make_rule(
      R"(select clientid, payload from "w")", "data_to_redis",
      {{"$resource", resource}, {"cmd", "HSET  client:${clientid} payload ${payload} none ${none}"}},
      database_broker::instead());
  b.mqtt({.client_id = "a b"})->publish("w", "x y\r\nDEL \"z\"", 1);
  BOOST_TEST(eventually([&] { return b.count(rule, "success") == 1; }));
  BOOST_TEST(server.run_command({"-n", "2", "HGET", "client:a b", "payload"}) == "x y\r\nDEL \"z\"\n");
  BOOST_TEST(server.run_command({"-n", "2", "HGET", "client:a b", "none"}) == "undefined\n");
  BOOST_TEST(b.process().log().find("there") == std::string::npos);
  const auto wrong = b.make_rule(R"(select payload from "x")", "data_to_redis",
                                 {{"$resource", resource}, {"cmd", "LPUSH client:c ${payload}"}});
  server.run_command({"-n", "2", "SET", "client:c", "no list"});
  b.mqtt({.client_id = "c"})->publish("x", "1", 1);
  BOOST_TEST(eventually([&] { return b.count(wrong, "failed") == 1; }));
  BOOST_TEST(b.alive(resource));
  for (const char* bad : {"", "  ", "${payload} a", "X${payload}"})
    b.refuses("data_to_redis", {{"$resource", resource}, {"cmd", bad}}, "invalid_command_template");
  b.refuses("data_to_pgsql", {{"$resource", resource}, {"sql", "select 1"}}, "resource_type_mismatch");
  b.restart(server, rule);
  b.outage(server, resource, rule);
  b.idle_outage(server, resource);
  b.fallbacks("backend_redis", "data_to_redis", {{"cmd", "SET a ${payload}"}}, {});
}

BOOST_AUTO_TEST_SUITE_END()
