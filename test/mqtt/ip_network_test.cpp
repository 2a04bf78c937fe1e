// Addresses and networks of access rules.
#include "troupe/mqtt/ip_network.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

namespace {

bool inside(std::string_view network, std::string_view address) {
  return ip_network::parse(network).value().contains(parse_ip(address).value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(ip_networks)

BOOST_AUTO_TEST_CASE(addresses_are_read_or_refused) {
  BOOST_TEST((parse_ip("127.0.0.1") == parse_ip("::ffff:127.0.0.1")));
  BOOST_TEST((parse_ip("::1") != parse_ip("127.0.0.1")));
  for (const char* bad : {"", "1.2.3", "1.2.3.256", "1.2.3.4 ", "::1%lo", "host", "1.2.3.4/8",
                          "1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21"})
    BOOST_TEST(!parse_ip(bad), bad);
}

BOOST_AUTO_TEST_CASE(addresses_have_one_text) {
  BOOST_TEST(to_string(*parse_ip("127.0.0.1")) == "127.0.0.1");
  BOOST_TEST(to_string(*parse_ip("::FFFF:10.0.0.7")) == "10.0.0.7");
  BOOST_TEST(to_string(*parse_ip("2001:DB8:0::1")) == "2001:db8::1");
  BOOST_TEST(to_string(ip_from_bytes("\x01\x02\x03\x04")) == "1.2.3.4");
}

BOOST_AUTO_TEST_CASE(a_prefix_of_any_length) {
  BOOST_TEST(inside("10.0.0.0/8", "10.255.1.2"));
  BOOST_TEST(!inside("10.0.0.0/8", "11.0.0.0"));
  BOOST_TEST(inside("192.168.5.77/20", "192.168.15.255"));
  BOOST_TEST(!inside("192.168.5.77/20", "192.168.16.0"));
  BOOST_TEST(inside("0.0.0.0/0", "1.2.3.4"));
  BOOST_TEST(!inside("0.0.0.0/0", "2001:db8::1"));
  BOOST_TEST(inside("1.2.3.4", "1.2.3.4"));
  BOOST_TEST(!inside("1.2.3.4/32", "1.2.3.5"));
  BOOST_TEST(inside("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!inside("2001:db8::/33", "2001:db8:8000::1"));
  BOOST_TEST(inside("::/0", "1.2.3.4"));
  for (const char* bad :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/8/8"})
    BOOST_TEST(!ip_network::parse(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
