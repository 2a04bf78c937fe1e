// The packets of packet_corpus.hpp that must be accepted.
#pragma once

namespace troupe::mqtt::test {
namespace corpus {

// clang-format off
inline constexpr good_packet good_packets[] = {
  // -- CONNECT ---------------------------------------------------------------------------------------------------
  {"3.1 CONNECT", v31, client, "10 * <MQIsdp> 03 02 003C <c1>", "CONNECT v3 clean keep=60 id=c1"},
  {"3.1 bridge", v31, client, "10 * <MQIsdp> 83 00 003C <c1>", "CONNECT v3 bridge keep=60 id=c1"},
  {"3.1 flags without user name and password (3.1 section 3.1)", v31, client,
   "10 * <MQIsdp> 03 C2 003C <c1>", "CONNECT v3 clean keep=60 id=c1", false},
  {"3.1 flags of the first byte, not used", v31, client, "1F * <MQIsdp> 03 02 003C <c1>",
   "CONNECT v3 clean keep=60 id=c1", false},
  {"3.1 CONNECT before its version is known", v4, client, "18 * <MQIsdp> 03 02 003C <c1>",
   "CONNECT v3 clean keep=60 id=c1", false},
  {"3.1 reserved connect flag, not used", v31, client, "10 * <MQIsdp> 03 03 003C <c1>",
   "CONNECT v3 clean keep=60 id=c1", false},
  {"3.1 flag without password", v31, client,
   "10 * <MQIsdp> 03 C2 003C <c1> <u>", "CONNECT v3 clean keep=60 id=c1 user=u", false},
  {"3.1.1 CONNECT", v4, client, "10 * <MQTT> 04 00 0000 <test>", "CONNECT v4 keep=0 id=test"},
  {"3.1.1 bridge", v4, client, "10 * <MQTT> 84 02 FFFF <b>", "CONNECT v4 bridge clean keep=65535 id=b"},
  {"3.1.1 all fields", v4, client, "10 * <MQTT> 04 EE 000A <id> <w/t> <bye> <user> <pass>",
   "CONNECT v4 clean keep=10 id=id user=user password=pass will qos1 retain topic=w/t payload=bye"},
  {"3.1.1 empty client id", v4, client, "10 * <MQTT> 04 02 003C <>", "CONNECT v4 clean keep=60 id="},
  {"3.1.1 empty will message, user name and password", v4, client,
   "10 * <MQTT> 04 D4 0001 <a> <w> <> <> <>", "CONNECT v4 keep=1 id=a user= password= will qos2 topic=w payload="},
  {"3.1.1 CONNECT on a connection that is set up for 5.0", v5, client,
   "10 * <MQTT> 04 02 003C <a>", "CONNECT v4 clean keep=60 id=a"},
  {"5.0 CONNECT on a connection that is set up for 3.1.1", v4, client,
   "10 * <MQTT> 05 02 003C () <a>", "CONNECT v5 clean keep=60 id=a"},
  {"5.0 password without user name (section 3.1.2.9)", v5, client,
   "10 * <MQTT> 05 42 003C () <a> <p>", "CONNECT v5 clean keep=60 id=a password=p"},
  {"5.0 all properties", v5, client,
   "10 * <MQTT> 05 02 003C (11 FFFFFFFF 21 0001 27 00000100 22 0005 19 01 17 00 26 <k><v> 26 <k><w> 15 <SCRAM> 16 <x>) <a>",
   "CONNECT v5 clean keep=60 id=a {11:4294967295 21:1 27:256 22:5 19:1 17:0 26:k=v 26:k=w 15:SCRAM 16:x}"},
  {"5.0 will with all properties", v5, client,
   "10 * <MQTT> 05 36 003C () <a> (18 00000005 01 01 02 0000003C 03 <text> 08 <re/ply> 09 <01> 26 <n><v>) <w/t> <bye>",
   "CONNECT v5 clean keep=60 id=a will qos2 retain topic=w/t payload=bye "
   "{18:5 01:1 02:60 03:text 08:re/ply 09:01 26:n=v}"},
  {"5.0 empty user property", v5, client, "10 * <MQTT> 05 00 0000 (26 <> <>) <>",
   "CONNECT v5 keep=0 id= {26:=}"},

  // -- CONNACK ---------------------------------------------------------------------------------------------------
  {"3.1 CONNACK", v31, server, "20 02 00 00", "CONNACK 00"},
  {"3.1 CONNACK, flags not used", v31, server, "2F 02 00 00", "CONNACK 00", false},
  {"3.1 CONNACK, first byte not used", v31, server, "20 02 01 05", "CONNACK 87", false},
  {"3.1.1 CONNACK session present", v4, server, "20 02 01 00", "CONNACK present 00"},
  {"3.1.1 return code 1", v4, server, "20 02 00 01", "CONNACK 84"},
  {"3.1.1 return code 2", v4, server, "20 02 00 02", "CONNACK 85"},
  {"3.1.1 return code 3", v4, server, "20 02 00 03", "CONNACK 88"},
  {"3.1.1 return code 4", v4, server, "20 02 00 04", "CONNACK 86"},
  {"3.1.1 return code 5", v4, server, "20 02 00 05", "CONNACK 87"},
  {"5.0 CONNACK", v5, server, "20 03 01 00 00", "CONNACK present 00"},
  {"5.0 CONNACK refusal", v5, server, "20 * 00 87 (1F <no>)", "CONNACK 87 {1F:no}"},
  {"5.0 CONNACK all properties", v5, server,
   "20 * 00 00 (11 00000001 21 0064 24 01 25 01 27 00100000 12 <auto> 22 FFFF 1F <ok> 26 <a><b> 28 01 29 01 2A 00 "
   "13 003C 1A <i> 1C <s> 15 <m> 16 <>)",
   "CONNACK 00 {11:1 21:100 24:1 25:1 27:1048576 12:auto 22:65535 1F:ok 26:a=b 28:1 29:1 2A:0 13:60 1A:i 1C:s 15:m 16:}"},

  // -- PUBLISH ---------------------------------------------------------------------------------------------------
  {"QoS 0", v4, client, "30 * <a/b> 'hello'", "PUBLISH qos0 topic=a/b payload=hello"},
  {"QoS 0 from the server", v4, server, "31 * <a/b> 'hello'", "PUBLISH qos0 retain topic=a/b payload=hello"},
  {"QoS 1 dup retain", v4, client, "3B * <a/b> 000A 'hello'", "PUBLISH qos1 dup retain #10 topic=a/b payload=hello"},
  {"QoS 2", v31, client, "34 * <a> FFFF 'x'", "PUBLISH qos2 #65535 topic=a payload=x"},
  {"3.1 QoS 0, DUP not used", v31, client, "39 * <a> 'x'", "PUBLISH qos0 retain topic=a payload=x", false},
  {"no payload", v4, client, "30 03 <a>", "PUBLISH qos0 topic=a payload="},
  {"$ and blanks in a topic", v4, client, "30 * <$SYS/a b/>", "PUBLISH qos0 topic=$SYS/a b/ payload="},
  {"U+FEFF is kept [MQTT-1.5.4-3]", v4, client, "30 * 0004 EFBBBF 61", "PUBLISH qos0 topic=\xEF\xBB\xBF" "a payload="},
  {"5.0 without properties", v5, client, "32 * <a/b> 0001 () 'hi'", "PUBLISH qos1 #1 topic=a/b payload=hi"},
  {"5.0 all properties of a client", v5, client,
   "30 * <a/b> (01 01 02 0000000A 23 0003 08 <r> 09 <c> 26 <a><b> 26 <a><b> 03 <t>) 'hi'",
   "PUBLISH qos0 topic=a/b payload=hi {01:1 02:10 23:3 08:r 09:c 26:a=b 26:a=b 03:t}"},
  {"5.0 alias alone", v5, client, "30 * <> (23 0001) 'hi'", "PUBLISH qos0 topic= payload=hi {23:1}"},
  {"5.0 subscription identifiers repeat", v5, server, "30 * <t> (0B 01 0B FFFFFF7F) 'hi'",
   "PUBLISH qos0 topic=t payload=hi {0B:1 0B:268435455}"},

  // -- acknowledgements of PUBLISH ---------------------------------------------------------------------------------
  {"PUBACK", v4, client, "40 02 0001", "PUBACK #1 00"},
  {"PUBREC", v31, server, "50 02 0002", "PUBREC #2 00"},
  {"PUBREL", v4, client, "62 02 0003", "PUBREL #3 00"},
  {"3.1 PUBREL resent (3.1 section 2.1)", v31, client, "6A 02 0003", "PUBREL #3 00", false},
  {"3.1 PUBREL, RETAIN not used", v31, client, "6B 02 0003", "PUBREL #3 00", false},
  {"3.1 PUBREL of QoS 0", v31, client, "60 02 0003", "PUBREL #3 00", false},
  {"3.1 PUBACK, flags not used", v31, client, "48 02 0003", "PUBACK #3 00", false},
  {"3.1 PUBREC, flags not used", v31, client, "58 02 0003", "PUBREC #3 00", false},
  {"3.1 PUBCOMP, flags not used", v31, client, "7F 02 0003", "PUBCOMP #3 00", false},
  {"PUBCOMP", v4, server, "70 02 FFFF", "PUBCOMP #65535 00"},
  {"5.0 PUBACK of length 2", v5, client, "40 02 0001", "PUBACK #1 00"},
  {"5.0 PUBACK of length 3", v5, client, "40 03 0001 10", "PUBACK #1 10"},
  {"5.0 PUBACK of length 3, success", v5, client, "40 03 0001 00", "PUBACK #1 00", false},
  {"5.0 PUBACK of length 4", v5, client, "40 04 0001 87 00", "PUBACK #1 87", false},
  {"5.0 PUBREC with properties", v5, server, "50 * 0001 97 (1F <full> 26 <a><b>)", "PUBREC #1 97 {1F:full 26:a=b}"},
  {"5.0 PUBREL", v5, server, "62 03 0001 92", "PUBREL #1 92"},
  {"5.0 PUBCOMP success with properties", v5, client, "70 * 0001 00 (26 <a><b>)", "PUBCOMP #1 00 {26:a=b}"},

  // -- SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK ------------------------------------------------------------------
  {"SUBSCRIBE", v4, client, "82 * 0001 <a/#> 00 <+/b> 02", "SUBSCRIBE #1 a/# qos0 +/b qos2"},
  {"3.1 SUBSCRIBE resent", v31, client, "8A * 0001 <a> 01", "SUBSCRIBE #1 a qos1", false},
  {"3.1 SUBSCRIBE, flags and options not used", v31, client, "83 * 0001 <a> FD <b> 30",
   "SUBSCRIBE #1 a qos1 b qos0", false},
  {"5.0 SUBSCRIBE", v5, client, "82 * 0001 () <a> 2E <b> 11 <c> 08", "SUBSCRIBE #1 a qos2 nl rap rh2 b qos1 rh1 c qos0 rap"},
  {"5.0 SUBSCRIBE with properties", v5, client, "82 * 0001 (0B 8001 26 <a><b>) <$share/g/a> 01",
   "SUBSCRIBE #1 {0B:128 26:a=b} $share/g/a qos1"},
  {"SUBACK", v4, server, "90 * 0001 00 01 02 80", "SUBACK #1 00 01 02 80"},
  {"5.0 SUBACK", v5, server, "90 * 0001 (1F <r>) 02 87 8F 97 9E A1 A2", "SUBACK #1 {1F:r} 02 87 8F 97 9E A1 A2"},
  {"UNSUBSCRIBE", v4, client, "A2 * 0001 <a/#> <b>", "UNSUBSCRIBE #1 a/# b"},
  {"3.1 UNSUBSCRIBE resent", v31, client, "AA * 0001 <a>", "UNSUBSCRIBE #1 a", false},
  {"5.0 UNSUBSCRIBE", v5, client, "A2 * 0001 (26 <a><b>) <b>", "UNSUBSCRIBE #1 {26:a=b} b"},
  {"UNSUBACK", v4, server, "B0 02 0001", "UNSUBACK #1"},
  {"5.0 UNSUBACK", v5, server, "B0 * 0001 () 00 11 87", "UNSUBACK #1 00 11 87"},

  // -- PINGREQ, PINGRESP, DISCONNECT, AUTH ------------------------------------------------------------------------
  {"3.1 PINGREQ, flags not used", v31, client, "C9 00", "PINGREQ", false},
  {"3.1 PINGRESP, flags not used", v31, server, "D8 00", "PINGRESP", false},
  {"3.1 DISCONNECT, flags not used", v31, client, "E8 00", "DISCONNECT 00", false},
  {"PINGREQ", v4, client, "C0 00", "PINGREQ"},
  {"PINGRESP", v5, server, "D0 00", "PINGRESP"},
  {"DISCONNECT", v4, client, "E0 00", "DISCONNECT 00"},
  {"5.0 DISCONNECT of length 0", v5, client, "E0 00", "DISCONNECT 00"},
  {"5.0 DISCONNECT of length 1", v5, client, "E0 01 04", "DISCONNECT 04"},
  {"5.0 DISCONNECT of length 2", v5, client, "E0 02 04 00", "DISCONNECT 04", false},
  {"5.0 DISCONNECT of a client", v5, client, "E0 * 00 (11 00000000 1F <r> 26 <a><b>)", "DISCONNECT 00 {11:0 1F:r 26:a=b}"},
  {"5.0 DISCONNECT of a server", v5, server, "E0 * 9D (1C <other>)", "DISCONNECT 9D {1C:other}"},
  {"AUTH continue", v5, client, "F0 * 18 (15 <m> 16 <d> 1F <r> 26 <a><b>)", "AUTH 18 {15:m 16:d 1F:r 26:a=b}"},
  {"AUTH again", v5, client, "F0 * 19 (15 <m>)", "AUTH 19 {15:m}"},
  {"AUTH success of length 0", v5, server, "F0 00", "AUTH 00"},
  {"AUTH success", v5, server, "F0 * 00 (15 <m>)", "AUTH 00 {15:m}"},
};
// clang-format on

} // namespace corpus

using corpus::good_packets;

} // namespace troupe::mqtt::test
