// Who has the store's folder, and what is said of one that cannot be had.
#include "actors/store/store_folder.hpp"
#include "support/process.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace troupe;
using troupe::test::read_text;
using troupe::test::temporary_folder;
using troupe::test::write_text;

namespace {

bool says(const store_status& s, std::string_view text) { return s.text.find(text) != std::string::npos; }

void pretend_rows(const std::filesystem::path& store) {
  std::filesystem::create_directories(store / "rows");
  write_text(store / "rows" / "CURRENT", "MANIFEST-000001\n");
}

// The umask of nearly every system, while it lives.
class usual_umask {
public:
  usual_umask() : before_(::umask(022)) {}
  usual_umask(const usual_umask&) = delete;
  usual_umask& operator=(const usual_umask&) = delete;
  ~usual_umask() { ::umask(before_); }

private:
  mode_t before_;
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found {};
  BOOST_REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

} // namespace

BOOST_AUTO_TEST_SUITE(folder_of_the_store)

BOOST_AUTO_TEST_CASE(a_new_one_is_made_and_has_no_rows) {
  temporary_folder data;
  store_folder store{data.path() / "deep" / "store"};
  BOOST_TEST(store.claim().ok());
  BOOST_TEST(!store.has_rows());
  BOOST_TEST(!std::filesystem::exists(data.path() / "deep" / "store" / "format"));
}

BOOST_AUTO_TEST_CASE(a_new_one_is_for_its_owner_alone) {
  const usual_umask mask;
  temporary_folder data;
  store_folder store{data.path() / "deep" / "store"};
  BOOST_TEST(store.claim().ok());
  BOOST_TEST(mode_of(data.path() / "deep") == 0755U); // logs and other files may stand there
  BOOST_TEST(mode_of(store.path()) == 0700U);
}

BOOST_AUTO_TEST_CASE(one_that_an_earlier_version_left_open_is_closed) {
  const usual_umask mask;
  temporary_folder data;
  const auto path = data.path() / "store";
  pretend_rows(path);
  write_text(path / "format", "troupe store 1\n");
  for (const mode_t before : {0755U, 0777U, 0750U, 02770U}) {
    BOOST_REQUIRE(::chmod(path.c_str(), before) == 0);
    store_folder store{path};
    BOOST_TEST(store.claim().ok());
    BOOST_TEST(mode_of(path) == (before & ~0077U));
    BOOST_TEST(store.has_rows());
  }
}

BOOST_AUTO_TEST_CASE(one_behind_a_link_is_closed_too) {
  const usual_umask mask;
  temporary_folder data;
  std::filesystem::create_directory(data.path() / "elsewhere");
  std::filesystem::create_directory_symlink(data.path() / "elsewhere", data.path() / "store");
  store_folder store{data.path() / "store"};
  BOOST_TEST(store.claim().ok());
  BOOST_TEST(mode_of(data.path() / "elsewhere") == 0700U);
}

// Who may not change its mode has not made it: it is told of in the log, and used.
BOOST_AUTO_TEST_CASE(one_of_another_owner_stays_as_it_is) {
  constexpr uid_t nobody = 65534;
  temporary_folder data;
  const auto path = data.path() / "store";
  std::filesystem::create_directory(path);
  BOOST_REQUIRE(::chmod(data.path().c_str(), 0755) == 0);
  BOOST_REQUIRE(::chmod(path.c_str(), 0777) == 0);
  if (::geteuid() != 0 || ::seteuid(nobody) != 0)
    return; // only root can be another
  store_status status;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) // not where the temporary folders are root's alone
    status = store_folder{path}.claim();
  BOOST_REQUIRE(::seteuid(0) == 0);
  BOOST_TEST(status.ok(), status.text);
  BOOST_TEST(mode_of(path) == 0777U);
}

BOOST_AUTO_TEST_CASE(one_at_a_time_has_it) {
  temporary_folder data;
  const auto path = data.path() / "store";
  {
    store_folder first{path};
    BOOST_TEST(first.claim().ok());
    store_folder second{path};
    const auto refused = second.claim();
    BOOST_TEST((refused.code == store_code::in_use));
    BOOST_TEST(says(refused, path.string()), refused.text);
    BOOST_TEST(says(refused, "pid " + std::to_string(::getpid())), refused.text);
  }
  store_folder third{path};
  BOOST_TEST(third.claim().ok());
}

BOOST_AUTO_TEST_CASE(the_format_is_known_again) {
  temporary_folder data;
  const auto path = data.path() / "store";
  {
    store_folder store{path};
    BOOST_TEST(store.claim().ok());
    BOOST_TEST(store.begin_rows().ok());
    pretend_rows(path);
  }
  BOOST_TEST(read_text(path / "format") == "troupe store 1\n");
  store_folder again{path};
  BOOST_TEST(again.claim().ok());
  BOOST_TEST(again.has_rows());
}

BOOST_AUTO_TEST_CASE(foreign_formats_are_refused_and_left_alone) {
  for (const std::string format :
       {"troupe store 2\n", "troupe store 10\n", "troupe store \n", "troupe store 1x\n", "something else\n",
        "", "troupe store 99999999999999999999\n"}) {
    temporary_folder data;
    const auto path = data.path() / "store";
    pretend_rows(path);
    write_text(path / "format", format);
    store_folder store{path};
    const auto refused = store.claim();
    BOOST_TEST((refused.code == store_code::foreign_format), format);
    BOOST_TEST(says(refused, "\"troupe store 1\""), refused.text);
    BOOST_TEST(says(refused, format.substr(0, format.find('\n'))), refused.text);
    BOOST_TEST(read_text(path / "format") == format);
  }
}

BOOST_AUTO_TEST_CASE(rows_of_no_format_are_refused) {
  temporary_folder data;
  const auto path = data.path() / "store";
  pretend_rows(path);
  store_folder store{path};
  BOOST_TEST((store.claim().code == store_code::foreign_format));
}

BOOST_AUTO_TEST_CASE(a_file_in_its_place) {
  temporary_folder data;
  write_text(data.path() / "file", "");
  store_folder store{data.path() / "file" / "store"};
  const auto refused = store.claim();
  BOOST_TEST((refused.code == store_code::not_accessible));
  BOOST_TEST(says(refused, "cannot be made"), refused.text);
}

BOOST_AUTO_TEST_CASE(a_lock_that_cannot_be_one) {
  temporary_folder data;
  std::filesystem::create_directories(data.path() / "store" / "lock");
  store_folder store{data.path() / "store"};
  const auto refused = store.claim();
  BOOST_TEST(!refused.ok());
  BOOST_TEST(says(refused, "cannot be written to"), refused.text);
}

BOOST_AUTO_TEST_SUITE_END()
