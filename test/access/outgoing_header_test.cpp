// Which headers settings and resources may add to requests.
#include "troupe/access/outgoing_header.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::access;
using namespace std::string_view_literals;

namespace {

bool is(header_fault expected, std::string_view name, std::string_view value) {
  return fault_of(name, value) == expected;
}

} // namespace

BOOST_AUTO_TEST_SUITE(outgoing_headers)

BOOST_AUTO_TEST_CASE(what_may_be_sent) {
  for (const auto name :
       {"X-Key"sv, "authorization"sv, "x_key.2"sv, "!#$%&'*+-.^_`|~"sv, "hosts"sv, "cost"sv})
    BOOST_TEST(is(header_fault::none, name, "a\tb \"c\" \xC3\xA9"), name);
  BOOST_TEST(is(header_fault::none, "X-Key", ""));
}

BOOST_AUTO_TEST_CASE(names_are_tokens) {
  for (const auto name : {""sv, "A B"sv, "A:"sv, "A\r\nB"sv, "A\0"sv, "A\x7f"sv, "\xC3\xA9"sv, "A(B)"sv})
    BOOST_TEST(is(header_fault::name, name, "x"), name);
}

BOOST_AUTO_TEST_CASE(values_have_no_control_characters) {
  for (int c = 0; c < 256; ++c) {
    const auto value = std::string{"a"} + static_cast<char>(c) + "b";
    const bool control = (c < ' ' && c != '\t') || c == 127;
    BOOST_TEST(is(control ? header_fault::value : header_fault::none, "X-Key", value), c);
  }
}

BOOST_AUTO_TEST_CASE(some_are_written_by_who_sends_the_request) {
  for (const auto name : {"Host"sv, "host"sv, "CONTENT-LENGTH"sv, "Transfer-Encoding"sv, "connection"sv})
    BOOST_TEST(is(header_fault::own, name, "x"), name);
}

BOOST_AUTO_TEST_CASE(each_fault_has_its_words) {
  for (const auto fault : {header_fault::name, header_fault::value, header_fault::own})
    BOOST_TEST(expected_of(fault) != ""sv);
  BOOST_TEST(expected_of(header_fault::none) == ""sv);
}

BOOST_AUTO_TEST_SUITE_END()
