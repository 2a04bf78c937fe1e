// Alarms about the store, and what of alarms outlives a kill.
#include "support/broker.hpp"
#include "support/http.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <sys/resource.h>

using namespace troupe::test;

namespace {

std::string get(const broker_process& broker, const std::string& path) {
  return http_get(broker.http_port(), "/api/v4" + path).body;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// No file of the broker may grow, as on a full disk.
void limit_files(const broker_process& broker, rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  BOOST_TEST_REQUIRE(::prlimit(broker.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

std::string ban(const broker_process& broker, const std::string& who) {
  return http_request(broker.http_port(), "POST", "/api/v4/banned",
                      R"({"as":"clientid","who":")" + who + "\"}")
      .body;
}

} // namespace

BOOST_AUTO_TEST_SUITE(alarms_and_faults)

BOOST_AUTO_TEST_CASE(the_store_fails) {
  broker_process broker;
  BOOST_TEST(has(ban(broker, "before"), R"("code":0)"));
  limit_files(broker, 1);
  BOOST_TEST(has(ban(broker, "meanwhile"), R"("code":102)"));
  BOOST_TEST(eventually([&] { return has(get(broker, "/alarms/present"), R"("id":"store_failed")"); }));
  BOOST_TEST(has(get(broker, "/alarms"), "The store does not keep what it should"));
  // Cleared by hand it comes again with the next failure, such as that of keeping this.
  http_request(broker.http_port(), "POST", "/api/v4/alarms/deactivated",
               R"({"node":"emqx@127.0.0.1","name":"store_failed"})");
  BOOST_TEST(has(get(broker, "/alarms/history"), R"("id":"store_failed")"));
  BOOST_TEST(eventually([&] { return has(get(broker, "/alarms/present"), R"("id":"store_failed")"); }));
  limit_files(broker, RLIM_INFINITY);
  BOOST_TEST(has(ban(broker, "later"), R"("code":0)"));
  BOOST_TEST(eventually([&] { return !has(get(broker, "/alarms/present"), "store_failed"); }));
  BOOST_TEST(has(get(broker, "/alarms/history"), R"("id":"store_failed")"));
  BOOST_TEST(!has(get(broker, "/banned"), "meanwhile"));
}

BOOST_AUTO_TEST_CASE(the_past_outlives_a_kill) {
  temporary_folder proc;
  const auto memory = [&](const char* available) {
    write_text(proc.path() / "meminfo",
               std::string("MemTotal: 900000000 kB\nMemAvailable: ") + available + " kB\n");
  };
  memory("1000");
  broker_process broker{"os_mon.mem_check_interval = 100ms\nos_mon.procfs = " + proc.path().string() + "\n"};
  const std::string id = "system_memory_high_watermark";
  BOOST_TEST(eventually([&] { return has(get(broker, "/alarms/present"), id); }));
  memory("800000000");
  BOOST_TEST(eventually([&] { return has(get(broker, "/alarms/history"), id); }));
  BOOST_TEST(has(ban(broker, "x"), R"("code":0)")); // the store has written what came before
  const auto before = get(broker, "/alarms/deactivated");
  for (int i = 0; i < 3; ++i) {
    broker.kill9();
    broker.start_again();
    BOOST_TEST(get(broker, "/alarms/deactivated") == before);
    BOOST_TEST(!has(get(broker, "/alarms/present"), id));
  }
  memory("1000");
  BOOST_TEST(eventually([&] { return has(get(broker, "/alarms/present"), id); }));
  memory("800000000");
  broker.kill9(); // active ones are gone with it
  broker.start_again();
  BOOST_TEST(!has(get(broker, "/alarms/present"), id));
  BOOST_TEST(http_request(broker.http_port(), "DELETE", "/api/v4/alarms/deactivated").body ==
             R"({"code":0})");
  BOOST_TEST(has(ban(broker, "y"), R"("code":0)"));
  broker.kill9();
  broker.start_again();
  BOOST_TEST(!has(get(broker, "/alarms/deactivated"), "high_system_memory_usage"));
}

BOOST_AUTO_TEST_SUITE_END()
