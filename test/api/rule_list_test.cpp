// The list of rules: as EMQ X 4.1 has it, and filtered and in pages as 4.3 has it.
#include "api/rule_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

namespace {

using namespace troupe::test;

struct listed_rules : rule_broker {
  listed_rules() {
    make_one("r1", "select * from \"plant/a/temp\", \"hall/+\"", true, "Boiler of hall 1");
    make_one("r2", "select * from \"plant/+/hum\"", false, "Boiler");
    make_one("s3", "select * from \"$events/client_connected\"", true, "");
    make_one("s4", "select * from \"plant/#\"", false, "all of hall 2");
  }

  // One after the other in time.
  void make_one(const char* id, const char* sql, bool enabled, const char* description) {
    make("/rules", {{"id", id},
                    {"rawsql", sql},
                    {"actions", boost::json::array{}},
                    {"enabled", enabled},
                    {"description", description}});
    const auto made = get("/rules/" + std::string{id}).data().at("created_at").as_int64();
    while (now_ms() <= made)
      std::this_thread::yield();
  }

  // "r2 r1", and what `meta` says.
  std::string ids(const std::string& query) {
    const auto r = get("/rules" + query);
    BOOST_TEST_REQUIRE(r.status == 200, query << ": " << r.text);
    std::string out;
    for (const auto& row : r.data().as_array())
      out.append(out.empty() ? "" : " ").append(row.at("id").as_string().c_str());
    if (r.body.as_object().contains("meta"))
      out += ' ' + boost::json::serialize(r.meta());
    return out;
  }

  static std::string filtered(const std::string& ids) {
    return ids + R"( {"page":1,"limit":10000,"count":-1,"hasnext":false})";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(rule_lists)

BOOST_FIXTURE_TEST_CASE(all_of_them, listed_rules) { BOOST_TEST(ids("") == "r1 r2 s3 s4"); }

BOOST_FIXTURE_TEST_CASE(filters, listed_rules) {
  const std::pair<const char*, const char*> rows[] = {
      {"?enabled=true", "s3 r1"},
      {"?enabled=false", "s4 r2"},
      {"?for=hall/%2B", "r1"},
      {"?for=hall", ""},
      {"?_like_id=r", "r2 r1"},
      {"?_like_for=plant", "s4 r2 r1"},
      {"?_like_for=events", "s3"},
      {"?_match_for=plant/%2B/%2B", "r2 r1"},
      {"?_match_for=plant/%23", "s4 r2 r1"},
      {"?_match_for=%23", "s4 r2 r1"}, // events begin with a $
      {"?_match_for=hall/1", ""},
      {"?_like_description=Boiler", "r2 r1"},
      {"?_like_description=boiler", ""},
      {"?_like_description=hall&enabled=true", "r1"},
      {"?_like_id=s&_like_for=plant&_match_for=plant/%23&for=plant/%23&enabled=false", "s4"},
      {"?_like_id=r&for=plant/%23", ""},
  };
  for (const auto& [query, expected] : rows)
    BOOST_TEST(ids(query) == filtered(expected), query << " gives " << ids(query));
}

BOOST_FIXTURE_TEST_CASE(pages, listed_rules) {
  const auto meta = [](const char* page, const char* limit, const char* count, const char* more) {
    return std::string{R"({"page":)"} + page + R"(,"limit":)" + limit + R"(,"count":)" + count +
           R"(,"hasnext":)" + more + "}";
  };
  BOOST_TEST(ids("?_page=1") == "s4 s3 r2 r1 " + meta("1", "10000", "4", "false"));
  BOOST_TEST(ids("?_limit=3") == "s4 s3 r2 " + meta("1", "3", "4", "true"));
  BOOST_TEST(ids("?_page=2&_limit=3") == "r1 " + meta("2", "3", "4", "false"));
  BOOST_TEST(ids("?_page=3&_limit=3") == ' ' + meta("3", "3", "4", "false"));
  BOOST_TEST(ids("?_limit=1&_like_for=plant") == "s4 " + meta("1", "1", "-1", "true"));
  BOOST_TEST(ids("?_page=3&_limit=1&_like_for=plant") == "r1 " + meta("3", "1", "-1", "false"));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_filter, listed_rules) {
  BOOST_TEST(ids("?other=1&limit=1") == "r1 r2 s3 s4");
  BOOST_TEST(get("/rules?enabled=yes").status == 400);
  BOOST_TEST(get("/rules?_page=x").status == 400);
  BOOST_TEST(get("/rules?_limit=-1").status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
