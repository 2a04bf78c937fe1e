// The API actor: paths, methods, nodes and bodies.
#include "actors/api_checks.hpp"

#include <boost/json/serialize.hpp>

#include <set>

using namespace troupe;
using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(api_routing)

BOOST_AUTO_TEST_CASE(list_of_endpoints) {
  fake_node node;
  node.start();
  reply r = node.ask("GET", "");
  BOOST_TEST(r.status == 200);
  BOOST_TEST(r.code() == 0);
  std::set<std::string> seen;
  for (const auto& row : r.data().as_array()) {
    std::string path(row.at("path").as_string());
    BOOST_TEST(path.front() == '/');
    BOOST_TEST(!row.at("name").as_string().empty());
    BOOST_TEST(!row.at("descr").as_string().empty());
    seen.insert(std::string(row.at("method").as_string()) + ' ' + path);
  }
  for (const char* expected :
       {"GET /brokers/", "GET /brokers/:node", "GET /clients/", "GET /nodes/:node/clients/",
        "DELETE /clients/:clientid", "DELETE /nodes/:node/clients/:clientid", "POST /mqtt/publish",
        "POST /mqtt/unsubscribe_batch", "GET /routes/:topic", "GET /nodes/:node/stats/", "GET /metrics",
        "GET /listeners/", "GET /nodes/:node/subscriptions/:clientid"})
    BOOST_TEST(seen.count(expected) == 1u, expected);
  BOOST_TEST(seen.size() == r.data().as_array().size());
  BOOST_TEST(node.ask("GET", "/").status == 200);
}

BOOST_AUTO_TEST_CASE(slashes_do_not_matter) {
  fake_node node;
  node.start();
  for (const char* path : {"/nodes", "/nodes/", "//nodes//"})
    BOOST_TEST(node.ask("GET", path).status == 200, path);
}

BOOST_AUTO_TEST_CASE(unknown_paths_methods_and_nodes) {
  fake_node node;
  node.start();
  for (const char* path : {"/nope", "/clients/a/b", "/nodes/other@host", "/brokers/other",
                           "/nodes/other/clients", "/nodes/other/clients/username/u", "/nodes/other/metrics"})
    BOOST_TEST_CONTEXT(path) { check_error(node.ask("GET", path), 404, 404); }
  check_error(node.ask("POST", ""), 404, 404);
  check_error(node.ask("PUT", "/clients"), 404, 404);
  check_error(node.ask("GET", "/mqtt/publish"), 404, 404);
  check_error(node.ask("HEAD", "/nodes"), 404, 404);
  BOOST_TEST(node.ask("GET", "/nodes/emqx%40127.0.0.1").status == 200);
}

BOOST_AUTO_TEST_CASE(bad_percent_sequences) {
  fake_node node;
  node.start();
  for (const char* path : {"/clients/%zz", "/clients/a%", "/clients/a%2", "/routes/%2x", "/nodes/%zz"})
    BOOST_TEST_CONTEXT(path) { check_error(node.ask("GET", path), 400, 108); }
}

BOOST_AUTO_TEST_CASE(bodies_that_are_no_object) {
  fake_node node;
  node.start();
  for (const char* body : {"{bad", "[1,", "\"\xff\"", "{\"a\":1}x", "{'a':1}", "a=b"})
    BOOST_TEST_CONTEXT(body) { check_error(node.ask("POST", "/mqtt/publish", {}, body), 400, 109); }
  check_error(node.ask("POST", "/mqtt/publish", {}, std::string(1'000, '[')), 400, 109);
  check_error(node.ask("POST", "/mqtt/publish", {}, std::string(129, '[') + std::string(129, ']')), 400, 109);
  for (const char* body : {"5", "null", "\"text\"", "true"})
    BOOST_TEST_CONTEXT(body) { check_error(node.ask("POST", "/mqtt/publish", {}, body), 400, 108); }
  for (const char* path : {"/mqtt/publish_batch", "/mqtt/subscribe_batch", "/mqtt/unsubscribe_batch"}) {
    check_error(node.ask("POST", path, {}, "{}"), 400, 108);
    check_error(node.ask("POST", path, {}, ""), 400, 108);
  }
}

BOOST_AUTO_TEST_SUITE_END()
