// Parameters of actions and resources: what fits, and how they are shown.
#include "troupe/rules/parameter.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::rules;
namespace json = boost::json;

namespace {

constexpr parameter wanted[] = {
    {.name = "url", .type = "string", .required = true, .heading = {"a", "b"}, .description = {"c", "d"}},
    {.name = "keyfile", .type = "file", .required = false, .heading = {"a", "b"}, .description = {"c", "d"}}};

std::string check(const char* text) { return check_parameters(json::parse(text).as_object(), wanted); }

} // namespace

BOOST_AUTO_TEST_SUITE(rule_parameters)

BOOST_AUTO_TEST_CASE(types) {
  BOOST_TEST(check(R"({"url":"x"})") == "");
  BOOST_TEST(check(R"({})") == "{required_field_missing,url}");
  BOOST_TEST(check(R"({"url":1})") == "{invalid_data_type,{string,url}}");
  BOOST_TEST(check(R"({"url":{}})") == "{invalid_data_type,{string,url}}");
}

// A path, or the file itself, which EMQ X 4.2 has no type for.
BOOST_AUTO_TEST_CASE(files) {
  for (const char* good : {R"("/key.pem")", R"("")", R"({})", R"({"filename":"k","file":"KEY"})"})
    BOOST_TEST(check((R"({"url":"x","keyfile":)" + std::string{good} + "}").c_str()) == "", good);
  for (const char* bad : {"1", "true", "[]", "null"})
    BOOST_TEST(check((R"({"url":"x","keyfile":)" + std::string{bad} + "}").c_str()) ==
                   "{invalid_data_type,{string,keyfile}}",
               bad);
  BOOST_TEST(describe(wanted).at("keyfile").at("type") == "string");
}

// As EMQ X shows them; what it would not take without them, stored resources among it, works.
BOOST_AUTO_TEST_CASE(required_ones_that_may_be_left_out) {
  constexpr parameter keepalive[] = {{.name = "keepalive",
                                      .type = "string",
                                      .required = true,
                                      .heading = {"Keepalive", "心跳间隔"},
                                      .description = {"Keepalive", "心跳间隔"},
                                      .may_be_left_out = true}};
  BOOST_TEST(check_parameters({}, keepalive) == "");
  BOOST_TEST(describe(keepalive).at("keepalive").at("required").as_bool());
}

BOOST_AUTO_TEST_CASE(whole_numbers) {
  constexpr parameter numbers[] = {
      {.name = "any", .type = "number", .required = false},
      {.name = "n", .type = "number", .required = false, .least = 0, .most = 60},
      {.name = "m", .type = "number", .required = false, .least = 1, .most = 64}};
  const auto ranges = [&](const std::string& text) {
    return check_ranges(json::parse(text).as_object(), numbers);
  };
  for (const char* good : {R"({})", R"({"any":-0.5})", R"({"n":0})", R"({"n":60})", R"({"n":5.0,"m":1})"})
    BOOST_TEST(ranges(good) == "", good);
  for (const char* bad : {"-1", "61", "0.5", "1e18", "-1e300", "18446744073709551615"})
    BOOST_TEST(ranges(R"({"n":)" + std::string{bad} + "}") == "{invalid_data_type,{{number,0,60},n}}", bad);
  BOOST_TEST(ranges(R"({"m":0})") == "{invalid_data_type,{{number,1,64},m}}");
}

BOOST_AUTO_TEST_SUITE_END()
