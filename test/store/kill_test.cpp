// A process that dies in the middle of its writes: what it has been told is written is there.
#include "actors/store/database.hpp"
#include "support/process.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace troupe;
using troupe::test::temporary_folder;

namespace {

enum child_exit : int { cannot_open = 3, lost = 4, cannot_write = 5 };

std::string key_of(int n) { return "key-" + std::to_string(n); }

// The child: looks for all rows that were confirmed, then writes until it is killed, and says so after each
// row.
[[noreturn]] void write_rows(const std::string& folder, int confirmed, int report) {
  database rows{folder, true};
  if (!rows.open().ok())
    ::_exit(cannot_open);
  std::map<std::string, std::string> found;
  store_scan next{store_kind::apps, {}, 256};
  for (bool done = false; !done;) {
    const auto page = rows.scan(next);
    found.insert(page.rows.begin(), page.rows.end());
    if (!page.rows.empty())
      next.after = page.rows.back().first;
    done = page.done;
  }
  for (int n = 0; n < confirmed; ++n)
    if (found[key_of(n)] != std::to_string(n))
      ::_exit(lost);
  for (int n = confirmed;; ++n) {
    const store_write w{{{store_kind::apps, key_of(n), std::to_string(n)}}};
    if (!rows.write({&w, 1}).ok())
      ::_exit(cannot_write);
    if (::write(report, "x", 1) != 1)
      ::_exit(0);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(death_of_the_process)

BOOST_AUTO_TEST_CASE(loses_nothing_that_was_confirmed) {
  temporary_folder data;
  std::mt19937 random{20'26};
  int confirmed = 0;
  for (int round = 0; round < 20; ++round) {
    int pipe[2];
    BOOST_TEST_REQUIRE(::pipe(pipe) == 0);
    const auto child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
      ::close(pipe[0]);
      write_rows(data.path() / "store", confirmed, pipe[1]);
    }
    ::close(pipe[1]);
    char c = 0;
    for (auto n = 1 + random() % 40; n > 0 && ::read(pipe[0], &c, 1) == 1; --n)
      ++confirmed;
    ::kill(child, SIGKILL);
    while (::read(pipe[0], &c, 1) == 1) // confirmed before it died
      ++confirmed;
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST_REQUIRE(WIFSIGNALED(status), "the child ended with " << WEXITSTATUS(status));
  }
  BOOST_TEST(confirmed >= 20);
}

BOOST_AUTO_TEST_SUITE_END()
