#include "support/process.hpp"
#include "troupe/actors/text_file.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

using troupe::read_text_file;
using troupe::test::temporary_folder;
using troupe::test::write_text;

BOOST_AUTO_TEST_SUITE(text_files)

BOOST_AUTO_TEST_CASE(tell_what_stands_in_them_or_why_it_cannot_be_read) {
  temporary_folder folder;
  const auto path = (folder.path() / "f").string();
  const auto none = read_text_file(path);
  BOOST_TEST(!none.there);
  BOOST_TEST(none.error.empty());
  const std::string text(200'000, 'x');
  write_text(path, text);
  const auto whole = read_text_file(path);
  BOOST_TEST(whole.there);
  BOOST_TEST(whole.error.empty());
  BOOST_TEST((whole.text == text));
  BOOST_TEST(read_text_file(path, text.size()).error.empty());
  BOOST_TEST(read_text_file(path, text.size() - 1).error == "it has more than 199999 bytes");
  const auto not_one = read_text_file(folder.path().string());
  BOOST_TEST(not_one.there);
  BOOST_TEST(not_one.error == "it is a folder");
  const auto pipe = (folder.path() / "pipe").string();
  BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  BOOST_TEST(read_text_file(pipe).error == "it is no regular file"); // which nobody writes to
}

BOOST_AUTO_TEST_SUITE_END()
