// The store's folder at the start of the process: refused with a clear word, before anybody listens.
#include "support/broker.hpp"
#include "support/mqtt_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <unistd.h>

using namespace troupe::test;

namespace {

// A configuration of a second broker on other ports.
struct second_broker {
  temporary_folder folder;
  std::uint16_t port = free_port();
  std::filesystem::path configuration = folder.path() / "troupe.conf";

  explicit second_broker(const std::filesystem::path& data) {
    write_text(configuration,
               "listener.tcp.external = 127.0.0.1:" + std::to_string(port) +
                   "\nlistener.tcp.internal = off\nmanagement.listener.http = off\nnode.data_dir = " +
                   data.string() + "\n");
  }

  outcome run() const { return troupe::test::run({broker_binary(), "--config", configuration.string()}); }
  outcome check() const {
    return troupe::test::run({broker_binary(), "--check", "--config", configuration.string()});
  }
};

bool says(const outcome& o, std::string_view text) { return o.output.find(text) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(folder_of_the_store)

BOOST_AUTO_TEST_CASE(a_second_process_is_refused) {
  broker_process broker;
  const auto data = broker.folder() / "data";
  const second_broker second{data};
  const auto refused = second.run();
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(says(refused, "in use by another process (pid " + std::to_string(broker.pid()) + ")"),
             refused.output);
  BOOST_TEST(says(refused, data.string()), refused.output);
  BOOST_TEST(!can_connect(second.port));
  BOOST_TEST(second.check().status == 0); // it does not touch the data
  connected(broker.mqtt_port(), "still-served").disconnect();
  broker.kill9();
  broker.start_again(); // the lock ended with its holder
}

BOOST_AUTO_TEST_CASE(a_foreign_format_is_refused) {
  temporary_folder data;
  std::filesystem::create_directories(data.path() / "store" / "rows");
  write_text(data.path() / "store" / "format", "troupe store 7\n");
  const second_broker broker{data.path()};
  const auto refused = broker.run();
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(says(refused, "has the format \"troupe store 7\""), refused.output);
  BOOST_TEST(says(refused, "knows \"troupe store 1\" only"), refused.output);
  BOOST_TEST(read_text(data.path() / "store" / "format") == "troupe store 7\n");
  BOOST_TEST(broker.check().status == 0);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written) {
  temporary_folder data;
  write_text(data.path() / "file", "");
  const auto refused = second_broker{data.path() / "file"}.run();
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(says(refused, "cannot be made"), refused.output);
  if (::geteuid() == 0)
    return; // root writes everywhere
  std::filesystem::permissions(data.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto read_only = second_broker{data.path() / "data"}.run();
  std::filesystem::permissions(data.path(), std::filesystem::perms::owner_all);
  BOOST_TEST(read_only.status == 1);
  BOOST_TEST(says(read_only, "cannot be made: Permission denied"), read_only.output);
}

BOOST_AUTO_TEST_CASE(rows_that_are_damaged_are_refused) {
  temporary_folder data;
  std::filesystem::create_directories(data.path() / "store" / "rows");
  write_text(data.path() / "store" / "format", "troupe store 1\n");
  write_text(data.path() / "store" / "rows" / "CURRENT", "MANIFEST-000009\n");
  const auto refused = second_broker{data.path()}.run();
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(says(refused, (data.path() / "store").string()), refused.output);
}

BOOST_AUTO_TEST_SUITE_END()
