// The JSON of bodies: how deep it may be, and which of several members with one name counts.
#include "http/json_body.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

using namespace troupe;

namespace {

// The text that the value has when it is written again; "refused".
std::string again(std::string_view text) {
  const auto value = parse_body(text);
  return value ? boost::json::serialize(*value) : "refused";
}

std::string nested(std::size_t depth, const std::string& open, const std::string& inner,
                   const std::string& close) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i)
    out += open;
  out += inner;
  for (std::size_t i = 0; i < depth; ++i)
    out += close;
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_body)

BOOST_AUTO_TEST_CASE(values) {
  for (const char* text : {"1", "-1", "18446744073709551615", "1.5E0", "true", "null", "\"x\"", "[]", "{}",
                           R"([1,[],{},[2,"\n"],{"a":[{"":null}]}])", R"({"a":{"a":{"a":1}},"b":{"a":1}})"})
    BOOST_TEST(again(text) == text);
  BOOST_TEST(again(" \r\n\t[ 1 , 2 ] \n") == "[1,2]");
  const std::string large(100'000, 'x');
  BOOST_TEST(again("{\"" + large + "\":\"" + large + "\"}") == "{\"" + large + "\":\"" + large + "\"}");
}

BOOST_AUTO_TEST_CASE(no_json) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "[1",
                           "1 2",
                           "{} {}",
                           "[]]",
                           "{\"a\"}",
                           "{\"a\":1,}",
                           "01",
                           "NaN",
                           "1e999",
                           "[-1e999]",
                           "\"\xff\"",
                           R"("\ud800")",
                           "'x'",
                           "//\n1",
                           R"({"a":1,"a":})",
                           R"({"a":1,"a":[})"})
    BOOST_TEST(again(text) == "refused", text);
}

BOOST_AUTO_TEST_CASE(the_first_member_of_a_name_counts) {
  BOOST_TEST(again(R"({"a":1,"a":2})") == R"({"a":1})");
  BOOST_TEST(again(R"({"a":1,"\u0061":2,"b":3})") == R"({"a":1,"b":3})");
  BOOST_TEST(again(R"({"":1,"":2})") == R"({"":1})");
  // Whatever the others are.
  for (const std::string other : {"2", "-2", "18446744073709551615", "2.5", "true", "null", R"("x\ny")", "[]",
                                  "{}", "[1,[2,{}],3]", R"({"a":1,"a":{"b":[{"c":1}]},"d":"e"})"})
    BOOST_TEST(again(R"([{"a":1,"b":2,"a":)" + other + R"(,"c":3,"b":)" + other + R"(},4])") ==
               R"([{"a":1,"b":2,"c":3},4])");
  // At any depth; and one object's names are not another's.
  BOOST_TEST(again(R"({"p":{"a":{"x":1,"x":2},"a":3,"x":4},"q":[{"a":1,"a":2},{"a":3}]})") ==
             R"({"p":{"a":{"x":1},"x":4},"q":[{"a":1},{"a":3}]})");
  const auto one = nested(120, R"({"a":)", "1", R"(,"a":[{"a":2}]})");
  BOOST_TEST(again(one) == nested(120, R"({"a":)", "1", "}"));
}

BOOST_AUTO_TEST_CASE(depths) {
  for (const std::size_t depth : {33u, 40u, 127u, 128u}) {
    const auto arrays = nested(depth, "[", "", "]"), objects = nested(depth, R"({"a":)", "1", "}");
    BOOST_TEST(again(arrays) == arrays);
    BOOST_TEST(again(objects) == objects);
  }
  BOOST_TEST(again(nested(129, "[", "", "]")) == "refused");
  BOOST_TEST(again(nested(129, R"({"a":)", "1", "}")) == "refused");
  BOOST_TEST(again(nested(100'000, "[", "", "")) == "refused");
  BOOST_TEST(parse_body(nested(deepest_around, "[", "", "]"), deepest_around).has_value());
  BOOST_TEST(!parse_body(nested(deepest_around + 1, "[", "", "]"), deepest_around).has_value());
  // What is left out is nested too.
  BOOST_TEST(again(R"({"a":1,"a":)" + nested(128, "[", "", "]") + "}") == "refused");
}

BOOST_AUTO_TEST_CASE(numbers_of_values) {
  const auto fits = [](std::string_view text, std::size_t most) {
    return parse_body(text, deepest_body, most).has_value();
  };
  // Each value, name, object and array, also of what is left out.
  for (const std::string_view text : {R"({"a":[1,"x",true]})", R"([-1,1.5,null,18446744073709551615,{}])",
                                      R"({"a":1,"a":2,"b":{}})", R"({"a":1,"a":{"b":[]}})"}) {
    const std::size_t all = text.starts_with('[') ? 6 : text.ends_with("true]}") ? 6 : 7;
    BOOST_TEST(fits(text, all), text);
    for (std::size_t fewer = 0; fewer < all; ++fewer)
      BOOST_TEST(!fits(text, fewer), text);
  }
  const auto of = [](std::size_t values) { // with the array
    std::string text = "[0";
    for (std::size_t i = 2; i < values; ++i)
      text += ",0";
    return text + "]";
  };
  BOOST_TEST(parse_body(of(most_values)).has_value());
  BOOST_TEST(!parse_body(of(most_values + 1)).has_value());
  BOOST_TEST(parse_body(of(most_values + 1), deepest_around, any_number).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
