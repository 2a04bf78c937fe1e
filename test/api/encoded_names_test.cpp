// Client ids, user names and topics of any form in paths: each byte may be written as %XX.
#include "api/contract_world.hpp"
#include "troupe/mqtt/hex.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace troupe::test;

namespace {

const char* const odd_names[] = {
    "a/b",      "/",      "a b",   "50%", "%41",        "a+b", "\xc3\xbc\xe2\x82\xac",
    "username", "?x=1&y", "a#;:@", "..",  "{\"a\":'b'}"};

std::string encoded_all(const std::string& name, std::string_view digits) {
  std::string out;
  for (const char c : name)
    troupe::mqtt::append_hex(out += '%', c, digits);
  return out;
}

const std::string_view spellings[] = {troupe::mqtt::upper_hex, troupe::mqtt::lower_hex};

struct odd_broker : served_broker {
  odd_broker() : served_broker("modules.load = emqx_mod_topic_metrics\n") {}

  void check(const std::string& path, const expectation& data) {
    const bool is_list = path.find('?') != std::string::npos;
    const auto found = broken(*this, gives(path, data, is_list ? whole_page(-1) : expectation{}));
    BOOST_TEST(found.empty(), path << ": " << (found.empty() ? "" : found.front()));
  }

  void check_done(const char* method, const std::string& path, const std::string& body = "") {
    const auto found = broken(*this, done(method, path, body));
    BOOST_TEST(found.empty(), path << ": " << (found.empty() ? "" : found.front()));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(encoded_names)

BOOST_FIXTURE_TEST_CASE(of_clients_and_users, odd_broker) {
  for (const std::string name : odd_names) {
    peer_ptr c = mqtt({.client_id = name, .username = name});
    c->subscribe("t", 1);
    const auto one = each(containing({{"clientid", is(name)}}));
    for (const auto digits : spellings) {
      const auto id = encoded_all(name, digits);
      for (const std::string& root : {std::string(), on_node}) {
        check(root + "/clients/" + id, one);
        check(root + "/clients/username/" + id, each(containing({{"username", is(name)}})));
        check(root + "/subscriptions/" + id, one);
        check(root + "/clients?clientid=" + id, one);
        check(root + "/subscriptions?clientid=" + id, one);
      }
      check("/clients/" + id + "/acl_cache",
            digits == spellings[0] ? each(containing({{"topic", is("t")}})) : list({}));
      check_done("DELETE", "/clients/" + id + "/acl_cache");
      check_done("POST", "/clients/" + id + "/ratelimit", R"({"conn_messages_in":"100,1s"})");
      check_done("DELETE", "/clients/" + id + "/quota");
    }
    check_done("DELETE", "/clients/" + encoded_all(name, spellings[0]));
    BOOST_TEST(c->wait_closed());
  }
}

BOOST_FIXTURE_TEST_CASE(of_topics, odd_broker) {
  peer_ptr c = mqtt({.client_id = "c"});
  for (const std::string topic :
       {"a/b", "/", "//", "a b", "50%", "%41", "\xc3\xbc", "$x/y", "?a=b&c", "..", "a;:@"}) {
    c->subscribe(topic, 0);
    check_done("POST", "/topic-metrics", boost::json::serialize(object{{"topic", topic}}));
    for (const auto digits : spellings) {
      const auto coded = encoded_all(topic, digits);
      check("/routes/" + coded, list({members({{"topic", is(topic)}, {"node", is(node_name)}})}));
      // Decoded once more; once is enough where that finds no sequence.
      check("/subscriptions?topic=" + encoded_all(coded, digits), each(containing({{"topic", is(topic)}})));
      if (topic != "%41")
        check("/subscriptions?topic=" + coded, each(containing({{"topic", is(topic)}})));
      check("/topic-metrics/" + coded, containing({{"messages.in.count", is(0)}}));
    }
    check_done("DELETE", "/topic-metrics/" + encoded_all(topic, spellings[0]));
    c->unsubscribe(topic);
  }
  // A plus is a plus in a path, and a blank in a query.
  c->subscribe("+/x y", 0);
  check("/routes/+%2Fx%20y", each(containing({{"topic", is("+/x y")}})));
  check("/subscriptions?topic=%2B/x+y", each(containing({{"topic", is("+/x y")}})));
  check("/subscriptions?topic=%252B%252Fx%2520y", each(containing({{"topic", is("+/x y")}})));
  check(on_node + "/subscriptions?topic=%252b/x+y", each(containing({{"topic", is("+/x y")}})));
  check("/subscriptions?topic=%252B/x%252By", list({})); // a blank was no plus
}

BOOST_AUTO_TEST_SUITE_END()
