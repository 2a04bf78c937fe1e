#include "http/credentials.hpp"
#include "http/text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(http_text)

BOOST_AUTO_TEST_CASE(query_strings) {
  const auto parsed = parse_query("a=1&&b=x%20y+z&a=%26%3d&c&=d&e==&").value();
  const text_pairs expected{{"a", "1"}, {"b", "x y z"}, {"a", "&="}, {"c", ""}, {"", "d"}, {"e", "="}};
  BOOST_TEST((parsed == expected));
  BOOST_TEST(parse_query("").value().empty());
  for (const char* bad : {"a=%", "%zz=1", "a=1&b=%4"})
    BOOST_TEST(!parse_query(bad), bad);
}

BOOST_AUTO_TEST_CASE(times) {
  setenv("TZ", "UTC-2", 1); // two hours east
  tzset();
  BOOST_TEST(local_time_text(0) == "1970-01-01 02:00:00");
  BOOST_TEST(local_time_text(1'582'113'552'999) == "2020-02-19 13:59:12");
  unsetenv("TZ");
  tzset();
  BOOST_TEST(http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(http_date(951'782'399) == "Mon, 28 Feb 2000 23:59:59 GMT");
  BOOST_TEST(uptime_text(0) == "0 seconds");
  BOOST_TEST(uptime_text(59) == "59 seconds");
  BOOST_TEST(uptime_text(60) == "1 minutes, 0 seconds");
  BOOST_TEST(uptime_text(111) == "1 minutes, 51 seconds");
  BOOST_TEST(uptime_text(15'679) == "4 hours, 21 minutes, 19 seconds");
  BOOST_TEST(uptime_text(3'600) == "1 hours, 0 minutes, 0 seconds");
  BOOST_TEST(uptime_text(86'400 * 12 + 61) == "12 days, 0 hours, 1 minutes, 1 seconds");
}

BOOST_AUTO_TEST_CASE(figures) {
  BOOST_TEST(memory_text(512) == "512");
  BOOST_TEST(memory_text(1'024) == "1024");
  BOOST_TEST(memory_text(1'025) == "1.00K");
  BOOST_TEST(memory_text(1'048'576) == "1024.00K");
  BOOST_TEST(memory_text(124'015'104) == "118.27M");
  BOOST_TEST(memory_text(5'368'709'120) == "5.00G");
  BOOST_TEST(load_text(1.5) == "1.50");
  BOOST_TEST(parse_integer("-12").value() == -12);
  for (const char* bad : {"", "x", "1x", " 1", "1 ", "+1", "1.0", "9223372036854775808"})
    BOOST_TEST(!parse_integer(bad), bad);
}

BOOST_AUTO_TEST_CASE(basic_credentials) {
  using kind = credentials::kind;
  for (const char* header : {"Basic YWRtaW46cHViOmxpYw==", "basic YWRtaW46cHViOmxpYw=="}) {
    const auto given = read_basic(header);
    BOOST_TEST((given.what == kind::given));
    BOOST_TEST(given.id == "admin");
    BOOST_TEST(given.secret == "pub:lic");
  }
  for (const char* header : {"", "Basic OnB1YjpsaWM=" /* :pub:lic */, "Basic YWRtaW46" /* admin: */})
    BOOST_TEST((read_basic(header).what == kind::empty), header);
  for (const char* header :
       {"garbage", "Basic", "Basic ", "Bearer YWRtaW46cHViOmxpYw==", "Basic YWRtaW4=", "Basic %%%"})
    BOOST_TEST((read_basic(header).what == kind::malformed), header);
}

BOOST_AUTO_TEST_SUITE_END()
