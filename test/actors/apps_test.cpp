// Secrets, applications and who guesses, without a broker.
#include "actors/fake_node.hpp"
#include "actors/node/app_table.hpp"
#include "actors/node/secret_hash.hpp"
#include "actors/slow_store.hpp"
#include "http/data_files.hpp"
#include "support/process.hpp"
#include "troupe/actors/app_record.hpp"
#include "troupe/actors/apps.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(applications)

BOOST_AUTO_TEST_CASE(secrets_are_hashed) {
  const auto hash = hash_secret("public");
  BOOST_TEST(is_secret_hash(hash));
  BOOST_TEST(hash.find("public") == std::string::npos);
  BOOST_TEST(hash_secret("public") != hash); // a salt each
  BOOST_TEST(matches_secret(hash, "public"));
  for (const char* wrong : {"", "publi", "public ", "Public"})
    BOOST_TEST(!matches_secret(hash, wrong), wrong);
  for (const std::string& bad :
       {std::string(), std::string("public"), hash.substr(1), hash.substr(0, hash.size() - 4), hash + "AAAA",
        std::string("$pbkdf2-sha256$0$AAAA$AAAA"), std::string("$pbkdf2-sha256$99999999$AAAA$AAAA"),
        std::string("$pbkdf2-sha256$x$$"), std::string("$pbkdf2-sha256$")}) {
    BOOST_TEST(!is_secret_hash(bad), bad);
    BOOST_TEST(!matches_secret(bad, "public"), bad);
  }
  // What the form means, made by Python's hashlib: pbkdf2_hmac("sha256", b"public", b"0123456789abcdef",
  // 1000).
  BOOST_TEST(matches_secret(
      "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg==$DE4hRjVh9JjigIdWck/UQXYu/mdE1ABzWobeoYmpdhY=", "public"));
}

BOOST_AUTO_TEST_CASE(random_texts) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto text = random_text(32);
    BOOST_TEST(text.size() == 32u);
    for (const char c : text)
      BOOST_TEST((std::isalnum(static_cast<unsigned char>(c)) != 0));
    seen.insert(text);
  }
  BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_CASE(the_table) {
  app_table table;
  app_row row;
  row.id = "a";
  BOOST_TEST(table.add(row, hash_secret("s")));
  BOOST_TEST(!table.add(row, hash_secret("t")));
  BOOST_TEST(table.check("a", "s", 100));
  BOOST_TEST(table.check("a", "s", 100)); // by its tag
  BOOST_TEST(!table.check("a", "t", 100));
  BOOST_TEST(!table.check("b", "s", 100));
  table.find("a")->row.expired = 100;
  BOOST_TEST(table.check("a", "s", 100));
  BOOST_TEST(!table.check("a", "s", 101));
  table.find("a")->row.expired.reset();
  table.find("a")->row.status = false;
  BOOST_TEST(!table.check("a", "s", 100));
  BOOST_TEST(table.remove("a"));
  BOOST_TEST(!table.remove("a"));
  BOOST_TEST(table.size() == 0u);
}

// What comes after it is not built on it.
BOOST_AUTO_TEST_CASE(the_first_of_two_is_not_kept) {
  test::fake_node node;
  const auto kept = std::make_shared<test::slow_rows>();
  const auto slow = node.system().spawn(test::slow_store, kept);
  const auto apps = spawn_apps(node.system(), *node.config, {}, slow);
  const auto list = [&] { return test::ask_actor<app_page>(node.system(), apps, app_query{{}, true}); };
  app_row row;
  row.id = "a";
  row.name = "kept";
  BOOST_TEST(test::ask_actor<app_added>(node.system(), apps, add_app{row, "s"}).secret == "s");
  kept->holds = true;
  {
    constexpr std::chrono::seconds patience{20};
    caf::scoped_actor self{node.system()};
    const auto failed = [&](const caf::error& e) { throw std::runtime_error(node.system().render(e)); };
    auto first = self->request(apps, patience, update_app{"a", "lost", {}, {}, {}});
    auto second = self->request(apps, patience, update_app{"a", {}, "later", {}, {}});
    auto third = self->request(apps, patience, add_app{row, "t"});
    list(); // all have come
    self->send(slow, store_commit{});
    first.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 102); }, failed);
    second.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 0); }, failed);
    third.receive(
        [](const app_added& a) {
          BOOST_TEST(a.code == 102);
          BOOST_TEST(a.message == "alread_existed");
          BOOST_TEST(a.secret.empty());
        },
        failed);
  }
  const auto page = list();
  const auto* entry = [&]() -> const app_row* {
    for (const auto& r : page.rows)
      if (r.id == "a")
        return &r;
    return nullptr;
  }();
  BOOST_TEST_REQUIRE((entry != nullptr));
  BOOST_TEST(entry->name == "kept");
  BOOST_TEST(entry->desc == "later");
  const auto& hash = page.hashes.at(static_cast<std::size_t>(entry - page.rows.data()));
  BOOST_TEST(kept->rows.at("a") == boost::json::serialize(to_record(*entry, hash)));
  for (const auto& a : {caf::actor_cast<caf::actor>(apps), caf::actor_cast<caf::actor>(slow)})
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(guesses_run_out_and_come_back) {
  guess_limiter limiter;
  for (std::uint64_t i = 0; i < guess_limiter::burst; ++i) {
    BOOST_TEST(limiter.may_guess("a", "1.2.3.4", 0));
    limiter.guessed_wrong("a", "1.2.3.4", 0);
  }
  BOOST_TEST(!limiter.may_guess("a", "1.2.3.4", 0));
  BOOST_TEST(limiter.may_guess("b", "1.2.3.4", 0));
  BOOST_TEST(limiter.may_guess("a", "1.2.3.5", 0));
  BOOST_TEST(limiter.may_guess("a", "1.2.3.4", guess_limiter::window / 10));
}

BOOST_AUTO_TEST_CASE(many_guessers_share_an_allowance) {
  guess_limiter limiter;
  for (std::size_t i = 0; i < guess_limiter::most_guessers; ++i)
    limiter.guessed_wrong("a", std::to_string(i), 0);
  BOOST_TEST(limiter.may_guess("a", "new", 0));
  for (std::uint64_t i = 0; i < guess_limiter::burst; ++i)
    limiter.guessed_wrong("a", "new " + std::to_string(i), 0);
  BOOST_TEST(!limiter.may_guess("a", "newest", 0));
  BOOST_TEST(limiter.may_guess("a", "0", 0)); // who has an own one keeps it
  // Later those that have been quiet make room.
  BOOST_TEST(limiter.may_guess("a", "newest", 2 * guess_limiter::window));
}

BOOST_AUTO_TEST_CASE(files_stay_in_their_folder) {
  for (const char* good : {"a.json", "emqx-export-2026-11-26-5-30-0.json", "A_b.c.json", "9.json"})
    BOOST_TEST(data_files::valid_name(good), good);
  for (const char* bad : {"", ".json", "a", "a.jso", "a.json ", "../a.json", "a/b.json", "..json", "-a.json",
                          ".a.json", "a\\b.json", "a%2fb.json", "\xc3\xbc.json"})
    BOOST_TEST(!data_files::valid_name(bad), bad);
  BOOST_TEST(!data_files::valid_name(std::string("a\0.json", 7)));
  BOOST_TEST(!data_files::valid_name(std::string(196, 'a') + ".json"));
  BOOST_TEST(data_files::export_name(0).starts_with("emqx-export-19"));
  test::temporary_folder folder;
  const auto path = folder.path();
  data_files files{(path / "data").string()}; // made by the first write
  std::string error;
  BOOST_TEST(!files.read("a.json", error).has_value());
  BOOST_TEST(error == "enoent");
  BOOST_TEST(files.list().empty());
  BOOST_TEST_REQUIRE(files.write("a.json", "one", error));
  BOOST_TEST_REQUIRE(files.write("a.json", "two", error));
  BOOST_TEST(files.read("a.json", error).value() == "two");
  BOOST_TEST(files.list().size() == 1u);
  BOOST_TEST(files.list()[0].size == 3u);
  // A link that leads away is not followed.
  test::write_text(path / "outside", "secret");
  std::filesystem::create_symlink(path / "outside", path / "data" / "link.json");
  BOOST_TEST(!files.read("link.json", error).has_value());
  BOOST_TEST(files.list().size() == 1u);
  BOOST_TEST_REQUIRE(files.write("link.json", "replaced", error));
  BOOST_TEST(test::read_text(path / "outside") == "secret");
  BOOST_TEST(files.remove("a.json", error));
  BOOST_TEST(!files.remove("a.json", error));
}

BOOST_AUTO_TEST_CASE(names_of_files_that_are_free) {
  test::temporary_folder folder;
  const data_files files{folder.path().string()};
  const auto name = data_files::export_name(0);
  const auto stem = name.substr(0, name.size() - 5);
  std::string error;
  for (const auto& expected : {name, stem + "-2.json", stem + "-3.json"}) {
    BOOST_TEST(files.free_name(0) == expected);
    BOOST_TEST(data_files::valid_name(expected), expected);
    BOOST_TEST_REQUIRE(files.write(expected, "", error));
  }
  BOOST_TEST(files.free_name(1) == data_files::export_name(1));
}

BOOST_AUTO_TEST_CASE(absolute_paths_of_files) {
  test::temporary_folder folder;
  const auto path = std::filesystem::canonical(folder.path());
  std::filesystem::create_directories(path / "etc" / "conf");
  std::filesystem::create_directory_symlink(path / "etc" / "conf", path / "conf");
  const data_files files{(path / "conf" / ".." / "data").string()}; // beside what the link leads to
  std::string error;
  BOOST_TEST_REQUIRE(files.write("a.json", "x", error));
  BOOST_TEST(files.absolute_path("a.json") == (path / "etc" / "data" / "a.json").string());
  BOOST_TEST(!files.write("b.json", std::string(data_files::largest + 1, ' '), error));
  BOOST_TEST(error == "efbig");
}

BOOST_AUTO_TEST_SUITE_END()
