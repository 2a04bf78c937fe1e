// Sessions that wait for their clients are bounded.
#include "protocol/fixture.hpp"

using namespace troupe::test;

namespace {

struct few_sessions : suite_broker {
  few_sessions() : suite_broker("node.max_detached_sessions = 2\nnode.io_threads = 1\n") {}
};

bool comes_back(const std::string& id) {
  mqtt_client c{port(), v311};
  const bool present = c.connect(id, false).session_present;
  c.disconnect();
  return present;
}

void end(const std::string& id) {
  mqtt_client c{port(), v311};
  c.connect(id, true);
  c.disconnect();
}

} // namespace

BOOST_AUTO_TEST_SUITE(detached_sessions, *boost::unit_test::fixture<few_sessions>())

BOOST_AUTO_TEST_CASE(those_that_are_there_stay) {
  for (const char* id : {"a", "b", "c"})
    BOOST_TEST(!comes_back(id));
  BOOST_TEST(!comes_back("c")); // there was no room
  BOOST_TEST(comes_back("a"));
  BOOST_TEST(comes_back("b"));
  end("a");
  BOOST_TEST(!comes_back("c"));
  BOOST_TEST(comes_back("c")); // there is room now
  mqtt_client b{port(), v311};
  BOOST_TEST(b.connect("b", false).session_present); // its client is back: it does not wait any longer
  BOOST_TEST(!comes_back("d"));
  BOOST_TEST(comes_back("d"));
}

BOOST_AUTO_TEST_SUITE_END()
