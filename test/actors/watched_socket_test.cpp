#include "actors/backends/watched_socket.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace troupe;

// Both ends of a connection.
struct both_ends {
  both_ends() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
  both_ends(const both_ends&) = delete;
  both_ends& operator=(const both_ends&) = delete;
  ~both_ends() {
    for (const int end : ends)
      ::close(end);
  }

  // Whether the other side of `end` is open and silent.
  bool waits(int end) const {
    char byte = 0;
    return ::recv(ends.at(end), &byte, 1, 0) < 0;
  }

  std::array<int, 2> ends{-1, -1};
};

} // namespace

BOOST_AUTO_TEST_SUITE(watched_sockets)

BOOST_AUTO_TEST_CASE(interrupting_breaks_the_connection_though_its_own_descriptor_is_another_one) {
  both_ends watched, others;
  watched_socket socket;
  socket.watch(watched.ends[0]);
  // The library closes its descriptor, and somebody else's connection gets the number.
  BOOST_REQUIRE(::dup2(others.ends[0], watched.ends[0]) >= 0);
  BOOST_TEST(watched.waits(1));
  socket.interrupt();
  BOOST_TEST(!watched.waits(1));
  BOOST_TEST(others.waits(1));
}

BOOST_AUTO_TEST_CASE(a_connection_that_comes_after_the_interruption_breaks_at_once) {
  both_ends watched;
  watched_socket socket;
  socket.interrupt();
  BOOST_TEST(socket.interrupted());
  socket.watch(watched.ends[0]);
  BOOST_TEST(!watched.waits(1));
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_left_alone) {
  both_ends watched;
  watched_socket socket;
  socket.watch(watched.ends[0]);
  socket.forget();
  socket.interrupt();
  BOOST_TEST(watched.waits(1));
}

BOOST_AUTO_TEST_CASE(sees_that_the_other_side_has_closed) {
  both_ends watched;
  watched_socket socket;
  BOOST_TEST(socket.is_alive()); // there is none
  socket.watch(watched.ends[0]);
  BOOST_TEST(socket.is_alive());
  ::shutdown(watched.ends[1], SHUT_RDWR);
  BOOST_TEST(!socket.is_alive());
}

BOOST_AUTO_TEST_SUITE_END()
