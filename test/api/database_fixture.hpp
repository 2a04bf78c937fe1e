// What tests with real databases have in common.
#pragma once

#include "support/database_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace troupe::test {

/// The suites need servers that need not be there: `*precondition(installed<pgsql_server>)`.
template <class Server>
boost::test_tools::assertion_result installed(boost::unit_test::test_unit_id) {
  const auto package = Server::missing();
  boost::test_tools::assertion_result out{package.empty()};
  out.message() << "Debian's package " << package << " is not installed";
  return out;
}

inline std::string at(const database_server& s) { return "127.0.0.1:" + std::to_string(s.port()); }

} // namespace troupe::test
