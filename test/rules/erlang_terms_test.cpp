#include "rules/sql/erlang_terms.hpp"
#include "sql_fixture.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

std::string decoded(std::string_view bytes) {
  const auto v = decode_term(bytes, {});
  return v ? boost::json::serialize(*v) : "-";
}

} // namespace

BOOST_AUTO_TEST_SUITE(erlang_terms)

// What term_to_binary makes.
BOOST_AUTO_TEST_CASE(known_terms) {
  const std::pair<const char*, const char*> rows[] = {
      {"1", "836101"},
      {"255", "8361ff"},
      {"256", "836200000100"},
      {"-1", "8362ffffffff"},
      {"1099511627776", "836e0600000000000001"},
      {"-1099511627776", "836e0601000000000001"},
      {"-9223372036854775808", "836e08010000000000000080"},
      {"1.5", "83463ff8000000000000"},
      {"true", "8364000474727565"},
      {"null", "836400046e756c6c"},
      {"\"a\"", "836d0000000161"},
      {"[]", "836a"},
      {"[1,2]", "836b00020102"},
      {"[1,\"a\"]", "836c0000000261016d00000001616a"},
      {R"({"b":1,"a":[]})", "8374000000026d00000001616a6d00000001626101"},
  };
  for (const auto& [text, hex] : rows) {
    const auto v = boost::json::parse(text);
    const auto bytes = encode_term(value::of(v));
    BOOST_TEST(mqtt::to_hex(bytes) == hex, text);
  }
}

BOOST_AUTO_TEST_CASE(there_and_back) {
  for (const char* text :
       {"0", "-5", "9223372036854775807", "-9223372036854775808", "3.25", "true", "false", "null", "\"\"",
        "\"text\"", "[]", "[[],[1,300,\"x\"]]", R"({"a":{"b":[null,1.5]},"c":""})"}) {
    const auto v = boost::json::parse(text);
    BOOST_TEST(boost::json::serialize(boost::json::parse(decoded(encode_term(value::of(v))))) ==
                   boost::json::serialize(v),
               text);
  }
  BOOST_TEST(decoded(encode_term({})) == "\"undefined\"");
}

BOOST_AUTO_TEST_CASE(others_are_refused) {
  const auto whole = encode_term(value::of(boost::json::parse(R"({"a":[1,"b",2.5]})")));
  for (std::size_t n = 0; n < whole.size(); ++n)
    BOOST_TEST(decoded(whole.substr(0, n)) == "-", n);
  BOOST_TEST(decoded(whole + '\0') == "-");
  using namespace std::string_view_literals;
  for (const auto bytes :
       {"\x83h\2a\1a\2"sv, "\x83w\3foo"sv, "\x83l\xff\xff\xff\xff"sv, "\x83t\xff\xff\xff\xff"sv,
        "\x83n\x09\0"
        "123456789"sv,
        "\x83n\x08\0\0\0\0\0\0\0\0\x80"sv, "\x84\x61\1"sv})
    BOOST_TEST(decoded(bytes) == "-", mqtt::to_hex(bytes));
  BOOST_TEST(decoded("\x83w\4true"sv) == "true");
  std::string deep{"\x83"};
  for (int i = 0; i < 100'000; ++i)
    deep += "l\0\0\0\1"sv;
  BOOST_TEST(decoded(deep) == "-");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
