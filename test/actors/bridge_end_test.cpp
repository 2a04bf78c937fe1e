// A bridge that ends: who has given it messages has an answer, also while the store has yet to write them.
// What it has kept goes with the next one of its name, or is erased.
#include "actors/bridge/bridge_rows.hpp"
#include "actors/bridge/io_loop.hpp"
#include "support/wait.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/store_messages.hpp"
#include "troupe/mqtt/stored_message.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <mutex>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What a store was asked to do, which it never says that it has done.
class silent_book {
public:
  void add(const store_write& w) {
    const std::scoped_lock lock{mutex_};
    changes_.insert(changes_.end(), w.changes.begin(), w.changes.end());
  }
  std::vector<store_change> changes() const {
    const std::scoped_lock lock{mutex_};
    return changes_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<store_change> changes_;
};

store_actor::behavior_type silent_store(store_actor::pointer self, std::shared_ptr<silent_book> book) {
  return {[self, book](const store_write& w) {
            book->add(w);
            return self->make_response_promise<store_written>();
          },
          [](const store_scan&) { return store_page{}; }, [](const watch_store&) {},
          [](const store_commit&) {}};
}

mqtt::message_ptr parcel(const char* payload) {
  mqtt::message_parts parts;
  parts.topic = "t";
  parts.payload = payload;
  return mqtt::message::make(parts);
}

struct lonely_bridge {
  explicit lonely_bridge(bool disk_cache)
      : store(system.spawn(silent_store, book)), loop(std::make_shared<io_loop>(system)) {
    bridge_settings s;
    s.name = "b";
    s.host = "127.0.0.1";
    s.port = 1; // nobody is there
    s.disk_cache = disk_cache;
    actor = spawn_bridge({system, loop, {}, store, {}}, s);
  }

  ~lonely_bridge() {
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    self->send_exit(store, caf::exit_reason::user_shutdown);
    loop->stop();
  }

  auto forward(const char* payload) { return self->request(actor, 10s, forward_messages{{parcel(payload)}}); }

  caf::actor_system_config configuration;
  caf::actor_system system{configuration};
  std::shared_ptr<silent_book> book = std::make_shared<silent_book>();
  store_actor store;
  std::shared_ptr<io_loop> loop;
  bridge_actor actor;
  caf::scoped_actor self{system};
};

template <class Answer>
messages_forwarded answer_of(Answer&& given) {
  messages_forwarded out;
  given.receive([&](const messages_forwarded& m) { out = m; },
                [&](const caf::error&) { out.error = "no answer"; });
  return out;
}

/// Rows in memory.
struct row_book {
  std::mutex mutex;
  std::map<std::string, std::string> rows;

  std::size_t count() {
    const std::scoped_lock lock{mutex};
    return rows.size();
  }
};

store_actor::behavior_type map_store(store_actor::pointer, std::shared_ptr<row_book> book) {
  return {[book](const store_write& w) {
            const std::scoped_lock lock{book->mutex};
            for (const auto& c : w.changes)
              if (c.value)
                book->rows[c.key] = *c.value;
              else
                book->rows.erase(c.key);
            return store_written{};
          },
          [book](const store_scan& q) {
            const std::scoped_lock lock{book->mutex};
            store_page page;
            for (auto i = book->rows.upper_bound(q.after); i != book->rows.end() && page.rows.size() < 2; ++i)
              page.rows.emplace_back(*i);
            page.done = page.rows.size() < 2;
            return page;
          },
          [](const watch_store&) {}, [](const store_commit&) {}};
}

struct kept_rows {
  kept_rows() : store(system.spawn(map_store, book)) {
    for (std::uint64_t number = 1; number <= 5; ++number)
      for (const char* name : {"a", "b", "c"})
        book->rows[bridge_row_key(name, number)] = mqtt::encode_stored(*parcel("x"));
  }
  ~kept_rows() { self->send_exit(store, caf::exit_reason::user_shutdown); }

  std::size_t count(const char* bridge) {
    const std::scoped_lock lock{book->mutex};
    return static_cast<std::size_t>(std::count_if(book->rows.begin(), book->rows.end(), [&](const auto& row) {
      return bridge_row_number(bridge, row.first).has_value();
    }));
  }

  caf::actor_system_config configuration;
  caf::actor_system system{configuration};
  std::shared_ptr<row_book> book = std::make_shared<row_book>();
  store_actor store;
  caf::scoped_actor self{system};
};

} // namespace

BOOST_AUTO_TEST_SUITE(ends_of_bridges)

BOOST_AUTO_TEST_CASE(the_end_answers_what_the_store_has_yet_to_write) {
  lonely_bridge b{true};
  auto first = b.forward("1");
  auto second = b.forward("2");
  BOOST_TEST(eventually([&] { return b.book->changes().size() == 2; }));
  b.self->send_exit(b.actor, caf::exit_reason::user_shutdown);
  for (auto* given : {&first, &second}) {
    const auto answer = answer_of(*given);
    BOOST_TEST(answer.error == "the bridge has ended before they were on disk");
    BOOST_TEST(answer.refused == 1u);
  }
}

// It ends after the bridge, which may write until then, and leaves the rows of others alone.
BOOST_FIXTURE_TEST_CASE(a_deleted_bridge_leaves_nothing, kept_rows) {
  const auto bridge = self->spawn([](caf::event_based_actor* still_there) -> caf::behavior {
    still_there->set_default_handler(caf::drop);
    return {[](int) {}};
  });
  const auto loop = std::make_shared<io_loop>(system);
  loop->succeed("b", bridge.address());
  spawn_bridge_eraser({system, loop, {}, store, {}}, "b"); // nobody holds it
  BOOST_TEST(count("b") == 5u);
  self->send_exit(bridge, caf::exit_reason::user_shutdown);
  BOOST_TEST(eventually([&] { return count("b") == 0; }));
  BOOST_TEST(count("a") == 5u);
  BOOST_TEST(count("b") == 0u);
  BOOST_TEST(count("c") == 5u);
}

// Its disk cache has been switched off: what is there still waits for the other broker, and no more comes.
BOOST_FIXTURE_TEST_CASE(without_a_disk_cache_it_has_what_was_kept, kept_rows) {
  const auto loop = std::make_shared<io_loop>(system);
  bridge_settings s;
  s.name = "b";
  s.host = "127.0.0.1";
  s.port = 1;
  const auto bridge = spawn_bridge({system, loop, {}, store, {}}, s);
  const auto answer = answer_of(self->request(bridge, 10s, forward_messages{{parcel("new")}}));
  BOOST_TEST(answer.error == "");
  self->request(bridge, 10s, backend_query{})
      .receive([](const backend_figures& f) { BOOST_TEST(f.waiting == 6u); },
               [](const caf::error&) { BOOST_TEST(false); });
  BOOST_TEST(count("b") == 5u);
  self->send_exit(bridge, caf::exit_reason::user_shutdown);
  self->wait_for(bridge);
  loop->stop();
}

// Two changes, one right after the other: what waits goes through the second bridge to the third, before what
// comes meanwhile, which any of them takes.
BOOST_FIXTURE_TEST_CASE(one_that_retires_leaves_what_waits, kept_rows) {
  const auto loop = std::make_shared<io_loop>(system);
  bridge_settings s;
  s.name = "new";
  s.host = "127.0.0.1";
  s.port = 1;
  const auto spawn = [&](bool disk_cache) {
    s.disk_cache = disk_cache;
    return spawn_bridge({system, loop, {}, store, {}}, s);
  };
  const auto forward = [&](const bridge_actor& to, const char* payload) {
    BOOST_TEST(answer_of(self->request(to, 10s, forward_messages{{parcel(payload)}})).error == "");
  };
  const auto retire = [&](const bridge_actor& which, const bridge_actor& next) {
    self->send(which, retire_pool{caf::actor_cast<caf::strong_actor_ptr>(next)});
  };
  const auto first = spawn(false);
  forward(first, "1");
  forward(first, "2");
  const auto second = spawn(false), third = spawn(true);
  retire(second, third);
  self->send_exit(second, caf::exit_reason::user_shutdown);
  retire(first, second);
  forward(first, "3"); // by way of those behind it
  BOOST_TEST(eventually([&] { return count("new") == 3; }));
  self->send_exit(first, caf::exit_reason::user_shutdown);
  self->wait_for(first);
  self->wait_for(second); // which had been told before
  std::string payloads;   // by their numbers
  {
    const std::scoped_lock lock{book->mutex};
    for (const auto& [key, value] : book->rows)
      if (bridge_row_number("new", key))
        payloads += mqtt::decode_stored(value)->payload();
  }
  BOOST_TEST(payloads == "123");
  self->send_exit(third, caf::exit_reason::user_shutdown);
  self->wait_for(third);
  loop->stop();
}

BOOST_AUTO_TEST_SUITE_END()
