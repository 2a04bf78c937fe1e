// The actor that keeps the bans: what the store and the shards get of a change, and in which order.
#include "actors/fake_node.hpp"
#include "actors/slow_store.hpp"
#include "troupe/actors/ban_record.hpp"
#include "troupe/actors/banned.hpp"
#include "troupe/actors/time_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>

using namespace troupe;
using namespace troupe::test;

namespace {

// A store whose answers a test decides.
struct kept_rows {
  std::map<std::string, std::string> rows;
  bool works = true;
};

store_actor::behavior_type recording_store(store_actor::pointer, std::shared_ptr<kept_rows> kept) {
  return {[kept](const store_write& w) {
            if (!kept->works)
              return store_written{{store_code::full, "no space left"}};
            for (const auto& c : w.changes)
              if (c.value)
                kept->rows[c.key] = *c.value;
              else
                kept->rows.erase(c.key);
            return store_written{};
          },
          [](const store_scan&) { return store_page{}; }, [](const store_commit&) {},
          [](const watch_store&) {}};
}

// Writes down of whom an alarm is raised or cleared.
alarms_actor::behavior_type noting_alarms(alarms_actor::pointer,
                                          std::shared_ptr<std::vector<std::string>> noted) {
  return {[noted](const raise_alarm& m) { noted->push_back("+" + m.subject); },
          [noted](const clear_alarm& m) { noted->push_back("-" + m.subject); },
          [](const alarm_query&) { return alarm_page{}; },
          [](const deactivate_alarm&) { return outcome{}; },
          [](const forget_alarms&) { return outcome{}; },
          [](const sweep_tick&) {}};
}

mqtt::ban ban_of(std::string who, std::int64_t until) {
  mqtt::ban b;
  b.who = std::move(who);
  b.until = until;
  return b;
}

struct ban_node : fake_node {
  ban_node() { start(); }
  ~ban_node() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(where.store, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(where.alarms, caf::exit_reason::user_shutdown);
  }

  // What the alarms were told so far.
  std::vector<std::string> alarms() {
    total();
    ask_actor<alarm_page>(system(), where.alarms, alarm_query{});
    return *noted;
  }

  void run(const stored_bans& stored = {}) { run(stored, system().spawn(recording_store, kept)); }

  void run(const stored_bans& stored, store_actor store) {
    where.store = std::move(store);
    where.alarms = system().spawn(noting_alarms, noted);
    actor = spawn_banned(system(), *config, where, stored, gauges);
  }

  template <class Answer, class Question>
  Answer ask_banned(Question question) {
    return ask_actor<Answer>(system(), actor, std::move(question));
  }

  std::string add(const std::string& who, std::int64_t until) {
    return ask_banned<outcome>(add_ban{ban_of(who, until)}).message;
  }

  bool shards_ban(const std::string& who) {
    for (const auto& s : shards)
      if (s->bans.find(mqtt::ban_kind::clientid, who) == nullptr)
        return false;
    return true;
  }

  std::size_t total() { return ask_banned<ban_page>(ban_query{0, 10}).total; }

  std::shared_ptr<kept_rows> kept = std::make_shared<kept_rows>();
  std::shared_ptr<std::vector<std::string>> noted = std::make_shared<std::vector<std::string>>();
  banned_actor actor;
};

const std::int64_t now = now_ms() / 1000;

} // namespace

BOOST_AUTO_TEST_SUITE(ban_actor)

BOOST_FIXTURE_TEST_CASE(an_answer_means_that_all_know, ban_node) {
  run();
  BOOST_TEST(add("a", now + 100) == "");
  BOOST_TEST(shards_ban("a"));
  BOOST_TEST_REQUIRE(kept->rows.count("ca") == 1U);
  BOOST_TEST(kept->rows.at("ca") == boost::json::serialize(to_record(ban_of("a", now + 100))));
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "a"}).code == 0);
  BOOST_TEST(!shards_ban("a"));
  BOOST_TEST(kept->rows.empty());
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "a"}).code == 0);
}

// The ban holds where it can, and over a restart.
BOOST_FIXTURE_TEST_CASE(a_silent_shard_may_let_in, ban_node) {
  run();
  end_shard(1);
  BOOST_TEST(add("a", now + 100) == "not all shards have answered yet");
  BOOST_TEST((shards[0]->bans.find(mqtt::ban_kind::clientid, "a") != nullptr));
  BOOST_TEST(kept->rows.count("ca") == 1U);
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "a"}).code == 102);
  BOOST_TEST((shards[0]->bans.find(mqtt::ban_kind::clientid, "a") == nullptr));
  BOOST_TEST(kept->rows.empty());
}

BOOST_FIXTURE_TEST_CASE(what_the_store_cannot_keep_is_not_made, ban_node) {
  run();
  BOOST_TEST(add("a", now + 100) == "");
  kept->works = false;
  BOOST_TEST(add("b", now + 100) == "no space left");
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "a"}).message == "no space left");
  BOOST_TEST(shards_ban("a"));
  BOOST_TEST(!shards_ban("b"));
  BOOST_TEST(total() == 1U);
}

// What comes after it is not built on it.
BOOST_FIXTURE_TEST_CASE(the_first_of_two_is_not_kept, ban_node) {
  const auto rows = std::make_shared<slow_rows>();
  run({}, system().spawn(slow_store, rows));
  for (const char* who : {"a", "b"})
    BOOST_TEST(add(who, now + 100) == "");
  rows->holds = true;
  {
    constexpr std::chrono::seconds patience{20};
    caf::scoped_actor self{system()};
    const auto failed = [&](const caf::error& e) { throw std::runtime_error(system().render(e)); };
    auto first = self->request(actor, patience, remove_ban{mqtt::ban_kind::clientid, "a"});
    auto second = self->request(actor, patience, add_ban{ban_of("a", now + 200)});
    auto third = self->request(actor, patience, remove_ban{mqtt::ban_kind::clientid, "b"});
    ask_banned<ban_page>(ban_query{0, 10}); // all have come
    self->send(where.store, store_commit{});
    first.receive([](const outcome& o) { BOOST_TEST(o.code == 102); }, failed);
    second.receive([](const outcome& o) { BOOST_TEST(o.code == 0); }, failed);
    third.receive([](const outcome& o) { BOOST_TEST(o.code == 0); }, failed);
  }
  const auto page = ask_banned<ban_page>(ban_query{0, 10});
  BOOST_TEST_REQUIRE(page.rows.size() == 1U);
  BOOST_TEST(page.rows[0]->until == now + 200);
  BOOST_TEST(!shards_ban("b"));
  BOOST_TEST_REQUIRE(rows->rows.size() == 1U);
  BOOST_TEST(rows->rows.at("ca") == boost::json::serialize(to_record(*page.rows[0])));
}

BOOST_FIXTURE_TEST_CASE(shards_have_the_stored_ones_at_once, ban_node) {
  const auto record = boost::json::serialize(to_record(ban_of("a", now + 100)));
  run({{"ca", record}, {"cb", record}, {"cc", "{"}, {"cd", R"({"who":{"clientid":""},"until":5})"}});
  BOOST_TEST(total() == 1U); // by its key it is for another one, or it makes no sense
  ask("GET", "/clients");    // the routers have answered what came later
  BOOST_TEST(shards_ban("a"));
}

BOOST_FIXTURE_TEST_CASE(the_sweep, ban_node) {
  run({{"cold", boost::json::serialize(to_record(ban_of("old", now - 1)))}});
  kept->rows["cold"] = "x";
  BOOST_TEST(add("new", now + 100) == "");
  BOOST_TEST(total() == 2U);
  caf::anon_send(actor, sweep_tick{});
  BOOST_TEST(total() == 1U);
  BOOST_TEST(add("newer", now + 100) == ""); // the store has handled what came before
  BOOST_TEST(kept->rows.count("cold") == 0U);
  BOOST_TEST(!shards_ban("old"));
  BOOST_TEST(shards_ban("new"));
}

BOOST_FIXTURE_TEST_CASE(the_bound, ban_node) {
  config->bans.max_entries = 2;
  run();
  for (const char* who : {"a", "b"})
    BOOST_TEST(add(who, now + 100) == "");
  for (const char* who : {"c", "d"})
    BOOST_TEST(add(who, now + 100) == "too_many_bans");
  BOOST_TEST(gauges->bans_refused.load() == 2U);
  BOOST_TEST(add("a", now - 1) == ""); // a change of one that is there, which is over then
  BOOST_TEST(add("c", now + 100) == "");
  BOOST_TEST(gauges->bans_refused.load() == 2U);
  // By their memory, too.
  BOOST_TEST(add("b", now - 1) == "");
  BOOST_TEST(add(std::string(2'048, 'x'), now + 100) == "");
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "c"}).code == 0);
  BOOST_TEST(add("e", now + 100) == "too_many_bans");
}

BOOST_FIXTURE_TEST_CASE(a_new_one_outlives_the_sweep_of_the_old, ban_node) {
  run({{"ca", boost::json::serialize(to_record(ban_of("a", now - 1)))}});
  caf::scoped_actor self{system()};
  self->send(actor, add_ban{ban_of("a", now + 100)});
  self->send(actor, sweep_tick{}); // while the store may not have answered yet
  self->receive([](const outcome& o) { BOOST_TEST(o.code == 0); });
  BOOST_TEST(add("b", now + 100) == "");
  BOOST_TEST(kept->rows.count("ca") == 1U);
  BOOST_TEST(shards_ban("a"));
}

BOOST_FIXTURE_TEST_CASE(bans_of_the_detector, ban_node) {
  run();
  auto b = ban_of("f", now + 100);
  b.by = flapping_detector;
  BOOST_TEST(add("by hand", now + 100) == "");
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "f"}).code == 0);
  BOOST_TEST(ask_banned<outcome>(remove_ban{mqtt::ban_kind::clientid, "by hand"}).code == 0);
  b.who = "g";
  b.until = now;
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  caf::anon_send(actor, sweep_tick{}); // it is over
  BOOST_TEST((alarms() == std::vector<std::string>{"+f", "-f", "+g", "-g"}));
  // Who bans it by hand takes the alarm's matter into his own.
  b.who = "h";
  b.until = now + 100;
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(add("h", now + 200) == "");
  BOOST_TEST(alarms().back() == "-h");
  BOOST_TEST(shards_ban("h"));
  // One that somebody has made for longer stays.
  BOOST_TEST(add("long", now + 1'000) == "");
  b.who = "long";
  b.until = now + 100;
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(shards[0]->bans.find(mqtt::ban_kind::clientid, "long")->until == now + 1'000);
}

BOOST_FIXTURE_TEST_CASE(addresses_with_refused_logins, ban_node) {
  config->auth_failures = {3, std::chrono::minutes{1}, std::chrono::minutes{5}};
  run();
  const auto refuse = [this](const char* peer, int times) {
    for (int i = 0; i < times; ++i)
      caf::anon_send(actor, login_refused{peer});
    for (int i = 0; i < 2; ++i) // the ban is a message of the actor to itself
      BOOST_TEST(add("any", now + 100) == "");
  };
  refuse("10.0.0.1", 2);
  refuse("10.0.0.2", 2);
  BOOST_TEST(total() == 1U);
  refuse("10.0.0.1", 1);
  BOOST_TEST(total() == 2U);
  for (const auto& s : shards) {
    const auto* b = s->bans.find(mqtt::ban_kind::peerhost, "10.0.0.1");
    BOOST_TEST_REQUIRE((b != nullptr));
    BOOST_TEST(b->by == auth_failure_detector);
    BOOST_TEST(b->until == b->at + 300);
    BOOST_TEST(b->at >= now);
  }
  // One that somebody has made for longer stays.
  auto longer = ban_of("10.0.0.2", now + 10'000);
  longer.as = mqtt::ban_kind::peerhost;
  BOOST_TEST(ask_banned<outcome>(add_ban{longer}).code == 0);
  refuse("10.0.0.2", 4);
  BOOST_TEST(shards[0]->bans.find(mqtt::ban_kind::peerhost, "10.0.0.2")->until == now + 10'000);
  BOOST_TEST(alarms().empty()); // only flapping clients have alarms
}

BOOST_FIXTURE_TEST_CASE(a_detector_does_not_wait_for_the_store, ban_node) {
  run();
  kept->works = false;
  auto b = ban_of("f", now + 100);
  b.by = flapping_detector;
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(shards_ban("f"));
  kept->works = true;
  b.until = now + 200; // another shard has seen it, too
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(shards[0]->bans.find(mqtt::ban_kind::clientid, "f")->until == now + 100);
  BOOST_TEST(kept->rows.empty());
  b.who = "g";
  BOOST_TEST(ask_banned<outcome>(add_ban{b}).code == 0);
  BOOST_TEST(add("any", now + 100) == ""); // the store has handled what came before
  BOOST_TEST(kept->rows.count("cg") == 1U);
}

BOOST_AUTO_TEST_CASE(records) {
  mqtt::ban b = ban_of("10.0.0.1", 7);
  b.as = mqtt::ban_kind::peerhost;
  b.at = 5;
  const auto record = to_record(b);
  BOOST_TEST(boost::json::serialize(record) ==
             R"({"who":{"peerhost":"10.0.0.1"},"by":"user","reason":"undefined","at":5,"until":7})");
  const auto back = read_ban_record(record);
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(boost::json::serialize(to_record(*back)) == boost::json::serialize(record));
  for (const char* bad :
       {"5", "{}", R"({"who":"x","at":1,"until":2})", R"({"who":{},"at":1,"until":2})",
        R"({"who":{"clientid":"x","username":"y"},"at":1,"until":2})",
        R"({"who":{"clientid":5},"at":1,"until":2})", R"({"who":{"other":"x"},"at":1,"until":2})",
        R"({"who":{"clientid":""},"at":1,"until":2})", R"({"who":{"peerhost":"x"},"at":1,"until":2})",
        R"({"who":{"clientid":"x"},"at":1})", R"({"who":{"clientid":"x"},"at":1,"until":"2"})",
        R"({"who":{"clientid":"x"},"at":1,"until":2,"by":5})"})
    BOOST_TEST(!read_ban_record(boost::json::parse(bad)).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
