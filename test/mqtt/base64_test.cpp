// Base64, as it is written and as others write it.
#include "troupe/mqtt/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(base64_text)

BOOST_AUTO_TEST_CASE(canonical) {
  for (const std::string bytes : {"a", "ab", "abc", "\xfb\xff\xbf"}) {
    BOOST_TEST(from_base64(to_base64(bytes)).value() == bytes);
    BOOST_TEST(from_loose_base64(to_base64(bytes)).value() == bytes);
  }
  for (const char* bad : {"", "YR==", "YQ", "YW\nJj", "YQ==YQ==", "%%%%"})
    BOOST_TEST(!from_base64(bad), bad);
}

BOOST_AUTO_TEST_CASE(loose) {
  BOOST_TEST(from_loose_base64("").value() == "");
  BOOST_TEST(from_loose_base64("aGVsbG8gd29ybGQ=").value() == "hello world");
  BOOST_TEST(from_loose_base64("YQ==").value() == "a");
  BOOST_TEST(from_loose_base64("YWI=").value() == "ab");
  BOOST_TEST(from_loose_base64("YWJj").value() == "abc");
  BOOST_TEST(from_loose_base64("YW\r\nJj").value() == "abc");
  BOOST_TEST(from_loose_base64("+/+/").value() == "\xfb\xff\xbf");
  BOOST_TEST(from_loose_base64(" Y Q =\t= ").value() == "a");
  BOOST_TEST(from_loose_base64("YR==").value() == "a"); // the bits that are left over
  for (const char* bad : {"Y", "YQ", "YQ=", "YQ===", "YWJj=", "====", "Y=Q=", "YQ==YQ==", "YW-j", "%%%", "ü"})
    BOOST_TEST(!from_loose_base64(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
