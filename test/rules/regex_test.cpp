// Regular expressions: what they look like, and that the work that they make is paid for.
#include "rules/sql/regex_shape.hpp"
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

BOOST_AUTO_TEST_SUITE(rule_regex)

BOOST_AUTO_TEST_CASE(some_read_far_behind_what_they_find) {
  for (const char* far : {"a.*b|a", "a(.*b)?", "[^;]*;|.", "(?:a.*c)?b", "x|(a+b)", "(\\s+|;)x|.",
                          "(?i:a.{0,99}b)|a", "a.{5,}?b|a", "(?P<n>a[^]b]+b)|a", "\\Qa|b\\E.*c|a"})
    BOOST_TEST(looks_far(far), far);
  for (const char* near : {"",           "[0-9]+",     "a.*b",       "x*",
                           "(a|b)c",     "\\s+|;",     "(\\s+|;)",   "[a|b]*c",
                           "a\\|b*c",    "([a-z]+)",   "a.{0,9}b|a", "a{|b",
                           "(?i)abc|d+", "[0-9]+,?|x", "(ab)+",      "[[:alpha:]]+|[]|]",
                           "(",          "a)",         "[",          "\\",
                           "(?",         "{",          "a{1,"})
    BOOST_TEST(!looks_far(near), near);
}

// 20 million units are less than a third of a second, whatever is asked for.
BOOST_AUTO_TEST_CASE(work_is_paid_for) {
  const std::string same(400'000, 'a');
  for (const char* expensive :
       {"regex_replace(payload, 'a.*b|a', '')", "regex_replace(payload, '(?:a.*c)?a', '-')",
        "regex_replace(payload, '[^;]*;|.', '&')", "regex_match(payload, '(?:x?){1000}b')",
        "regex_replace(payload, '((a?){50})b', '\\1')",
        "regex_replace(payload + payload + payload, 'a', '&&&&')"})
    BOOST_TEST(value_of(expensive, message_with(same)) == "! the evaluation needs too much time", expensive);
}

// What people write goes on to work with payloads of the usual kind, and large ones.
BOOST_AUTO_TEST_CASE(what_is_ordinary_is_not_refused) {
  std::string words;
  while (words.size() < 100'000)
    words += "temp=21.5; ";
  for (const char* ordinary :
       {"regex_replace(payload, '[0-9]+', 'n')", "regex_replace(payload, '\\s+|;', ' ')",
        "regex_replace(payload, '([a-z]+)=([0-9.]+)', '\\2 \\1')",
        "regex_match(payload, '(temp|hum)=[0-9.]+$')", "regex_replace(payload, ';.*', '')"})
    BOOST_TEST(!value_of(ordinary, message_with(words)).starts_with("! "), ordinary);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
