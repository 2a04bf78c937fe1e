// The system's clock is set while messages are under way: time-outs do not notice, dates do.
#include "client_machine_fixture.hpp"
#include "session_fixture.hpp"

using namespace troupe::mqtt;
using namespace troupe::mqtt::test;

namespace {

constexpr time_ms hour = 3'600'000;

} // namespace

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_FIXTURE_TEST_CASE(a_session_resends_in_time_whatever_the_date, session_fixture) {
  for (const auto set : {hour, -hour}) {
    session one{limits, metrics};
    std::vector<delivery> out;
    one.attach(protocol_version::v311, 65535, {start, start}, out);
    std::vector<delivery> batch{make("a", q1)};
    one.deliver(batch, {start, start});
    std::vector<delivery> second{make("b", q1)};
    one.deliver(second, {start + 10, start + 10 + set});
    BOOST_TEST(*one.next_tick() == start + limits.retry_interval);
    one.tick(start + limits.retry_interval - 1, out);
    BOOST_TEST(shown(out) == "");
    one.tick(start + limits.retry_interval, out);
    BOOST_TEST(shown(out) == "1*:a");
    BOOST_TEST(*one.next_tick() == start + 10 + limits.retry_interval);
  }
}

BOOST_FIXTURE_TEST_CASE(messages_expire_by_the_date, session_fixture) {
  limits.max_inflight = 1;
  attach();
  std::vector<delivery> batch{make("a", q1), make("b", q1, 60), make("c", q1, 2 * 3'600)};
  s.deliver(batch, {start, start});
  BOOST_TEST(shown(batch) == "1:a");
  BOOST_TEST(sent([&](auto& out) {
               s.on_puback(1, reason_code::success, {start + 1, start + hour}, out);
             }) == "2:c");
  BOOST_TEST(count(metric::delivery_dropped_expired) == 1U);
  std::vector<delivery> late{make("d", q0, 60)};
  s.deliver(late, {start + 2 * hour, start - hour}); // set back before it was sent
  BOOST_TEST(shown(late) == "0:d");
}

BOOST_FIXTURE_TEST_CASE(a_bridge_keeps_alive_in_time_whatever_the_date, remote_fixture) {
  begin();
  const auto at = [&](time_ms later, time_ms set) {
    machine.tick({begin_time + later, begin_time + later + set}, out, happened);
    return sent();
  };
  BOOST_TEST(at(1'000, hour) == "");
  BOOST_TEST(at(2'000, -hour) == "");
  BOOST_TEST(at(45'000, -hour) == "PINGREQ");
  BOOST_TEST(at(46'000, hour) == "");
  BOOST_TEST(happened.error == "");
  buffer bytes;
  encode(incoming("t", "x", q0), settings.version, bytes);
  machine.receive(bytes.view(), {begin_time + 47'000, begin_time + hour}, out, happened);
  BOOST_REQUIRE_EQUAL(happened.arrived.size(), 1U);
  BOOST_TEST(happened.arrived.front()->timestamp() == begin_time + hour);
}

BOOST_AUTO_TEST_SUITE_END()
