// Blanks around words, and ASCII letters in either case.
#include "troupe/mqtt/words.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(blanks) {
  BOOST_TEST(trimmed("") == "");
  BOOST_TEST(trimmed(" \t\r\n") == "");
  BOOST_TEST(trimmed("a") == "a");
  BOOST_TEST(trimmed(" \ta b\r\n ") == "a b");
  BOOST_TEST(trimmed("\v a") == "\v a");
}

BOOST_AUTO_TEST_CASE(cases_of_letters) {
  BOOST_TEST(lower(std::string_view{"AZaz@[`{09\xC3\x84"}) == "azaz@[`{09\xC3\x84");
  BOOST_TEST(same_word("Keep-Alive", "keep-aliVE"));
  BOOST_TEST(same_word("", ""));
  BOOST_TEST(!same_word("close", "closed"));
  BOOST_TEST(!same_word("closed", "close"));
  BOOST_TEST(!same_word("@", "`")); // 32 apart, but no letters
  BOOST_TEST(!same_word("\xC3\x84", "\xC3\xA4"));
}

BOOST_AUTO_TEST_SUITE_END()
