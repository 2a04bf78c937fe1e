// Bodies in chunks, however they come.
#include "http/chunked_body.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string_view>

using namespace troupe;

namespace {

struct result {
  chunked_end end;
  std::string body;
  std::string_view rest; // what was not read
};

result read_all(std::string_view text, std::size_t most = 100, std::size_t at_once = 1'000) {
  std::string body;
  const auto read = [&](char* to, std::size_t size) {
    const auto n = text.copy(to, std::min(size, at_once));
    text.remove_prefix(n);
    return static_cast<long>(n);
  };
  const auto end = read_chunked(read, most, body);
  return {end, std::move(body), text};
}

bool broken(std::string_view text) { return read_all(text).end == chunked_end::broken; }

} // namespace

BOOST_AUTO_TEST_SUITE(chunked_body)

BOOST_AUTO_TEST_CASE(whole_ones) {
  const std::string all =
      "3\r\nabc\r\n00A ;x=y;z\r\n0123456789\r\n1\t\r\n\r\r\n0;q\r\nX: y\r\nZ:\r\n\r\nnext";
  for (std::size_t at_once = 1; at_once < 20; ++at_once) {
    const auto r = read_all(all, 14, at_once);
    BOOST_TEST((r.end == chunked_end::whole));
    BOOST_TEST(r.body == "abc0123456789\r");
    BOOST_TEST(r.rest == "next");
  }
  BOOST_TEST((read_all("0\r\n\r\n", 0).end == chunked_end::whole));
}

BOOST_AUTO_TEST_CASE(ends_before_the_end) {
  const std::string_view all = "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < all.size(); ++size)
    BOOST_TEST(broken(all.substr(0, size)), size);
}

BOOST_AUTO_TEST_CASE(broken_ones) {
  for (const char* text :
       {"\r\n", "x\r\n", "-1\r\n", "+1\r\na\r\n0\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", " 1\r\na\r\n0\r\n\r\n",
        "1 2\r\na\r\n0\r\n\r\n", "1\na\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n",
        "1\r\na0\r\n\r\n", "0\n\r\n", "1;\rx\r\na\r\n0\r\n\r\n", "0\r\n\n", "0\r\nX\r\n\r\n",
        "0\r\n: y\r\n\r\n", "10000000000000000\r\na\r\n0\r\n\r\n"})
    BOOST_TEST(broken(text), text);
  // Control characters, as in a head: in an extension, and in name and value of a trailer field.
  for (const char c : {'\0', '\x01', '\v', '\f', '\x1b', '\x7f'}) {
    const std::string one(1, c);
    BOOST_TEST(broken("1;x" + one + "\r\na\r\n0\r\n\r\n"), int{c});
    BOOST_TEST(broken("1\r\na\r\n0;" + one + "\r\n\r\n"), int{c});
    BOOST_TEST(broken("0\r\nX" + one + ": y\r\n\r\n"), int{c});
    BOOST_TEST(broken("0\r\nX: " + one + "y\r\n\r\n"), int{c});
    BOOST_TEST((read_all("1\r\n" + one + "\r\n0\r\n\r\n").end == chunked_end::whole), int{c}); // in the body
  }
  BOOST_TEST(!broken("1;x\t\xc3\xbc\r\na\r\n0\r\nX:\ty\r\n\r\n"));
  BOOST_TEST(broken("0;" + std::string(8'192, 'x') + "\r\n\r\n"));
  BOOST_TEST(broken("0\r\nX: " + std::string(8'192, 'x') + "\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(too_large_ones) {
  BOOST_TEST((read_all("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 5).end == chunked_end::whole));
  BOOST_TEST((read_all("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", 5).end == chunked_end::too_large));
  // Before anything of it is kept.
  const auto r = read_all("ffffffffffffffff\r\nabc");
  BOOST_TEST((r.end == chunked_end::too_large));
  BOOST_TEST(r.body.capacity() < 100u);
}

BOOST_AUTO_TEST_SUITE_END()
