// The machine's figures from the texts of Linux, and watermarks.
#include "actors/node/machine_figures.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(machine_figures)

BOOST_AUTO_TEST_CASE(processors) {
  const auto before = parse_cpu_times("cpu  100 20 30 1000 50 6 7 8 9 10\ncpu0 1 1 1 1\n");
  BOOST_TEST_REQUIRE(before.has_value());
  BOOST_TEST(before->total == 100U + 20 + 30 + 1000 + 50 + 6 + 7 + 8); // guests are among the users
  BOOST_TEST(before->busy == 100U + 20 + 30 + 6 + 7 + 8);
  const auto after = parse_cpu_times("cpu  175 20 30 1025 50 6 7 8 9 10\n");
  BOOST_TEST(busy_percent(*before, *after) == 75.0);
  BOOST_TEST(busy_percent(*after, *before) == 0.0);
  BOOST_TEST(busy_percent(*after, *after) == 0.0);
  BOOST_TEST(parse_cpu_times("cpu 1 2 3 4")->total == 10U); // of a very old Linux
  for (const char* bad : {"", "cpu", "cpu0 1 2 3 4", "cpu a b c d", "cpu 1 2 3", "intr 5"})
    BOOST_TEST(!parse_cpu_times(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(memory) {
  const auto m =
      parse_memory("MemTotal:        1000 kB\nMemFree:  5 kB\nMemAvailable:     250 kB\nBuffers: 1 kB\n");
  BOOST_TEST_REQUIRE(m.has_value());
  BOOST_TEST(m->total == 1'024'000U);
  BOOST_TEST(m->available == 256'000U);
  BOOST_TEST(m->used_percent() == 75.0);
  for (const char* bad :
       {"", "MemTotal: 5 kB", "MemTotal: x\nMemAvailable: 1 kB", "MemTotal: 5 kB\nMemAvailable: 6 kB"})
    BOOST_TEST(!parse_memory(bad).has_value(), bad);
  BOOST_TEST((memory_figures{0, 0}.used_percent()) == 0.0);
}

BOOST_AUTO_TEST_CASE(of_this_machine) {
  const auto text = [](const char* path) {
    std::ifstream in(path);
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  BOOST_TEST(parse_cpu_times(text("/proc/stat"))->total > 0U);
  BOOST_TEST(parse_memory(text("/proc/meminfo"))->total > resident_bytes());
  BOOST_TEST(resident_bytes() > 1'000'000U);
  BOOST_TEST(most_descriptors() > 10U);
  const auto before = open_descriptors();
  BOOST_TEST(before > 2U);
  const int one = ::open("/dev/null", O_RDONLY), other = ::open("/dev/null", O_RDONLY);
  BOOST_TEST(open_descriptors() == before + 2);
  ::close(one);
  ::close(other);
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(watermarks) {
  watermark m{80, 60};
  for (const auto& [figure, high] : {std::pair{79.9, false},
                                     {80.0, true},
                                     {70.0, true},
                                     {60.0, true},
                                     {59.9, false},
                                     {70.0, false},
                                     {95.0, true}})
    BOOST_TEST(m.look(figure) == high, figure);
}

BOOST_AUTO_TEST_SUITE_END()
