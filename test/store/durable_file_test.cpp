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

BOOST_AUTO_TEST_CASE(a_link_stays_and_a_file_keeps_its_permissions) {
  namespace fs = std::filesystem;
  temporary_folder folder;
  const auto link = (folder.path() / "link").string();
  const auto is_link = [&] { return fs::is_symlink(fs::symlink_status(link)); };
  fs::create_directory(folder.path() / "shared");
  write_text(folder.path() / "shared" / "file", "old");
  const auto rights = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
  fs::permissions(folder.path() / "shared" / "file", rights);
  fs::create_symlink("shared/second", link);
  fs::create_symlink("file", folder.path() / "shared" / "second");
  BOOST_TEST(replace_linked_file(link, "new") == 0);
  BOOST_TEST(is_link());
  BOOST_TEST(fs::is_symlink(fs::symlink_status(folder.path() / "shared" / "second")));
  BOOST_TEST(read_text(folder.path() / "shared" / "file") == "new");
  BOOST_TEST((fs::status(link).permissions() == rights));
  fs::remove(folder.path() / "shared" / "file"); // then it leads nowhere
  BOOST_TEST(replace_linked_file(link, "again") == 0);
  BOOST_TEST(is_link());
  BOOST_TEST(read_text(folder.path() / "shared" / "file") == "again");
  BOOST_TEST((fs::status(link).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  fs::create_symlink("round", folder.path() / "round");
  BOOST_TEST(replace_linked_file(folder.path() / "round", "text") == ELOOP);
}

BOOST_AUTO_TEST_SUITE_END()
