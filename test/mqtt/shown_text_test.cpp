// Text of others, made fit to be shown.
#include "troupe/mqtt/shown_text.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

BOOST_AUTO_TEST_SUITE(shown_texts)

BOOST_AUTO_TEST_CASE(what_is_well_formed_stays) {
  for (const char* text : {"", "a", "two words", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "..."}) {
    BOOST_TEST(valid_text(text, 100) == text);
    BOOST_TEST(one_line(text, 100) == text);
  }
  BOOST_TEST(valid_text("two\nlines\t\x1B", 100) == "two\nlines\t\x1B");
}

BOOST_AUTO_TEST_CASE(what_is_not_is_escaped) {
  using namespace std::string_literals;
  BOOST_TEST(valid_text("a\xFF\xFE", 100) == "a\\xff\\xfe");
  BOOST_TEST(valid_text("a\0b"s, 100) == "a\\x00b");
  BOOST_TEST(valid_text("\xED\xA0\x80", 100) == "\\xed\\xa0\\x80"); // a surrogate
  BOOST_TEST(valid_text("\xE2\x82", 100) == "\\xe2\\x82");          // ends too early
  BOOST_TEST(valid_text("\xC3x\xA4", 100) == "\\xc3x\\xa4");
  BOOST_TEST(one_line("a\nb\x7F\x1B[", 100) == "a\\x0ab\\x7f\\x1b[");
  BOOST_TEST(one_line("\xC2\x9B\xC2\xA0", 100) == "\\xc2\\x9b\xC2\xA0"); // control characters beyond ASCII
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_cut_at_a_character) {
  BOOST_TEST(one_line("0123456789", 10) == "0123456789");
  BOOST_TEST(one_line("0123456789a", 10) == "0123456...");
  BOOST_TEST(one_line("01234\xE2\x82\xAC\xE2\x82\xAC", 10) == "01234...");
  BOOST_TEST(one_line("0123\nabcdefg", 10) == "0123...");
  for (std::size_t longest = 3; longest < 30; ++longest) {
    const auto cut = valid_text(
        "\xF0\x9F\x98\x80\xFF\xC3\xA4 \xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x9F\x98\x80 and so on", longest);
    BOOST_TEST(cut.size() <= longest);
    BOOST_TEST(is_valid_utf8(cut), longest);
    BOOST_TEST(cut.ends_with("..."));
    BOOST_TEST(valid_text(cut, longest) == cut);
  }
}

BOOST_AUTO_TEST_SUITE_END()
