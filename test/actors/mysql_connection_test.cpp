// A connection to MariaDB keeps the statements that it has prepared, so many of them.
#include "actors/backends/sql_connection.hpp"
#include "support/database_server.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;

namespace {

boost::test_tools::assertion_result mysql_is_there(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result out{mysql_server::missing().empty()};
  out.message() << "mariadb-server is not installed";
  return out;
}

struct connected {
  connected() {
    server_settings s;
    s.port = server.port();
    s.username = "troupe";
    s.password = "there";
    s.database = "mqtt";
    connection = make_mysql_connection(s);
  }

  std::int64_t status(const std::string& name) const {
    const auto row = server.query("SHOW GLOBAL STATUS LIKE '" + name + "'");
    return std::stoll(row.substr(row.find('\t') + 1));
  }

  mysql_server server{"CREATE TABLE t (a int, b varchar(20));"};
  std::unique_ptr<sql_connection> connection;
};

} // namespace

BOOST_AUTO_TEST_SUITE(mysql_connections, *boost::unit_test::precondition(mysql_is_there))

BOOST_FIXTURE_TEST_CASE(statements_are_prepared_once, connected) {
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(connection->execute("insert into t values (?, ?)", {std::to_string(i), "x"}).error == "");
    const auto found = connection->query("select b from t where a = ?", {std::to_string(i)});
    BOOST_TEST_REQUIRE(found.rows.size() == 1u, found.error);
    BOOST_TEST(*found.rows[0][0] == "x");
  }
  BOOST_TEST(status("Com_stmt_prepare") == 2);
  BOOST_TEST(server.query("select count(*) from t") == "20\n");
  // The table is another one: so is the answer.
  server.query("alter table t add column c int default 7");
  BOOST_TEST(connection->query("select * from t where a = ?", {"1"}).rows.at(0).size() == 3u);
  server.query("alter table t drop column c");
  const auto less = connection->query("select * from t where a = ?", {"1"});
  BOOST_TEST_REQUIRE(less.rows.size() == 1u, less.error);
  BOOST_TEST(less.rows[0].size() == 2u);
  BOOST_TEST(*less.rows[0][1] == "x");
}

BOOST_FIXTURE_TEST_CASE(wrong_ones_and_many, connected) {
  for (int i = 0; i < 3; ++i) {
    const auto wrong = connection->execute("insert into nowhere values (?)", {"1"});
    BOOST_TEST(wrong.reached);
    BOOST_TEST(wrong.error.find("nowhere") != std::string::npos);
  }
  BOOST_TEST(status("Prepared_stmt_count") == 0);
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(connection->query("select " + std::to_string(i), {}).rows.at(0).at(0).value() ==
               std::to_string(i));
  BOOST_TEST(status("Prepared_stmt_count") == 32);
  // Of another connection they are others.
  server.stop();
  server.start();
  BOOST_TEST(connection->query("select 99", {}).rows.at(0).at(0).value() == "99");
  BOOST_TEST(status("Prepared_stmt_count") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
