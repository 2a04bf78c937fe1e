// What the log is sure to have when the process ends.
#include "actors/node/last_words.hpp"
#include "support/process.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace troupe;

// A child process that opens the log, does something, and ends with the status that is returned, as waitpid
// tells it.
template <class Deed>
int log_in_child(const log_settings& config, Deed&& deed) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL); // not Boost.Test's
    ::alarm(20);
    log::open(config);
    deed();
    ::_exit(0);
  }
  BOOST_TEST_REQUIRE(child > 0);
  int status = -1;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

log_settings log_in(const test::temporary_folder& folder) {
  log_settings config;
  config.to = "file";
  config.dir = folder.path().string();
  return config;
}

template <class Deed>
std::string log_of_child(Deed&& deed, int& status) {
  const test::temporary_folder folder;
  const auto config = log_in(folder);
  status = log_in_child(config, std::forward<Deed>(deed));
  return test::read_text(folder.path() / config.file);
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_of_a_process_that_ends)

BOOST_AUTO_TEST_CASE(an_actor_that_the_broker_cannot_do_without) {
  int status = 0;
  const auto text = log_of_child(
      [] {
        for (int i = 0; i < 1000; ++i)
          log::warning("before {}", i);
        end_broker("heart", std::make_exception_ptr(std::runtime_error{"it stopped"}));
      },
      status);
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(WTERMSIG(status) == SIGABRT);
  BOOST_TEST(text.find("before 0\n") != std::string::npos);
  BOOST_TEST(text.find("before 999\n") != std::string::npos);
  BOOST_TEST(text.find("[error] [Broker] the actor heart failed: it stopped\n") != std::string::npos);
  BOOST_TEST(text.ends_with("[error] [Broker] it ends: it cannot go on without that actor\n"));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails) {
  int status = -1;
  const std::string longest(log::longest_line, 'x');
  const auto text = log_of_child(
      [&] {
        log::warning("{}", longest);
        log::warning("{}y", longest);
        log::last_words("no port");
        log::flush();
      },
      status);
  BOOST_TEST(status == 0);
  BOOST_TEST(text.find("[warning] " + longest + "\n") != std::string::npos);
  BOOST_TEST(text.find("[warning] " + longest.substr(3) + "...\n") != std::string::npos);
  BOOST_TEST(text.ends_with("[error] no port\n"));
}

BOOST_AUTO_TEST_CASE(as_many_files_as_are_kept) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    const test::temporary_folder folder;
    auto config = log_in(folder);
    config.rotation_size = 1024;
    config.rotation_count = count;
    BOOST_TEST(log_in_child(config, [] {
                 for (int i = 0; i < 200; ++i)
                   log::warning("line {}", i);
                 log::flush();
               }) == 0);
    const auto files = std::filesystem::directory_iterator{folder.path()};
    BOOST_TEST(static_cast<std::size_t>(std::distance(begin(files), end(files))) == count);
    BOOST_TEST(test::read_text(folder.path() / config.file).ends_with("line 199\n"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
