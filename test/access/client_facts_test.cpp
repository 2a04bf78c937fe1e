// Placeholders, and what they make of a client.
#include "troupe/access/client_facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;

namespace {

const client_facts alice{.client_id = "c&1",
                         .username = "al=ice",
                         .password = "p \"w",
                         .peer_host = "10.0.0.1",
                         .port = 1883,
                         .mount_point = "m/",
                         .cert_name = "cn",
                         .cert_subject = "CN=cn"};

std::string fill(std::string_view text, const topic_question* asked = nullptr) {
  return text_pattern{text}.fill(alice, asked);
}

} // namespace

BOOST_AUTO_TEST_SUITE(facts_of_clients)

BOOST_AUTO_TEST_CASE(placeholders) {
  const topic_question publish{operation::publish, "a/b"}, subscribe{operation::subscribe, "#"};
  BOOST_TEST(fill("%u,%c,%a,%P,%p,%r,%m,%C,%d") == "al=ice,c&1,10.0.0.1,p \"w,1883,mqtt,m/,cn,CN=cn");
  BOOST_TEST(fill("%A:%t", &publish) == "2:a/b");
  BOOST_TEST(fill("%A:%t", &subscribe) == "1:#");
  BOOST_TEST(fill("%A:%t") == ":");
  BOOST_TEST(fill("100%, %x %%u %") == "100%, %x %al=ice %");
  BOOST_TEST(fill("") == "");
  BOOST_TEST(text_pattern{"%u %P"}.fill({}, nullptr) == "undefined undefined");
}

// What a client is called is not read again.
BOOST_AUTO_TEST_CASE(placeholders_in_values_are_text) {
  client_facts sly = alice;
  sly.username = "%c";
  BOOST_TEST(text_pattern{"%u"}.fill(sly, nullptr) == "%c");
}

BOOST_AUTO_TEST_CASE(parameters) {
  const auto params = parse_named_patterns("clientid=%c, user name = %u,fixed=a b,empty=");
  BOOST_TEST_REQUIRE(params.has_value());
  BOOST_TEST(form_of(*params, alice, nullptr) == "clientid=c%261&user%20name=al%3Dice&fixed=a%20b&empty=");
  BOOST_TEST(json_of(*params, alice, nullptr) ==
             R"({"clientid":"c&1","user name":"al=ice","fixed":"a b","empty":""})");
  BOOST_TEST(parse_named_patterns("")->empty());
  for (const char* bad : {"a", "=a", "a=b,,c=d", "a=b,c"})
    BOOST_TEST(!parse_named_patterns(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(json_is_text) {
  client_facts raw = alice;
  raw.password = "a\xFF\"";
  BOOST_TEST(json_of(*parse_named_patterns("p=%P"), raw, nullptr) == "{\"p\":\"a\xEF\xBF\xBD\\\"\"}");
}

BOOST_AUTO_TEST_SUITE_END()
