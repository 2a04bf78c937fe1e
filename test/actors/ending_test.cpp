// The end of actors: those that do not end in time are left behind.
#include "actors/node/ending.hpp"
#include "support/gate.hpp"
#include "support/wait.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <memory>
#include <utility>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using clock = ending::clock;

struct counts {
  std::atomic<int> at_gate{0}, gone{0};
};

// Passes the gate for each number.
class passing final : public caf::event_based_actor {
public:
  passing(caf::actor_config& c, std::shared_ptr<test::gate> g, std::shared_ptr<counts> of)
      : caf::event_based_actor(c), gate_(std::move(g)), counts_(std::move(of)) {}

  void on_exit() override { ++counts_->gone; }

protected:
  caf::behavior make_behavior() override {
    return {[this](int) {
      ++counts_->at_gate;
      gate_->pass();
    }};
  }

private:
  std::shared_ptr<test::gate> gate_;
  std::shared_ptr<counts> counts_;
};

struct with_actors {
  caf::actor spawn() { return system.spawn<passing>(gate, seen); }

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<test::gate> gate = std::make_shared<test::gate>();
  std::shared_ptr<counts> seen = std::make_shared<counts>();
};

} // namespace

BOOST_AUTO_TEST_SUITE(end_of_actors)

BOOST_FIXTURE_TEST_CASE(all_are_gone, with_actors) {
  ending all{system};
  for (int i = 0; i < 10; ++i)
    all.tell(spawn());
  all.tell(caf::actor{}); // there is none
  const auto over = spawn();
  caf::anon_send_exit(over, caf::exit_reason::kill);
  all.tell(over);
  const auto end = clock::now() + 20s;
  all.await(end);
  BOOST_TEST((clock::now() < end));
  BOOST_TEST(seen->gone == 11);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_busy_is_left_behind, with_actors) {
  const auto busy = spawn(), idle = spawn();
  gate->hold();
  caf::anon_send(busy, 1);
  BOOST_TEST_REQUIRE(test::eventually([this] { return seen->at_gate == 1; }));
  ending all{system};
  all.tell(busy);
  all.tell(idle);
  auto end = clock::now() + 50ms;
  all.await(end);
  BOOST_TEST((clock::now() >= end));
  all.await(clock::now() - 1s); // over already
  BOOST_TEST(seen->gone < 2);
  gate->let_go();
  end = clock::now() + 20s;
  all.await(end); // it goes when it can
  BOOST_TEST((clock::now() < end));
  BOOST_TEST(seen->gone == 2);
}

BOOST_AUTO_TEST_SUITE_END()
