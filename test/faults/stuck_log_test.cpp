// A console that nobody reads, and what the log has at the end. Here the broker's output is a pipe.
#include "faults/bounds.hpp"
#include "faults/pipe_file.hpp"
#include "support/mqtt_client.hpp"
#include "support/process.hpp"
#include "support/socket.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <unistd.h>

using namespace troupe::test;

namespace {

// A broker that tells of each client on a console that nobody reads.
struct unread_broker {
  unread_broker() {
    while (http == mqtt)
      http = free_port();
    write_text(
        folder.path() / "troupe.conf",
        "listener.tcp.external = 127.0.0.1:" + std::to_string(mqtt) +
            "\nlistener.tcp.internal = off\nmanagement.listener.http = 127.0.0.1:" + std::to_string(http) +
            "\nlog.to = console\nlog.level = info\nnode.io_threads = 2\n" + "node.data_dir = data\n");
    process.emplace(
        std::vector<std::string>{broker_binary(), "--config", (folder.path() / "troupe.conf").string()},
        folder.path() / "output");
    BOOST_TEST_REQUIRE(eventually([&] { return can_connect(mqtt) && can_connect(http); }, seconds{20}));
  }

  void clients(int count) {
    for (int i = 0; i < count; ++i)
      connected(mqtt, "client-" + std::to_string(i)); // throws without a CONNACK
  }

  void fill_pipe() {
    clients(100);
    BOOST_TEST_REQUIRE(eventually([&] { return full(); }));
  }

  std::optional<int> stop() {
    process->signal(SIGTERM);
    return process->wait(seconds{5});
  }

  const temporary_folder folder;
  // No line about a client has room in it.
  bool full() const { return output.room() < 128; }

  pipe_file output{folder.path() / "output", 4096}; // which some forty lines fill
  const std::uint16_t mqtt = free_port();
  std::uint16_t http = free_port();
  std::optional<child_process> process;
};

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stuck_log)

BOOST_FIXTURE_TEST_CASE(a_console_that_nobody_reads_holds_up_nobody, unread_broker) {
  fill_pipe();
  clients(600);
  BOOST_TEST(http_get(http, "/api/v4/clients").status == 200);
  BOOST_TEST(full());
  BOOST_TEST((stop() == 0));
}

BOOST_FIXTURE_TEST_CASE(nor_the_action_that_shows_messages_there, unread_broker) {
  fill_pipe();
  const auto made =
      http_request(http, "POST", "/api/v4/rules",
                   R"({"id":"r","rawsql":"select * from \"t\"","actions":[{"name":"inspect","params":{}}]})");
  BOOST_TEST_REQUIRE(made.body.find(R"("code":0)") != std::string::npos, made.body);
  constexpr int messages = 50;
  auto c = connected(mqtt, "c");
  for (int i = 0; i < messages; ++i)
    c.publish("t", "x", qos::at_least_once);
  BOOST_TEST(
      eventually([&] { return number_in(http_get(http, "/api/v4/rules/r").body, "success") == messages; }));
  BOOST_TEST((stop() == 0));
}

// More than may wait: what is missing is said as soon as somebody reads.
BOOST_FIXTURE_TEST_CASE(who_reads_again_is_told_what_is_missing, unread_broker) {
  fill_pipe();
  clients(3000); // two lines each
  std::string text;
  BOOST_TEST(eventually([&] {
    text += output.take();
    return text.find(" lines were left out: they came faster than they could be written\n") !=
           std::string::npos;
  }));
  BOOST_TEST(text.find("client-0@") != std::string::npos);
  BOOST_TEST(eventually([&] {
    text += output.take();
    return text.find("client-2999@") != std::string::npos;
  }));
  process->signal(SIGTERM);
  BOOST_TEST(eventually([&] {
    text += output.take();
    return text.ends_with("Stopped.\n");
  }));
  BOOST_TEST((process->wait(seconds{5}) == 0));
}

BOOST_AUTO_TEST_CASE(the_file_has_all_lines_after_an_orderly_end) {
  constexpr std::size_t clients = 500;
  for (const char* to : {"file", "both"}) {
    broker_process broker{std::string{"log.level = info\nlog.dir = log\nlog.to = "} + to + "\n"};
    for (std::size_t i = 0; i < clients; ++i)
      connected(broker.mqtt_port(), "c" + std::to_string(i)).disconnect();
    BOOST_TEST(broker.terminate() == 0);
    const auto log = read_text(broker.folder() / "log" / "troupe.log");
    BOOST_TEST(count(log, "[Channel] connected by") == clients, to);
    BOOST_TEST(count(log, "[Channel] disconnected: ") == clients, to);
    BOOST_TEST(log.ends_with("[info] Stopped.\n"), to);
  }
}

BOOST_AUTO_TEST_SUITE_END()
