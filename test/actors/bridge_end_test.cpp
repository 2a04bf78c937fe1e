// A bridge that ends: who has given it messages has an answer, also while the store has yet to write them.
#include "actors/bridge/io_loop.hpp"
#include "support/wait.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/store_messages.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>

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

  auto forward(const char* payload) {
    mqtt::message_parts parts;
    parts.topic = "t";
    parts.payload = payload;
    return self->request(actor, 10s, forward_messages{{mqtt::message::make(parts)}});
  }

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

BOOST_AUTO_TEST_SUITE_END()
