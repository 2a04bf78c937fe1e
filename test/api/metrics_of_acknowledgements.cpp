// Metrics of acknowledgements that do not fit.
#include "api/metrics_rows.hpp"

namespace troupe::test {

namespace {

// A subscriber that has message 1 in flight, of this QoS.
void in_flight(scene& s, qos level) {
  s.open("s").subscribe("a", level);
  s.open("p").publish("a", "x", level);
  if (s["s"].expect<mqtt::publish>().packet_id != 1)
    throw unexpected{"the first packet id is not 1"};
}

void in_flight1(scene& s) { in_flight(s, qos::at_least_once); }
void in_flight2(scene& s) { in_flight(s, qos::exactly_once); }

void acknowledge(scene& s, packet_type type, std::uint16_t id) {
  s["s"].send_ack(type, id);
  s["s"].until_pingresp();
}

void open_s(scene& s) { s.open("s"); }

const figures pinged = in("pingreq") + out("pingresp");

} // namespace

std::vector<moved> moved_by_acknowledgements() {
  return {
      {"PUBACK of nothing",
       "",
       open_s,
       [](scene& s) { acknowledge(s, packet_type::puback, 9); },
       in("puback") + pinged + figures{{"packets.puback.missed", 1}},
       {}},
      {"PUBACK of a QoS 2 message",
       "",
       in_flight2,
       [](scene& s) { acknowledge(s, packet_type::puback, 1); },
       in("puback") + pinged + figures{{"packets.puback.inuse", 1}},
       {}},
      {"PUBREC of nothing",
       "",
       open_s,
       [](scene& s) { acknowledge(s, packet_type::pubrec, 9); },
       in("pubrec") + out("pubrel") + pinged + figures{{"packets.pubrec.missed", 1}},
       {}},
      {"PUBREC of a QoS 1 message",
       "",
       in_flight1,
       [](scene& s) { acknowledge(s, packet_type::pubrec, 1); },
       in("pubrec") + pinged + figures{{"packets.pubrec.inuse", 1}},
       {}},
      {"PUBREC once more",
       "",
       [](scene& s) {
         in_flight2(s);
         acknowledge(s, packet_type::pubrec, 1);
       },
       [](scene& s) { acknowledge(s, packet_type::pubrec, 1); },
       in("pubrec") + out("pubrel") + pinged + figures{{"packets.pubrec.inuse", 1}},
       {}},
      {"PUBREC of a client that does not want the message",
       "",
       in_flight2,
       [](scene& s) {
         s["s"].send_ack(packet_type::pubrec, 1, reason_code::quota_exceeded);
         s["s"].expect_nothing();
       },
       in("pubrec") + pinged + figures{{"messages.acked", 1}},
       {}},
      {"PUBREL of nothing",
       "",
       open_s,
       [](scene& s) { acknowledge(s, packet_type::pubrel, 9); },
       in("pubrel") + out("pubcomp") + pinged + figures{{"packets.pubrel.missed", 1}},
       {}},
      {"PUBCOMP of nothing",
       "",
       open_s,
       [](scene& s) { acknowledge(s, packet_type::pubcomp, 9); },
       in("pubcomp") + pinged + figures{{"packets.pubcomp.missed", 1}},
       {}},
      {"PUBCOMP before PUBREC",
       "",
       in_flight2,
       [](scene& s) { acknowledge(s, packet_type::pubcomp, 1); },
       in("pubcomp") + pinged + figures{{"packets.pubcomp.inuse", 1}},
       {}},
  };
}

} // namespace troupe::test
