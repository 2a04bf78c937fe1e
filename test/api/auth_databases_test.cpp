// emqx_auth_pgsql, emqx_auth_mysql, emqx_auth_redis and emqx_auth_ldap against the real servers: who may
// connect, who may do everything, who may do what, and what happens while the server is gone.
#include "api/database_fixture.hpp"
#include "api/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace troupe::test;
namespace mqtt = troupe::mqtt;

namespace {

constexpr auto v5 = protocol_version::v5;

struct asking_broker : served_broker {
  asking_broker(const std::string& plugin, const std::string& more)
      : served_broker("plugins.load = " + plugin + "\nallow_anonymous = false\nacl_nomatch = deny\n" +
                      "acl_file = " + no_rules() + "\nenable_acl_cache = off\n" + more),
        plugin_(plugin) {}

  static std::string no_rules() {
    static const temporary_folder folder;
    write_text(folder.path() / "acl.conf", "{allow, all, pubsub, [\"of the file\"]}.\n");
    return (folder.path() / "acl.conf").string();
  }

  reason_code connect(const std::string& user, const std::string& password) {
    return mqtt_client{port()}.connect({.client_id = "c", .username = user, .password = password}).reason;
  }

  mqtt_client client(const std::string& user, const std::string& password, const std::string& id = "c") {
    return connected(port(), {.client_id = id, .username = user, .password = password}, v5);
  }

  bool down() {
    const auto alarms = get("/alarms/present/emqx@127.0.0.1").text;
    return alarms.find("resource_down/" + plugin_) != std::string::npos;
  }

  // 3.1.1 has a code of its own for each that counts here.
  void expect(const std::string& user, const std::string& password, reason_code reason) {
    BOOST_TEST((connect(user, password) == reason), user << ' ' << password);
  }

  void known(const std::string& user, const std::string& password) {
    expect(user, password, reason_code::success);
    expect(user, password + "x", reason_code::bad_user_name_or_password);
    expect(user, "", reason_code::bad_user_name_or_password);
  }

  /// Nothing that a client is called is a part of the question.
  void nobody(const std::vector<std::string>& users) {
    for (const auto& user : users)
      expect(user, "secret", reason_code::not_authorized);
  }

  /// While the server is away, and after.
  void outage(database_server& server, const std::string& user, const std::string& password) {
    BOOST_TEST(!down());
    server.stop();
    expect(user, password, reason_code::server_unavailable);
    BOOST_TEST(eventually([&] { return down(); }));
    expect(user, password, reason_code::server_unavailable);
    server.start();
    BOOST_TEST(eventually([&] { return !down(); }, seconds{60}));
    expect(user, password, reason_code::success);
  }

  /// The same while nobody asks.
  void idle_outage(database_server& server) {
    BOOST_TEST(!down());
    server.stop();
    BOOST_TEST(eventually([&] { return down(); }, seconds{30}));
    server.start();
    BOOST_TEST(eventually([&] { return !down(); }, seconds{60}));
  }

  std::uint16_t port() const { return static_cast<std::uint16_t>(mqtt_port()); }

private:
  std::string plugin_;
};

bool may_publish(mqtt_client& c, const std::string& topic) {
  return c.publish(topic, "x", qos::at_least_once) != reason_code::not_authorized;
}
bool may_subscribe(mqtt_client& c, const std::string& filter) {
  return c.subscribe(filter, qos::at_most_once).reasons.at(0) == reason_code::success;
}

// By TLS a plugin asks the server whose certificate it trusts, and no other one.
void check_tls(const std::string& plugin, const std::string& settings, const database_server& server) {
  const temporary_folder folder;
  const tls_files other{folder.path()};
  const auto head = "auth." + plugin + ".";
  const auto by_tls = [&](const std::string& more) {
    return settings + head + "acl_query =\n" + head + "ssl = on\n" + more;
  };
  const auto trusting = [&](const std::string& ca) {
    return by_tls(head + "ssl_opts.cacertfile = " + ca + "\n");
  };
  asking_broker right{"emqx_auth_" + plugin, trusting(server.authority())};
  right.known("alice", "secret");
  asking_broker wrong{"emqx_auth_" + plugin, trusting(other.authority)};
  wrong.expect("alice", "secret", reason_code::server_unavailable);
  asking_broker anybody{"emqx_auth_" + plugin, by_tls(head + "ssl_opts.verify = verify_none\n")};
  anybody.known("alice", "secret");
}

// -- the tables of both databases
// -----------------------------------------------------------------------------

std::string tables(const std::string& sha256_of_secret) {
  return "CREATE TABLE mqtt_user (username varchar(100), password varchar(100), salt varchar(40), "
         "is_superuser int);\n"
         "CREATE TABLE mqtt_acl (id int, allow int, ipaddr varchar(60), username varchar(100), clientid "
         "varchar(100), access int, topic varchar(100));\n"
         "INSERT INTO mqtt_user VALUES ('alice', " +
         sha256_of_secret + ", NULL, 0), ('root', " + sha256_of_secret + ", NULL, 1), ('closed', " +
         sha256_of_secret +
         ", NULL, 0), ('none', NULL, NULL, 0);\n"
         "INSERT INTO mqtt_acl VALUES (0, 0, NULL, 'closed', NULL, 3, 'no/#/x'), (1, 0, NULL, 'alice', NULL, "
         "3, 'no/#'), (2, 1, NULL, 'alice', NULL, 2, "
         "'out/%c'), (3, 1, NULL, 'alice', 'special', 1, 'in/+'), (4, 1, '127.0.0.1', NULL, NULL, 3, "
         "'local/#'), "
         "(5, 1, '10.0.0.0/8', NULL, NULL, 3, 'far/#'), (6, 1, NULL, '$all', NULL, 1, 'eq news/#'), (7, 9, "
         "NULL, "
         "'$all', NULL, 1, '#'), (8, 1, NULL, NULL, NULL, 3, '#');";
}

void check_sql(asking_broker& b) {
  b.known("alice", "secret");
  b.expect("none", "", reason_code::bad_user_name_or_password);
  b.nobody({"bob", "alice'", "x' or '1'='1", "x' or 1=1 -- ", "alice\\", "%u", "\xE2\x80\x99 or 1=1", ""});
  auto alice = b.client("alice", "secret"), special = b.client("alice", "secret", "special");
  BOOST_TEST(!may_publish(alice, "no/x"));
  BOOST_TEST(may_publish(alice, "out/c"));
  BOOST_TEST(!may_publish(alice, "out/other"));
  BOOST_TEST(!may_subscribe(alice, "out/c"));
  BOOST_TEST(!may_subscribe(alice, "in/x"));
  BOOST_TEST(may_subscribe(special, "in/x"));
  BOOST_TEST(may_publish(alice, "local/x"));
  BOOST_TEST(!may_publish(alice, "far/x"));
  BOOST_TEST(may_subscribe(alice, "news/#"));
  BOOST_TEST(!may_subscribe(alice, "news/1"));
  BOOST_TEST(!may_subscribe(alice, "#"));
  BOOST_TEST(may_publish(alice, "of the file")); // nobody knows it before
  auto root = b.client("root", "secret");
  BOOST_TEST(may_publish(root, "no/x"));
  // Nobody knows what his first row was to deny.
  auto closed = b.client("closed", "secret");
  BOOST_TEST(eventually([&] { // the log has ten such lines a second
    BOOST_TEST(!may_publish(closed, "of the file"));
    return b.process().log().find("is no rule: '0', NULL, 'closed', NULL, '3', 'no/#/x'") !=
           std::string::npos;
  }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(auth_pgsql, *boost::unit_test::precondition(installed<pgsql_server>))

BOOST_AUTO_TEST_CASE(users_and_rules) {
  pgsql_server server{
      tables("encode(sha256('secret'), 'hex')") +
      "INSERT INTO mqtt_user VALUES ('salted', encode(sha256('pinchsecret'), 'hex'), 'pinch', 0);"};
  const auto where =
      "auth.pgsql.server = " + at(server) +
      "\nauth.pgsql.username = troupe\nauth.pgsql.password = there\nauth.pgsql.database = postgres\n";
  asking_broker b{"emqx_auth_pgsql",
                  where + "auth.pgsql.acl_query = select allow, ipaddr, username, clientid, "
                          "access, topic from mqtt_acl where ipaddr = '%a' or ipaddr like "
                          "'10.%' or username = '%u' or username = '$all' or clientid = '%c' or "
                          "id > 6 order by id\n"};
  check_sql(b);
  BOOST_TEST(b.process().log().find("there") == std::string::npos);
  b.outage(server, "alice", "secret");
  asking_broker salted{
      "emqx_auth_pgsql",
      where + "auth.pgsql.auth_query = select password, salt from mqtt_user where username = '%u'\n"
              "auth.pgsql.password_hash = salt,sha256\nauth.pgsql.super_query =\n"};
  salted.known("salted", "secret");
  asking_broker broken{"emqx_auth_pgsql", where + "auth.pgsql.auth_query = select nothing from nowhere\n"};
  broken.expect("alice", "secret", reason_code::server_unavailable);
  BOOST_TEST(!broken.down()); // the server answers
}

BOOST_AUTO_TEST_CASE(by_tls) {
  const pgsql_server server{tables("encode(sha256('secret'), 'hex')"), true};
  check_tls(
      "pgsql",
      "auth.pgsql.server = " + at(server) +
          "\nauth.pgsql.username = troupe\nauth.pgsql.password = there\nauth.pgsql.database = postgres\n",
      server);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(auth_mysql, *boost::unit_test::precondition(installed<mysql_server>))

BOOST_AUTO_TEST_CASE(users_and_rules) {
  mysql_server server{tables("SHA2('secret', 256)") + "\n"};
  const auto where =
      "auth.mysql.server = " + at(server) + "\nauth.mysql.username = troupe\nauth.mysql.password = there\n";
  asking_broker b{"emqx_auth_mysql",
                  where + "auth.mysql.acl_query = select allow, ipaddr, username, clientid, "
                          "access, topic from mqtt_acl where ipaddr = '%a' or ipaddr like "
                          "'10.%' or username = '%u' or username = '$all' or clientid = '%c' or "
                          "id > 6 order by id\n"};
  check_sql(b);
  BOOST_TEST(b.process().log().find("there") == std::string::npos);
  b.outage(server, "alice", "secret");
}

BOOST_AUTO_TEST_CASE(by_tls) {
  const mysql_server server{tables("SHA2('secret', 256)") + "\n", true};
  check_tls("mysql",
            "auth.mysql.server = " + at(server) +
                "\nauth.mysql.username = troupe\nauth.mysql.password = there\n",
            server);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(auth_redis, *boost::unit_test::precondition(installed<redis_server>))

BOOST_AUTO_TEST_CASE(users_and_rules) {
  redis_server server;
  server.run_command({"HSET", "mqtt_user:alice", "password", "secret"});
  server.run_command({"HSET", "mqtt_user:root", "password", "secret", "is_superuser", "1"});
  server.run_command({"HSET", "mqtt_acl:alice", "out/%c", "2", "in/+", "1", "both/#", "3", "odd", "9"});
  asking_broker b{"emqx_auth_redis", "auth.redis.server = " + at(server) +
                                         "\nauth.redis.password = there\nauth.redis.pool = 2\n"};
  b.known("alice", "secret");
  b.nobody({"bob", "bob password mqtt_user:alice", "alice\r\nDEL mqtt_user:alice", "*", ""});
  auto alice = b.client("alice", "secret");
  BOOST_TEST(may_publish(alice, "out/c"));
  BOOST_TEST(!may_publish(alice, "out/d"));
  BOOST_TEST(!may_subscribe(alice, "out/c"));
  BOOST_TEST(may_subscribe(alice, "in/x"));
  BOOST_TEST(may_subscribe(alice, "both/x"));
  BOOST_TEST(may_publish(alice, "both/x"));
  BOOST_TEST(!may_publish(alice, "odd"));
  BOOST_TEST(!may_publish(alice, "of the file")); // who has rules may do nothing else
  auto root = b.client("root", "secret");
  BOOST_TEST(may_publish(root, "out/d"));
  BOOST_TEST(b.process().log().find("there") == std::string::npos);
  b.outage(server, "alice", "secret");
  b.idle_outage(server);
}

BOOST_AUTO_TEST_CASE(by_sentinels) {
  redis_server server;
  const redis_sentinel sentinel{server};
  server.run_command({"HSET", "mqtt_user:alice", "password", "secret"});
  asking_broker b{"emqx_auth_redis", "auth.redis.type = sentinel\nauth.redis.sentinel = there\n"
                                     "auth.redis.server = " +
                                         at(sentinel) + "\nauth.redis.password = there\n"};
  b.known("alice", "secret");
}

BOOST_AUTO_TEST_CASE(in_a_cluster) {
  redis_cluster servers;
  asking_broker b{"emqx_auth_redis", "auth.redis.type = cluster\nauth.redis.password = there\n"
                                     "auth.redis.server = " +
                                         at(servers.node(0)) + ", " + at(servers.node(1)) + "\n"};
  for (const char* user : {"alice", "bert", "carol", "dora"}) {
    servers.node(0).run_command({"-c", "HSET", std::string{"mqtt_user:"} + user, "password", "secret"});
    b.known(user, "secret");
  }
}

BOOST_AUTO_TEST_CASE(topics_without_rules) {
  redis_server server;
  server.run_command({"HSET", "mqtt_user:alice", "password", "secret"});
  asking_broker b{"emqx_auth_redis", "auth.redis.server = " + at(server) + "\nauth.redis.password = there\n"};
  auto alice = b.client("alice", "secret");
  BOOST_TEST(may_publish(alice, "of the file"));
  BOOST_TEST(!may_publish(alice, "out/c"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(auth_ldap, *boost::unit_test::precondition(installed<ldap_server>))

BOOST_AUTO_TEST_CASE(users_and_rules) {
  const auto user = [](const std::string& name, const std::string& password, const std::string& more) {
    return "dn: uid=" + name +
           ",ou=device,dc=emqx,dc=io\nobjectClass: account\nobjectClass: simpleSecurityObject\n"
           "objectClass: mqttUser\nuid: " +
           name + "\nuserPassword: " + password + "\n" + more + "\n";
  };
  // {SSHA} of "secret" with the salt "salt".
  ldap_server server{
      "dn: dc=emqx,dc=io\nobjectClass: dcObject\nobjectClass: organization\no: emqx\ndc: emqx\n\n"
      "dn: ou=device,dc=emqx,dc=io\nobjectClass: organizationalUnit\nou: device\n\n" +
      user("alice", "secret",
           "mqttPublishTopic: out/%c\nmqttSubscriptionTopic: in/+\nmqttPubSubTopic: both/#\n") +
      user("bob", "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0", "")};
  asking_broker b{"emqx_auth_ldap",
                  "auth.ldap.port = " + std::to_string(server.port()) + "\nauth.ldap.timeout = 5s\n"};
  b.known("alice", "secret");
  b.known("bob", "secret");
  b.nobody({"carol", "*", "alice)(uid=*", "a*", "alice\\", "\xC3\xA9", ""});
  auto alice = b.client("alice", "secret");
  BOOST_TEST(may_publish(alice, "out/c"));
  BOOST_TEST(!may_publish(alice, "in/x"));
  BOOST_TEST(may_subscribe(alice, "in/x"));
  BOOST_TEST(!may_subscribe(alice, "out/c"));
  BOOST_TEST(may_publish(alice, "both/x"));
  BOOST_TEST(may_subscribe(alice, "both/x"));
  BOOST_TEST(may_publish(alice, "of the file"));
  b.outage(server, "alice", "secret");
}

BOOST_AUTO_TEST_SUITE_END()
