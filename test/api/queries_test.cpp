// Conditions on clients and subscriptions, each alone and any two together, and pages of what they leave.
#include "api/contract_world.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <set>

using namespace troupe::test;

namespace {

using names = std::set<std::string>;

/// `name=value` of a query, and the rows that it leaves.
struct condition {
  std::string query;
  names rows;

  std::string parameter() const { return query.substr(0, query.find('=')); }
};

names both(const names& a, const names& b) {
  names out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

/// A list of the API whose rows have a name.
struct named_list {
  contract_world& w;
  std::string path;
  std::string (*name)(const value& row);

  names all(const std::string& query, reply& r) const {
    r = w.get(path + query);
    names out;
    for (const value& row : r.data().as_array())
      BOOST_TEST(out.insert(name(row)).second, name(row) << " is there twice");
    return out;
  }

  void check(const std::string& query, const names& expected, std::int64_t count) const {
    reply r;
    const auto found = all(query, r);
    BOOST_TEST(found == expected, path << query << " gives " << r.text);
    BOOST_TEST(boost::json::serialize(r.meta()) ==
                   R"({"page":1,"limit":10000,"count":)" + std::to_string(count) + R"(,"hasnext":false})",
               path << query);
  }

  // One after the other they are all rows, in one order, and each knows whether another follows.
  void check_pages(const std::string& query, const names& expected) const {
    for (std::size_t limit = 1; limit <= expected.size() + 1; ++limit) {
      names seen;
      bool more = true;
      for (std::size_t page = 1; more; ++page) {
        reply r;
        const auto rows =
            all(query + "&_page=" + std::to_string(page) + "&_limit=" + std::to_string(limit), r);
        BOOST_TEST(rows.size() == std::min(limit, expected.size() - seen.size()));
        seen.insert(rows.begin(), rows.end());
        more = r.meta().at("hasnext").as_bool();
        BOOST_TEST(more == (seen.size() < expected.size()), path << query << " page " << page);
        BOOST_TEST_REQUIRE(page <= expected.size() + 1);
      }
      BOOST_TEST(seen == expected);
    }
  }

  void check_all(const std::vector<condition>& conditions) const {
    for (const condition& a : conditions) {
      check('?' + a.query, a.rows, -1);
      check_pages('?' + a.query, a.rows);
      for (const condition& b : conditions)
        if (a.parameter() < b.parameter())
          check('?' + a.query + '&' + b.query, both(a.rows, b.rows), -1);
    }
  }
};

std::string client_name(const value& row) { return row.at("clientid").as_string().c_str(); }

std::string subscription_name(const value& row) {
  return client_name(row) + ' ' + row.at("topic").as_string().c_str();
}

struct queried_world : contract_world {
  void check(const char* list, std::string (*name)(const value&), const std::vector<condition>& conditions) {
    for (const std::string& root : {std::string(), on_node})
      named_list{*this, root + list, name}.check_all(conditions);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(queries)

BOOST_FIXTURE_TEST_CASE(of_clients, queried_world) {
  const names all{"busy", "detached", "example", "five"}, early{"example", "five"}, late{"busy", "detached"};
  const auto half = std::to_string(half_time), next = std::to_string(half_time + 1);
  check("/clients", client_name,
        {
            {"clientid=five", {"five"}},
            {"clientid=FIVE", {}},
            {"username=test", {"example", "five"}},
            {"username=tes", {}},
            {"zone=external", all},
            {"zone=internal", {}},
            {"ip_address=127.0.0.1", all},
            {"ip_address=10.0.0.1", {}},
            {"conn_state=connected", {"busy", "example", "five"}},
            {"conn_state=disconnected", {"detached"}},
            {"conn_state=idle", {}},
            {"conn_state=asleep", {}},
            {"clean_start=true", {"busy", "example", "five"}},
            {"clean_start=false", {"detached"}},
            {"proto_name=MQTT", {"detached", "example", "five"}},
            {"proto_name=MQIsdp", {"busy"}},
            {"proto_name=CoAP", {}},
            {"proto_ver=3", {"busy"}},
            {"proto_ver=5", {"five"}},
            {"proto_ver=9", {}},
            {"_like_clientid=e", {"detached", "example", "five"}},
            {"_like_clientid=xam", {"example"}},
            {"_like_clientid=.*", {}}, // no pattern
            {"_like_username=es", {"example", "five"}},
            {"_gte_created_at=" + next, late},
            {"_lte_created_at=" + half, early},
            {"_gte_connected_at=" + next, late},
            {"_lte_connected_at=" + half, early},
            {"_gte_connected_at=0", all},
            {"_lte_connected_at=0", {}},
        });
}

BOOST_FIXTURE_TEST_CASE(of_subscriptions, queried_world) {
  const std::string shared = "five $share/group/s/t", plain = "example a/b/c", left = "detached d/+",
                    wills = "five wills/#", owed = "busy w/#";
  check("/subscriptions", subscription_name,
        {
            {"clientid=five", {shared, wills}},
            {"clientid=nobody", {}},
            {"topic=a%2Fb%2Fc", {plain}},
            {"topic=s/t", {shared}}, // without its group
            {"topic=w/%23", {owed}},
            {"topic=w/1", {}}, // a filter, not a topic that it matches
            {"qos=0", {wills}},
            {"qos=1", {plain, owed}},
            {"qos=2", {shared, left}},
            {"qos=7", {}},
            {"share=group", {shared}},
            {"share=other", {}},
            {"_match_topic=%23", {shared, plain, left, wills, owed}},
            {"_match_topic=%2B/%2B", {shared, left}},
            {"_match_topic=a/%23", {plain}},
            {"_match_topic=d/1", {}},   // the other way round
            {"_match_topic=%23/a", {}}, // no filter
            {"_match_topic=", {}},
        });
}

BOOST_FIXTURE_TEST_CASE(what_is_no_condition, queried_world) {
  const named_list clients{*this, "/clients", client_name};
  const names all{"busy", "detached", "example", "five"};
  for (const char* query : {"", "?", "?unknown=1", "?limit=1", "?_limits=1&Clientid=five"})
    clients.check(query, all, 4);
  // The first of two counts.
  clients.check("?clientid=five&clientid=busy", {"five"}, -1);
  for (const char* page : {"0", "-7", "1"}) {
    reply r;
    BOOST_TEST((clients.all(std::string("?_limit=10&_page=") + page, r) == all));
    BOOST_TEST(r.meta().at("page").as_int64() == std::stoi(page));
  }
  const reply beyond = get("/clients?_page=9&_limit=4"), none = get("/clients?_limit=0");
  BOOST_TEST(beyond.text == R"({"code":0,"data":[],"meta":{"page":9,"limit":4,"count":4,"hasnext":false}})");
  BOOST_TEST(none.text == R"({"code":0,"data":[],"meta":{"page":1,"limit":0,"count":4,"hasnext":true}})");
}

BOOST_AUTO_TEST_SUITE_END()
