// Files that are replaced as a whole.
#include "support/process.hpp"
#include "troupe/actors/durable_file.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>

using namespace troupe;
using troupe::test::read_text;
using troupe::test::temporary_folder;
using troupe::test::write_text;

BOOST_AUTO_TEST_SUITE(durable_file)

BOOST_AUTO_TEST_CASE(the_new_text_replaces_the_old_one) {
  temporary_folder folder;
  const std::string large(300'000, 'x');
  for (const auto& text : {std::string{"first"}, large, std::string{}}) {
    BOOST_TEST(replace_file(folder.path(), "name", text) == 0);
    BOOST_TEST((read_text(folder.path() / "name") == text));
    BOOST_TEST(!std::filesystem::exists(folder.path() / ".name.new"));
  }
  const auto rights = std::filesystem::status(folder.path() / "name").permissions();
  BOOST_TEST((rights == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_changes_nothing) {
  temporary_folder folder;
  BOOST_TEST(replace_file(folder.path() / "none", "name", "text") == ENOENT);
  std::filesystem::create_directory(folder.path() / "name"); // no file can replace it
  BOOST_TEST(replace_file(folder.path(), "name", "text") == EISDIR);
  BOOST_TEST(!std::filesystem::exists(folder.path() / ".name.new"));
  write_text(folder.path() / "elsewhere", "stays");
  std::filesystem::create_symlink("elsewhere",
                                  folder.path() / ".other.new"); // no draft is written through it
  BOOST_TEST(replace_file(folder.path(), "other", "text") == ELOOP);
  BOOST_TEST(read_text(folder.path() / "elsewhere") == "stays");
  BOOST_TEST(!std::filesystem::exists(folder.path() / "other"));
}

BOOST_AUTO_TEST_SUITE_END()
