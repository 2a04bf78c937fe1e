// The application of the configuration: who it lets in, and the mistake that lets nobody in.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

loaded_settings load(std::string_view text) { return load_settings(text, "/etc/troupe/troupe.conf", {}); }

} // namespace

BOOST_AUTO_TEST_SUITE(application_of_the_configuration)

BOOST_AUTO_TEST_CASE(an_empty_secret_is_named_with_file_line_and_key) {
  for (const std::string more : {"", "management.listener.http = off\nmanagement.listener.https = 8081\n"}) {
    const auto l = load("node.name = a@b\nmanagement.default_application.secret =\n" + more);
    BOOST_REQUIRE(l.errors.size() == 1U);
    BOOST_TEST(l.errors[0].starts_with(
                   "/etc/troupe/troupe.conf:2: management.default_application.secret: needs a value"),
               l.errors[0]);
  }
}

BOOST_AUTO_TEST_CASE(nobody_needs_it_without_an_application_or_without_the_api) {
  BOOST_TEST(
      load("management.default_application.id =\nmanagement.default_application.secret =\n").errors.empty());
  BOOST_TEST(
      load("management.listener.http = off\nmanagement.default_application.secret =\n").errors.empty());
  BOOST_TEST(load("management.default_application.id =\n").errors.empty());
}

BOOST_AUTO_TEST_SUITE_END()
