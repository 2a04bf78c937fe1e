#include "protocol/v3_fixture.hpp"

namespace troupe::test {

mqtt_client joined(protocol_version version, std::string_view client_id, unsigned flags,
                   std::string_view fields, bool session_present) {
  mqtt_client c{port(), version};
  exchange(c, wire::connect(version, client_id, flags, fields),
           wire::connack(session_present && version != v31, 0));
  return c;
}

mqtt_client joined(protocol_version version) { return joined(version, unique("client")); }

void exchange(mqtt_client& c, std::string_view bytes, std::string_view answer) {
  c.send_bytes(bytes);
  c.expect_bytes(answer);
}

void expect_quiet(mqtt_client& c) { exchange(c, wire::pingreq(), wire::pingresp()); }

void expect_only_fence(mqtt_client& c, std::string_view topic) {
  auto p = joined(v311);
  p.send_bytes(wire::publish(topic, "fence"));
  c.expect_bytes(wire::publish(topic, "fence"));
}

void expect_end_after(protocol_version version, std::string_view bytes) {
  auto c = joined(version);
  c.send_bytes(bytes);
  BOOST_CHECK_NO_THROW(c.expect_closed());
}

std::string will_fields(std::string_view topic, std::string_view message) {
  return wire::text(topic) + wire::text(message);
}

} // namespace troupe::test
