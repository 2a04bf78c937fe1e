// Where the rules of access come from, and what is said of a bad file.
#include "support/process.hpp"
#include "troupe/access/acl_rules.hpp"
#include "troupe/actors/acl.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::access;

namespace {

std::optional<decision> ask(const loaded_acl_file& file, std::string_view address, std::string_view filter) {
  const auto from = *mqtt::parse_ip(address);
  return file.rules->decide({"c", "", &from}, operation::subscribe, filter);
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_source)

BOOST_AUTO_TEST_CASE(what_is_shipped_is_what_counts_without_a_file) {
  const test::temporary_folder empty;
  acl_settings missing;
  missing.file = (empty.path() / "acl.conf").string();
  acl_settings shipped;
  shipped.file = std::string{TROUPE_CONF_DIR} + "acl.conf";
  shipped.configured = true;
  for (const auto& config : {missing, acl_settings{.file = ""}, shipped}) {
    const auto file = read_acl_file(config);
    BOOST_TEST_REQUIRE((file.rules != nullptr));
    BOOST_TEST(file.count == 4U);
    BOOST_TEST((ask(file, "127.0.0.1", "#") == decision::allow));
    BOOST_TEST((ask(file, "127.0.0.1", "$SYS/#") == decision::allow));
    BOOST_TEST((ask(file, "10.0.0.1", "#") == decision::deny));
    BOOST_TEST((ask(file, "10.0.0.1", "$SYS/#") == decision::deny));
    BOOST_TEST((ask(file, "10.0.0.1", "a/#") == decision::allow));
  }
}

BOOST_AUTO_TEST_CASE(a_bad_file_gives_no_rules) {
  const test::temporary_folder folder;
  acl_settings config{.file = (folder.path() / "acl.conf").string(), .configured = true};
  BOOST_TEST((read_acl_file(config).rules == nullptr));
  BOOST_TEST(read_acl_file(config).errors.front() == config.file + ": cannot be read");
  test::write_text(config.file, "{allow, all}.\n{deny}.\n{deny, all}.\n{x}.\n");
  const auto bad = read_acl_file(config);
  BOOST_TEST((bad.rules == nullptr));
  BOOST_TEST_REQUIRE(bad.errors.size() == 2U);
  BOOST_TEST(bad.errors[0].starts_with(config.file + ":2: "));
  BOOST_TEST(bad.errors[1].starts_with(config.file + ":4: "));
  config.file = folder.path().string();
  BOOST_TEST(read_acl_file(config).errors.front() == config.file + ": cannot be read (it is a folder)");
}

BOOST_AUTO_TEST_SUITE_END()
