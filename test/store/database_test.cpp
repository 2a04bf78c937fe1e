// Rows by kind: what is written is there again, and what goes wrong is said.
#include "actors/store/database.hpp"
#include "full_disk.hpp"
#include "support/process.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <vector>

using namespace troupe;
using troupe::test::full_disk;
using troupe::test::read_text;
using troupe::test::temporary_folder;
using troupe::test::write_text;

namespace {

struct store_fixture {
  temporary_folder data;
  std::filesystem::path path = data.path() / "store";
  std::unique_ptr<database> rows = std::make_unique<database>(path, true);

  store_fixture() { BOOST_TEST_REQUIRE(rows->open().ok()); }

  void again() {
    rows.reset();
    rows = std::make_unique<database>(path, true);
    const auto status = rows->open();
    BOOST_TEST_REQUIRE(status.ok(), status.text);
  }

  std::filesystem::path fresh_copy() const {
    const auto copy = data.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
    return copy;
  }

  store_status put(store_kind kind, const std::string& key, const std::string& value) {
    return write({{{kind, key, value}}});
  }

  store_status erase(store_kind kind, const std::string& key) { return write({{{kind, key, std::nullopt}}}); }

  store_status write(const store_write& w) { return rows->write({&w, 1}); }

  // "key=value key=value", all pages
  std::string all(store_kind kind, std::size_t limit = 256) {
    std::string text;
    store_scan scan{kind, {}, limit};
    for (bool done = false; !done;) {
      const auto page = rows->scan(scan);
      BOOST_TEST_REQUIRE(page.status.ok(), page.status.text);
      BOOST_TEST(page.rows.size() <= limit);
      for (const auto& [key, value] : page.rows)
        text += (text.empty() ? "" : " ") + key + "=" + value;
      if (!page.rows.empty())
        scan.after = page.rows.back().first;
      done = page.done;
    }
    return text;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rows_by_kind, store_fixture)

BOOST_AUTO_TEST_CASE(nothing_is_made_before_the_first_write) {
  BOOST_TEST(all(store_kind::apps).empty());
  BOOST_TEST(erase(store_kind::apps, "nobody").ok());
  BOOST_TEST(all(store_kind::apps).empty());
  again();
  BOOST_TEST(!std::filesystem::exists(path / "rows"));
}

BOOST_AUTO_TEST_CASE(rows_are_there_again) {
  BOOST_TEST(put(store_kind::apps, "b", "2").ok());
  BOOST_TEST(put(store_kind::apps, "a", "1").ok());
  BOOST_TEST(put(store_kind::rules, "a", "rule").ok());
  BOOST_TEST(put(store_kind::apps, "c", "3").ok());
  BOOST_TEST(erase(store_kind::apps, "b").ok());
  BOOST_TEST(put(store_kind::apps, "a", "one").ok());
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(all(store_kind::apps) == "a=one c=3");
    BOOST_TEST(all(store_kind::rules) == "a=rule");
    BOOST_TEST(all(store_kind::users).empty());
    again();
  }
}

BOOST_AUTO_TEST_CASE(every_kind_keeps_its_own) {
  for (std::size_t i = 0; i < store_kind_count; ++i)
    BOOST_TEST(put(static_cast<store_kind>(i), "key", std::to_string(i)).ok());
  again();
  for (std::size_t i = 0; i < store_kind_count; ++i)
    BOOST_TEST(all(static_cast<store_kind>(i)) == "key=" + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(keys_and_values_are_bytes) {
  const std::string key{"\0\xFF\n", 3};
  const std::string value(300'000, '\0');
  BOOST_TEST(put(store_kind::users, key, value).ok());
  BOOST_TEST(put(store_kind::users, std::string(longest_store_key, 'k'), "").ok());
  again();
  const auto page = rows->scan({store_kind::users, {}, 10});
  BOOST_TEST_REQUIRE(page.rows.size() == 2U);
  BOOST_TEST((page.rows[0].first == key));
  BOOST_TEST((page.rows[0].second == value));
  BOOST_TEST(page.rows[1].second.empty());
}

BOOST_AUTO_TEST_CASE(pages_miss_and_repeat_nothing) {
  std::string expected;
  store_write many;
  for (int i = 100; i < 200; ++i) {
    many.changes.push_back({store_kind::banned, std::to_string(i), "x"});
    expected += (expected.empty() ? "" : " ") + std::to_string(i) + "=x";
  }
  BOOST_TEST(write(many).ok());
  for (const std::size_t limit : {1U, 7U, 100U, 256U})
    BOOST_TEST(all(store_kind::banned, limit) == expected);
  // behind a row that is gone by now
  BOOST_TEST(erase(store_kind::banned, "150").ok());
  BOOST_TEST(rows->scan({store_kind::banned, "150", 1}).rows.at(0).first == "151");
}

BOOST_AUTO_TEST_CASE(a_page_has_bounded_bytes) {
  const std::string big(1024 * 1024, 'x');
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(put(store_kind::retained, std::to_string(i), big).ok());
  const auto page = rows->scan({store_kind::retained, {}, 256});
  BOOST_TEST(page.rows.size() < 6U);
  BOOST_TEST(!page.done);
}

BOOST_AUTO_TEST_CASE(writes_that_come_together_are_one) {
  std::vector<store_write> writes(50);
  for (std::size_t i = 0; i < writes.size(); ++i)
    writes[i].changes.push_back({store_kind::acl, std::to_string(i % 25), std::to_string(i)});
  const auto before = rows->commits();
  BOOST_TEST(rows->write(writes).ok());
  BOOST_TEST(rows->commits() == before + 1);
  BOOST_TEST(rows->scan({store_kind::acl, {}, 100}).rows.size() == 25U);
  BOOST_TEST(rows->scan({store_kind::acl, {}, 1}).rows[0].second == "25"); // the later one
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_and_the_next_write_succeeds) {
  BOOST_TEST(put(store_kind::users, "before", "1").ok());
  {
    full_disk now;
    const auto status = put(store_kind::users, "meanwhile", "2");
    BOOST_TEST(!status.ok());
    BOOST_TEST(!status.text.empty());
    BOOST_TEST(!put(store_kind::users, "meanwhile", "3").ok());
  }
  BOOST_TEST(put(store_kind::users, "later", "4").ok());
  again();
  const auto text = all(store_kind::users);
  BOOST_TEST(text.starts_with("before=1 later=4"), text);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_from_the_beginning) {
  {
    full_disk now;
    BOOST_TEST(!put(store_kind::users, "a", "1").ok());
    BOOST_TEST(all(store_kind::users).empty());
  }
  BOOST_TEST(put(store_kind::users, "a", "2").ok());
  again();
  BOOST_TEST(all(store_kind::users) == "a=2");
}

// Whatever file is damaged: an error or the rows, never a crash.
BOOST_AUTO_TEST_CASE(damage_is_an_error) {
  store_write many;
  for (int i = 0; i < 2'000; ++i)
    many.changes.push_back({store_kind::users, std::to_string(i), std::string(100, 'u')});
  BOOST_TEST(write(many).ok());
  again();
  again();
  std::vector<std::filesystem::path> files;
  rows.reset();
  for (const auto& f : std::filesystem::directory_iterator{path / "rows"})
    if (f.file_size() > 0)
      files.push_back(f.path());
  int refused = 0;
  for (const auto& file : files) {
    const auto whole = read_text(file);
    auto damaged = whole;
    for (std::size_t i = damaged.size() / 3; i < damaged.size(); i += 7)
      damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    const auto copy = fresh_copy();
    write_text(copy / "rows" / file.filename(), damaged);
    database other{copy, true};
    const auto status = other.open();
    if (status.ok()) {
      const auto page = other.scan({store_kind::users, {}, 10'000});
      refused += page.status.code == store_code::corrupt ? 1 : 0;
    } else {
      BOOST_TEST(!status.text.empty());
      BOOST_TEST(status.text.find(copy.string()) != std::string::npos, status.text);
      ++refused;
    }
  }
  BOOST_TEST(refused > 0);
  rows = std::make_unique<database>(path, true);
  BOOST_TEST(rows->open().ok());
}

// A power cut leaves an end that is not whole, or not written; a bad disk leaves damage before that. What
// stands in front of it is there, and the log is kept for who wants more.
BOOST_AUTO_TEST_CASE(damage_in_the_log) {
  for (int i = 100; i < 400; ++i)
    BOOST_TEST(put(store_kind::users, std::to_string(i), std::string(100, 'u')).ok());
  rows.reset();
  std::filesystem::path log;
  for (const auto& f : std::filesystem::directory_iterator{path / "rows"})
    if (f.path().extension() == ".log" && f.file_size() > 0)
      log = f.path();
  const auto whole = read_text(log);
  BOOST_TEST_REQUIRE(whole.size() > 30'000u);
  const auto rows_with = [&](const std::string& text, bool kept) {
    const auto copy = fresh_copy();
    write_text(copy / "rows" / log.filename(), text);
    database other{copy, true};
    const auto status = other.open();
    BOOST_TEST(status.ok(), status.text);
    BOOST_TEST(std::filesystem::exists(copy / "damaged" / log.filename()) == kept);
    BOOST_TEST((!kept || read_text(copy / "damaged" / log.filename()) == text));
    return other.scan({store_kind::users, {}, 1'000}).rows.size();
  };
  BOOST_TEST(rows_with(whole, false) == 300u);
  BOOST_TEST(rows_with(whole.substr(0, whole.size() - 50), false) == 299u);
  auto unwritten = whole;
  unwritten.replace(unwritten.size() - 50, 50, std::string(50, '\0'));
  BOOST_TEST(rows_with(unwritten, true) == 299u);
  auto damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  const auto left = rows_with(damaged, true);
  BOOST_TEST(left > 100u);
  BOOST_TEST(left < 200u);
}

BOOST_AUTO_TEST_CASE(rows_without_their_first_file_are_an_error) {
  BOOST_TEST(put(store_kind::users, "a", "1").ok());
  rows.reset();
  std::filesystem::remove(path / "rows" / "CURRENT");
  BOOST_TEST((database{path, true}.open().code == store_code::corrupt));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_lost_meanwhile) {
  BOOST_TEST(put(store_kind::users, "a", "1").ok());
  std::filesystem::remove_all(path / "rows");
  for (int i = 0; i < 3; ++i) // an error or a new beginning, but no crash
    put(store_kind::users, std::to_string(i), std::string(100'000, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()
