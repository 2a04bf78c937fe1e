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

BOOST_AUTO_TEST_SUITE_END()
