// What emqx_web_hook puts into its requests; test/api/web_hook_test.cpp has the events of real clients.
#include "actors/plugins/web_hook_body.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using rules::event_kind;
using form = web_hook_settings::payload_form;

BOOST_AUTO_TEST_SUITE(web_hook_bodies)

BOOST_AUTO_TEST_CASE(base62_of_emqx) {
  const std::pair<std::string, const char*> rows[] = {
      {"", ""},           {"Man", "TWFu"}, {"\xFF", "9CD"}, {"\xFF\xFF", "9C9CP"},
      {"\xF4", "9AA"},    {"\xF8", "9BA"}, {"\xF0", "8A"},  {std::string(3, '\0'), "AAAA"},
      {"abcd", "YWJjZA"},
  };
  for (const auto& [bytes, text] : rows)
    BOOST_TEST(to_base62(bytes) == text);
}

BOOST_AUTO_TEST_CASE(forms_of_a_payload) {
  const auto body = [](const char* payload, form f) {
    mqtt::message_parts parts;
    parts.topic = "t";
    parts.payload = payload;
    parts.timestamp = 7;
    return web_hook_body(nullptr, mqtt::message::make(parts), f).value();
  };
  const std::string head = R"({"action":"message_publish","from_client_id":null,"from_username":null,)"
                           R"("topic":"t","qos":0,"retain":false,"payload":")";
  BOOST_TEST(body("a\"b\n", form::plain) == head + R"(a\"b\n","ts":7})");
  BOOST_TEST(body("Man", form::base64) == head + R"(TWFu","ts":7})");
  BOOST_TEST(body("Man!", form::base64) == head + R"(TWFuIQ==","ts":7})");
  BOOST_TEST(body("Man", form::base62) == head + R"(TWFu","ts":7})");
}

BOOST_AUTO_TEST_CASE(events_that_know_little) {
  rules::event_record e;
  e.kind = event_kind::session_terminated;
  BOOST_TEST(web_hook_body(&e, {}, form::plain).value() ==
             R"({"action":"session_terminated","clientid":null,"username":null,"reason":null})");
  e.kind = event_kind::client_connect;
  BOOST_TEST(web_hook_body(&e, {}, form::plain).value() ==
             R"({"action":"client_connect","clientid":null,"username":null,"ipaddress":null,"keepalive":0,)"
             R"("proto_ver":0})");
  for (const auto kind : {event_kind::message_dropped, event_kind::delivery_dropped}) {
    e.kind = kind;
    BOOST_TEST(!web_hook_body(&e, {}, form::plain));
  }
}

BOOST_AUTO_TEST_SUITE_END()
