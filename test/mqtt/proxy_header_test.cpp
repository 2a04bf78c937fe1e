#include "support/proxy_headers.hpp"
#include "troupe/mqtt/proxy_header.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;
using namespace troupe::test;

namespace {

decode_result parse(std::string_view bytes, proxy_header& out) {
  const std::vector<char> exact(bytes.begin(), bytes.end()); // the sanitizer sees reads past its end
  return parse_proxy_header({exact.data(), exact.size()}, out);
}

/// "host port common_name" of a header, "-" for a host that is not given, or "bad".
std::string read(std::string_view header) {
  proxy_header out;
  const auto r = parse(std::string{header} + "\x10\x0c", out);
  if (r.status == decode_status::malformed) {
    BOOST_TEST(*r.detail != '\0');
    BOOST_TEST(out.host.empty());
    return "bad";
  }
  BOOST_TEST((r.status == decode_status::complete), "the header is whole");
  BOOST_TEST(r.size == header.size());
  for (std::size_t n = 0; n < header.size(); ++n) { // and no part of it is
    const auto part = parse(header.substr(0, n), out);
    BOOST_TEST((part.status == decode_status::need_more && part.size > n && part.size <= header.size()),
               n << " bytes of it");
  }
  parse(header, out);
  return (out.host.empty() ? "-" : out.host) + " " + std::to_string(out.port) +
         (out.common_name.empty() ? "" : " " + out.common_name);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxy_headers)

BOOST_AUTO_TEST_CASE(version_1) {
  BOOST_TEST(read("PROXY TCP4 203.0.113.7 192.0.2.1 40000 1883\r\n") == "203.0.113.7 40000");
  BOOST_TEST(read("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n") == "255.255.255.255 65535");
  BOOST_TEST(read("PROXY TCP6 2001:DB8:0:0::1 ::1 0 1\r\n") == "2001:db8::1 0");
  BOOST_TEST(read("PROXY TCP6 ::ffff:203.0.113.7 ::1 5 1\r\n") == "203.0.113.7 5");
  BOOST_TEST(read("PROXY UNKNOWN\r\n") == "- 0");
  BOOST_TEST(read("PROXY UNKNOWN ffff:f...f:ffff what ever 1 2\r\n") == "- 0");
}

BOOST_AUTO_TEST_CASE(the_longest_line_of_version_1) {
  const std::string start = "PROXY UNKNOWN ";
  BOOST_TEST(read(start + std::string(105 - start.size(), 'x') + "\r\n") == "- 0");
  BOOST_TEST(read(start + std::string(106 - start.size(), 'x') + "\r\n") == "bad");
}

BOOST_AUTO_TEST_CASE(bad_lines_of_version_1) {
  for (const char* bad : {
           "PROXY \r\n",
           "PROXY TCP4\r\n",
           "PROXY TCP5 203.0.113.7 192.0.2.1 40000 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 40000\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 40000 1883 \r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 40000 1883 7\r\n",
           "PROXY TCP4  203.0.113.7 192.0.2.1 40000 1883\r\n",
           "PROXY TCP4 203.0.113.256 192.0.2.1 40000 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2 40000 1883\r\n",
           "PROXY TCP4 ::1 ::1 40000 1883\r\n",
           "PROXY TCP6 203.0.113.7 192.0.2.1 40000 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 65536 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 40000 -1\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 040 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 4x 1883\r\n",
           "PROXY TCP4 203.0.113.7 192.0.2.1 40000 1883\n\r\n",
           "PROXY\r\n",
           "proxy UNKNOWN\r\n",
       })
    BOOST_TEST(read(bad) == "bad", bad);
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused_at_once) {
  proxy_header out;
  for (const char* bad : {"\x10\x0c\x00\x04MQTT", "G", "PRO ", "\r\n\r\n\x01", "\r\nx"})
    BOOST_TEST((parse(bad, out).status == decode_status::malformed), bad);
  BOOST_TEST((parse("", out).status == decode_status::need_more));
}

BOOST_AUTO_TEST_CASE(version_2) {
  BOOST_TEST(read(proxy_v2_tcp4()) == "203.0.113.7 40000");
  const std::string v6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01";
  BOOST_TEST(read(proxy_v2(0x21, 0x21, v6 + v6 + "\x9C\x40\x07\x5B")) == "2001:db8::1 40000");
  const std::string mapped = std::string(10, '\0') + "\xFF\xFF\xCB" + std::string("\x00\x71\x07", 3);
  BOOST_TEST(read(proxy_v2(0x21, 0x21, mapped + mapped + "\x9C\x40\x07\x5B")) == "203.0.113.7 40000");
  BOOST_TEST(read(proxy_v2(0x21, 0x31, std::string(216, 'x'))) == "- 0"); // UNIX domain
  BOOST_TEST(read(proxy_v2(0x21, 0x00, "")) == "- 0");                    // unspecified
  BOOST_TEST(read(proxy_v2(0x21, 0x00, "what ever")) == "- 0");
}

BOOST_AUTO_TEST_CASE(local_connections_of_the_proxy) {
  BOOST_TEST(read(proxy_v2(0x20, 0x00, "")) == "- 0");
  BOOST_TEST(read(proxy_v2(0x20, 0x11, "what ever")) == "- 0"); // to be discarded
}

BOOST_AUTO_TEST_CASE(tlvs_are_skipped_but_the_common_name) {
  BOOST_TEST(read(proxy_v2_tcp4(tlv(0x02, "example.com") + tlv(0x04, "") + tlv(0xEE, "x"))) ==
             "203.0.113.7 40000");
  BOOST_TEST(read(proxy_v2_tcp4(tlv(0x04, "") + ssl_tlv("device-1") + tlv(0x05, "id"))) ==
             "203.0.113.7 40000 device-1");
}

BOOST_AUTO_TEST_CASE(a_common_name_counts_when_the_proxy_has_verified_it) {
  BOOST_TEST(read(proxy_v2_tcp4(ssl_tlv("device-1", 0x07, 1))) == "203.0.113.7 40000");
  BOOST_TEST(read(proxy_v2_tcp4(ssl_tlv("device-1", 0x01, 0))) == "203.0.113.7 40000");
  BOOST_TEST(read(proxy_v2_tcp4(ssl_tlv("device-1", 0x05, 0))) == "203.0.113.7 40000 device-1");
}

BOOST_AUTO_TEST_CASE(bad_headers_of_version_2) {
  const std::string addresses(12, 'x');
  BOOST_TEST(read(proxy_v2(0x11, 0x11, addresses)) == "bad"); // version 1
  BOOST_TEST(read(proxy_v2(0x22, 0x11, addresses)) == "bad"); // a command that is not known
  BOOST_TEST(read(proxy_v2(0x21, 0x12, addresses)) == "bad"); // UDP
  BOOST_TEST(read(proxy_v2(0x21, 0x41, addresses)) == "bad");
  BOOST_TEST(read(proxy_v2(0x21, 0x11, std::string(11, 'x'))) == "bad");
  BOOST_TEST(read(proxy_v2(0x21, 0x21, std::string(35, 'x'))) == "bad");
  BOOST_TEST(read(proxy_v2(0x21, 0x31, std::string(215, 'x'))) == "bad");
  BOOST_TEST(read(proxy_v2_tcp4("\x01")) == "bad");
  BOOST_TEST(read(proxy_v2_tcp4(std::string("\x01\x00\x02x", 4))) == "bad");
  BOOST_TEST(read(proxy_v2_tcp4(tlv(0x20, "abcd"))) == "bad");
  BOOST_TEST(read(proxy_v2_tcp4(tlv(0x20, std::string("\x07\0\0\0\0\x22\0\x09x", 9)))) == "bad");
}

BOOST_AUTO_TEST_CASE(a_checksum_must_be_right) {
  const auto crc = [](std::uint32_t n) { return tlv(0x03, big_endian(n, 4)); };
  BOOST_TEST(read(proxy_v2_tcp4(crc(0xA59BE3B9))) == "203.0.113.7 40000");
  const auto between = [&](std::uint32_t n) {
    return proxy_v2_tcp4(tlv(0x02, "example.com") + crc(n) + tlv(0x05, "id"));
  };
  BOOST_TEST(read(between(0x8E3E4417)) == "203.0.113.7 40000");
  BOOST_TEST(read(proxy_v2(0x21, 0x31, std::string(216, 'x') + crc(0x14D69D15))) == "- 0");
  BOOST_TEST(read(proxy_v2(0x21, 0x31, std::string(216, 'x') + crc(0x14D69D14))) == "bad");
  BOOST_TEST(read(between(0)) == "bad");
  BOOST_TEST(read(between(0x17443E8E)) == "bad"); // its bytes the other way round
  const auto right = between(0x8E3E4417);
  for (const std::size_t at : {16U, 20U, 24U, 31U, 45U, 46U}) { // addresses, ports, name and checksum
    auto changed = right;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    BOOST_TEST(read(changed) == "bad", "byte " << at);
  }
  for (const auto& none :
       {tlv(0x03, ""), tlv(0x03, "abc"), tlv(0x03, "abcde"), crc(0xA59BE3B9) + crc(0xA59BE3B9)})
    BOOST_TEST(read(proxy_v2_tcp4(none)) == "bad");
}

BOOST_AUTO_TEST_CASE(version_2_is_bounded) {
  const std::string longest = tlv(0x04, std::string(max_proxy_header - 16 - 12 - 3, 'x'));
  BOOST_TEST(read(proxy_v2_tcp4(longest)) == "203.0.113.7 40000");
  proxy_header out;
  const auto head = proxy_v2_tcp4(tlv(0x04, std::string(max_proxy_header - 16 - 12 - 2, 'x'))).substr(0, 16);
  BOOST_TEST((parse(head, out).status == decode_status::malformed)); // from its length alone
}

BOOST_AUTO_TEST_SUITE_END()
