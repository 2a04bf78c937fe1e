// The store actor: answers when the rows are there, and gathers what comes together.
#include "actors/fake_alarms.hpp"
#include "actors/store/database.hpp"
#include "full_disk.hpp"
#include "support/process.hpp"
#include "troupe/actors/broker.hpp"
#include "troupe/actors/store.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

using namespace troupe;
using troupe::test::temporary_folder;

namespace {

struct actor_fixture {
  system_config config{settings{}};
  caf::actor_system system{config};
  temporary_folder data;
  std::shared_ptr<database> rows;
  store_actor store;
  caf::scoped_actor self{system};

  actor_fixture() { start(); }
  ~actor_fixture() { stop(); }

  void start() {
    store_status status;
    rows = open_database(data.path() / "store", true, status);
    BOOST_TEST_REQUIRE(status.ok(), status.text);
    store = spawn_store(system, rows);
  }

  void stop() {
    self->send_exit(store, caf::exit_reason::user_shutdown);
    self->wait_for(store);
    store = nullptr;
    rows.reset();
  }

  auto put(const std::string& key, const std::string& value) {
    return self->request(store, std::chrono::seconds{20}, store_write{{{store_kind::apps, key, value}}});
  }

  store_page scan() {
    store_page result;
    self->request(store, std::chrono::seconds{20}, store_scan{store_kind::apps, {}, 10'000})
        .receive([&](store_page& page) { result = std::move(page); },
                 [](const caf::error&) { BOOST_TEST_REQUIRE(false); });
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_of_the_store, actor_fixture)

BOOST_AUTO_TEST_CASE(confirmed_rows_are_there_again) {
  store_status status{store_code::failed, {}};
  put("admin", "{}").receive([&](const store_written& w) { status = w.status; }, [](const caf::error&) {});
  BOOST_TEST(status.ok());
  stop();
  start();
  const auto page = scan();
  BOOST_TEST_REQUIRE(page.rows.size() == 1U);
  BOOST_TEST(page.rows[0].first == "admin");
  BOOST_TEST(page.rows[0].second == "{}");
}

BOOST_AUTO_TEST_CASE(a_scan_finds_what_was_written_before_it) {
  for (int i = 0; i < 10; ++i)
    self->send(store, store_write{{{store_kind::apps, std::to_string(i), "x"}}});
  BOOST_TEST(scan().rows.size() == 10U);
}

BOOST_AUTO_TEST_CASE(what_comes_together_shares_a_commit) {
  constexpr int count = 1'000;
  const std::string large(32 * 1024 * 1024, 'x'); // the others come while it is written
  BOOST_TEST(scan().rows.empty());
  self->send(store, store_write{{{store_kind::rules, "large", large}}});
  for (int i = 0; i < count; ++i)
    self->send(store, store_write{{{store_kind::apps, std::to_string(i), "x"}}});
  int confirmed = 0;
  self->receive_for(confirmed, count + 1)([](const store_written& w) { BOOST_TEST(w.status.ok()); });
  BOOST_TEST(rows->commits() < std::uint64_t{count} / 2);
  BOOST_TEST(scan().rows.size() == static_cast<std::size_t>(count));
}

BOOST_AUTO_TEST_CASE(a_bad_key_fails_alone) {
  self->send(store, store_write{{{store_kind::apps, "good", "x"}}});
  self->send(store, store_write{{{store_kind::apps, "", "x"}}});
  self->send(store, store_write{{{store_kind::apps, std::string(70'000, 'k'), "x"}}});
  int ok = 0, i = 0;
  self->receive_for(i, 3)([&](const store_written& w) { ok += w.status.ok() ? 1 : 0; });
  BOOST_TEST(ok == 1);
  BOOST_TEST(scan().rows.size() == 1U);
}

// Somebody may have cleared the alarm meanwhile.
BOOST_AUTO_TEST_CASE(each_failure_raises_the_alarm) {
  const auto book = std::make_shared<test::alarm_book>();
  const auto alarms = system.spawn(test::fake_alarms, book);
  self->send(store, watch_store{alarms});
  const auto kept = [&](const char* key) {
    bool ok = false;
    put(key, "x").receive([&](const store_written& w) { ok = w.status.ok(); },
                          [](const caf::error&) { BOOST_TEST_REQUIRE(false); });
    return ok;
  };
  BOOST_TEST(kept("before"));
  {
    test::full_disk now;
    BOOST_TEST(!kept("a"));
    BOOST_TEST(!kept("b"));
  }
  BOOST_TEST(kept("later"));
  BOOST_TEST(kept("last"));
  self->request(alarms, std::chrono::seconds{20}, alarm_query{})
      .receive([](const alarm_page&) {}, [](const caf::error&) { BOOST_TEST_REQUIRE(false); });
  BOOST_TEST((book->entries() == std::vector<std::string>{"raise ", "raise ", "clear "}));
  self->send_exit(alarms, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(the_end_writes_what_has_come) {
  for (int i = 0; i < 100; ++i)
    caf::anon_send(store, store_write{{{store_kind::apps, std::to_string(i), "x"}}});
  stop();
  start();
  BOOST_TEST(scan().rows.size() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()
