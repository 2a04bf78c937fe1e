// Addresses of HTTP servers.
#include "troupe/access/url.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

BOOST_AUTO_TEST_SUITE(urls)

BOOST_AUTO_TEST_CASE(parts) {
  const auto simple = parse_url("http://127.0.0.1:8991/mqtt/auth?a=b");
  BOOST_TEST_REQUIRE(simple.has_value());
  BOOST_TEST(!simple->secure);
  BOOST_TEST(simple->host == "127.0.0.1");
  BOOST_TEST(simple->port == 8991);
  BOOST_TEST(simple->target == "/mqtt/auth?a=b");
  BOOST_TEST(simple->authority() == "127.0.0.1:8991");
  const auto secure = parse_url("https://example.org");
  BOOST_TEST_REQUIRE(secure.has_value());
  BOOST_TEST(secure->secure);
  BOOST_TEST(secure->port == 443);
  BOOST_TEST(secure->target == "/");
  const auto six = parse_url("http://[2001:db8::1]:80?q");
  BOOST_TEST_REQUIRE(six.has_value());
  BOOST_TEST(six->host == "2001:db8::1");
  BOOST_TEST(six->target == "/?q");
  BOOST_TEST(six->authority() == "[2001:db8::1]:80");
  BOOST_TEST(parse_url("http://[::1]")->port == 80);
}

BOOST_AUTO_TEST_CASE(users_and_fragments) {
  const auto full = parse_url("HTTPS://us%20er:p%3A%40w@h@a:1/x?y#z");
  BOOST_TEST_REQUIRE(full.has_value());
  BOOST_TEST(full->secure);
  BOOST_TEST(full->credentials == "us er:p:@w@h");
  BOOST_TEST(full->authority() == "a:1");
  BOOST_TEST(full->target == "/x?y");
  BOOST_TEST(parse_url("http://u@a")->credentials == "u:");
  BOOST_TEST(parse_url("http://@a")->credentials == "");
  BOOST_TEST(parse_url("Http://a/b@c:d")->credentials == "");
  BOOST_TEST(parse_url("http://a#u:p@b/")->host == "a");
}

BOOST_AUTO_TEST_CASE(what_is_none) {
  for (const char* text :
       {"", "ftp://a", "http:/a", "http://", "http://:80", "http://a:", "http://a:0", "http://a:65536",
        "http://a:8x", "http://u:%4@a/", "http://u%zz@a/", "http://u:p@", "http://u:p@/", "http://a b/",
        "http://a/\r\nX: y", "http://[::1", "http://[]/", "http://[::1]80/", "http://a/\xC3\xA9"})
    BOOST_TEST(!parse_url(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(percent_encoding) {
  BOOST_TEST(percent_encode("aZ09-._~") == "aZ09-._~");
  BOOST_TEST(percent_encode("a b&c=d%\r\n/+\xC3\xA9") == "a%20b%26c%3Dd%25%0D%0A%2F%2B%C3%A9");
}

BOOST_AUTO_TEST_CASE(places) {
  const auto given = parse_place("db.example.org:5433", 5432), usual = parse_place("127.0.0.1", 5432),
             six = parse_place("[::1]:1", 5432);
  BOOST_TEST_REQUIRE((given && usual && six));
  BOOST_TEST((given->host == "db.example.org" && given->port == 5433));
  BOOST_TEST((usual->host == "127.0.0.1" && usual->port == 5432));
  BOOST_TEST((six->host == "::1" && six->port == 1));
  for (const char* bad : {"", ":1", "a:", "a:0", "a:65536", "a:b", "a b", "a/", "http://a", "::1", "a:1:2"})
    BOOST_TEST(!parse_place(bad, 5432), bad);
}

BOOST_AUTO_TEST_CASE(percent_decoding) {
  BOOST_TEST(percent_decode("a%2Fb%2fc").value() == "a/b/c");
  BOOST_TEST(percent_decode("a+b").value() == "a+b");
  BOOST_TEST(percent_decode("a+b", true).value() == "a b");
  BOOST_TEST(percent_decode("%c3%bc%00").value() == std::string("\xc3\xbc\0", 3));
  BOOST_TEST(percent_decode("").value() == "");
  for (const char* bad : {"%", "%4", "%zz", "a%4", "%%41", "% 41", "%-1"})
    BOOST_TEST(!percent_decode(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
