// What `troupe ctl` asks for, and how it shows answers.
#include "http/ctl/access.hpp"
#include "http/ctl/request.hpp"
#include "http/ctl/table.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using namespace troupe::ctl;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(ctl)

BOOST_AUTO_TEST_CASE(the_secret_goes_to_an_api_that_is_there) {
  troupe::settings config;
  config.node.data_dir = "/data";
  auto& m = config.management;
  m.application_secret = "s";
  std::string problem;
  const auto found = [&](troupe::ctl::access asked) {
    return complete_access(std::move(asked), config, problem);
  };
  BOOST_TEST(found({})->url == "http://127.0.0.1:8081");
  m.http.enabled = false;
  BOOST_TEST(!found({}).has_value()); // nobody of ours has the port
  BOOST_TEST(!problem.empty());
  m.https = {.enabled = true, .address = "::1", .port = 27082};
  BOOST_TEST(found({})->url == "https://[::1]:27082");
  BOOST_TEST(found({})->certificate == "/data/certs/cert.pem");
  m.tls.certfile = "/api.pem";
  BOOST_TEST(found({})->certificate == "/api.pem");
  BOOST_TEST(found({})->secret == "s");
  BOOST_TEST(found({.cacertfile = "/ca.pem"})->certificate.empty());
  const auto elsewhere = found({.url = "https://example.com", .secret = "t"});
  BOOST_TEST(elsewhere->url == "https://example.com");
  BOOST_TEST(elsewhere->certificate.empty());
  BOOST_TEST(elsewhere->secret == "t");
}

BOOST_AUTO_TEST_CASE(arguments_go_into_the_path_or_the_body) {
  const std::vector<std::string_view> words{"subscriptions", "add", "a/b c", "t/+", "1"};
  std::size_t used = 0;
  const auto* c = find_command(words, used);
  BOOST_REQUIRE(c != nullptr);
  BOOST_TEST(used == 2u);
  std::string problem;
  const auto r = make_request(*c, std::span{words}.subspan(used), problem);
  BOOST_REQUIRE(r.has_value());
  BOOST_TEST(r->method == "POST");
  BOOST_TEST(r->body == R"({"clientid":"a/b c","topic":"t/+","qos":1})");
  const auto* show = find_command(std::array<std::string_view, 2>{"clients", "show"}, used);
  const std::array<std::string_view, 1> id{"a/b c?ö"};
  BOOST_TEST(make_request(*show, id, problem)->path == "/clients/a%2Fb%20c%3F%C3%B6");
}

BOOST_AUTO_TEST_CASE(the_longest_command_counts) {
  std::size_t used = 0;
  BOOST_TEST(find_command(std::array<std::string_view, 2>{"broker", "stats"}, used)->words == "broker stats");
  BOOST_TEST(find_command(std::array<std::string_view, 2>{"broker", "x"}, used)->words == "broker");
  BOOST_TEST(used == 1u);
  BOOST_TEST(find_command(std::array<std::string_view, 1>{"clients"}, used) == nullptr);
  // of two with the same words, the one whose arguments are there
  BOOST_TEST(find_command(std::array<std::string_view, 2>{"log", "primary-level"}, used)->method == "GET");
  BOOST_TEST(find_command(std::array<std::string_view, 3>{"log", "primary-level", "debug"}, used)->method ==
             "PUT");
  BOOST_TEST(used == 2u);
}

BOOST_AUTO_TEST_CASE(names_cannot_steer_the_terminal) {
  const auto value = json::parse(R"("evil\u001b[2J\nx")");
  BOOST_TEST(cell_text(value).find_first_of("\x1b\n") == std::string::npos);
  BOOST_TEST(cell_text(json::parse(R"([{"kicked":1}])")) == R"([{"kicked":1}])");
  BOOST_TEST(cell_text(json::value{}) == "-");
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell) {
  constexpr std::array columns{column{"a", "a"}, column{"long", "b"}};
  table t{columns};
  BOOST_TEST(t.page(json::parse(R"([{"a":"xyz","b":1},{"b":22}])").as_array()) ==
             "a    long\nxyz  1\n-    22\n");
  BOOST_TEST(t.page(json::parse(R"([{"a":"x","b":3}])").as_array()) == "x    3\n");
}

BOOST_AUTO_TEST_CASE(a_column_may_lie_in_an_object_of_the_row) {
  constexpr std::array columns{column{"x", "a/b.c"}, column{"y", "a/none"}, column{"z", "d/b"}};
  table t{columns};
  BOOST_TEST(t.page(json::parse(R"([{"a":{"b.c":7},"d":1}])").as_array()) == "x  y  z\n7  -  -\n");
}

BOOST_AUTO_TEST_SUITE_END()
