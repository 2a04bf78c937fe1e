// The end of the broker while something in it hangs.
#include "support/broker.hpp"
#include "support/http.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace troupe::test;

namespace {

// Nobody reads it, so that who writes to it waits for ever.
class full_pipe {
public:
  explicit full_pipe(const std::filesystem::path& name) {
    if (::mkfifo(name.c_str(), 0600) == 0)
      end_ = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (end_ < 0)
      throw unexpected{"no pipe"};
  }
  ~full_pipe() { ::close(end_); }
  full_pipe(const full_pipe&) = delete;
  full_pipe& operator=(const full_pipe&) = delete;

  bool full() const {
    int bytes = 0;
    return ::ioctl(end_, FIONREAD, &bytes) == 0 && bytes == ::fcntl(end_, F_GETPIPE_SZ);
  }

private:
  int end_ = -1;
};

std::string rule_that_writes_to(const std::string& file) {
  return R"({"id":")" + file + R"(","rawsql":"SELECT * FROM \"in\"","actions":[{"name":"save_to_file",)" +
         R"("params":{"file":")" + file + R"(","payload_tmpl":"${payload}"}}]})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(stop_while_something_hangs)

// They keep both threads that the control plane has. What was acknowledged is there after the next start.
BOOST_AUTO_TEST_CASE(rules_that_do_not_end) {
  broker_process broker{"retainer.storage_type = disc\n"};
  const auto folder = broker.folder() / "data" / "rule_files";
  std::filesystem::create_directories(folder);
  full_pipe one{folder / "one"}, two{folder / "two"};
  for (const char* file : {"one", "two"}) {
    const auto made = http_request(broker.http_port(), "POST", "/api/v4/rules", rule_that_writes_to(file));
    BOOST_TEST_REQUIRE(made.body.find(R"("code":0)") != std::string::npos, made.body);
  }
  auto c = connected(broker.mqtt_port(), "c");
  const std::string more_than_a_pipe_takes(200'000, 'x');
  c.publish("in", more_than_a_pipe_takes, qos::at_least_once);
  BOOST_TEST_REQUIRE(eventually([&] { return one.full() && two.full(); }));
  c.publish("kept", "x", qos::at_least_once, true);
  BOOST_TEST(broker.terminate(seconds{5}) == 0);
  broker.start_again();
  auto again = connected(broker.mqtt_port(), "again");
  again.subscribe("kept", qos::at_least_once);
  BOOST_TEST(again.expect_message().payload == "x");
}

BOOST_AUTO_TEST_SUITE_END()
