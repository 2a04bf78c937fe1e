// zone.*.force_shutdown_policy: who costs too much is ended, with what waits for it.
#include "protocol/fixture.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;

struct short_queue_broker : suite_broker {
  short_queue_broker()
      : suite_broker("zone.external.force_shutdown_policy = 10|0\nzone.external.max_inflight = 1\n") {}
};

struct small_heap_broker : suite_broker {
  small_heap_broker()
      : suite_broker("zone.external.force_shutdown_policy = 0|256KB\nzone.external.max_inflight = 1\n") {}
};

std::int64_t ended(std::string_view why) {
  const auto body = http_get(suite_broker::get().http_port(), "/api/v4/listeners").body;
  return body.find(why) == std::string::npos ? 0 : number_in(body, why);
}

bool has_session(const std::string& client_id) {
  const auto body = http_get(suite_broker::get().http_port(), "/api/v4/clients/" + client_id).body;
  return body.find(client_id) != std::string::npos;
}

// A subscriber that acknowledges nothing, and what is published to it, until it is ended.
void overload(const std::string& id, std::size_t payload_size, std::string_view why) {
  auto victim = client(persistent(id));
  victim.subscribe(id, qos1);
  auto publisher = client();
  for (int i = 0; i < 200 && ended(why) == 0; ++i)
    publisher.publish(id, std::string(payload_size, 'x'), qos1);
  BOOST_TEST(ended(why) == 1);
  BOOST_TEST(!has_session(id));
  victim.expect<mqtt::publish>(); // the only one that may be on its way
  victim.expect_disconnect(reason_code::quota_exceeded);
  publisher.expect_nothing(); // nobody else is concerned
}

} // namespace

BOOST_AUTO_TEST_SUITE(shutdown_by_queue, *boost::unit_test::fixture<short_queue_broker>())

BOOST_AUTO_TEST_CASE(too_many_messages_wait) { overload("overloaded", 1, "message_queue_too_long"); }

// The queue may be longer while nobody is connected: there its own bounds hold.
BOOST_AUTO_TEST_CASE(a_detached_session_is_not_ended) {
  auto away = client(persistent("away"));
  away.subscribe("away", qos1);
  away.disconnect();
  auto publisher = client();
  for (int i = 0; i < 30; ++i)
    publisher.publish("away", "x", qos1);
  BOOST_TEST(has_session("away"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shutdown_by_heap, *boost::unit_test::fixture<small_heap_broker>())

BOOST_AUTO_TEST_CASE(too_much_memory_is_held) { overload("heavy", 16 * 1024, "proc_heap_too_large"); }

BOOST_AUTO_TEST_SUITE_END()
