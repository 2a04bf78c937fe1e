#include "sql_fixture.hpp"
#include "troupe/rules/kv_store.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

std::string select(workspace& w, const std::string& expression) {
  const auto parsed = query::parse("SELECT " + expression + " AS x FROM \"t\"");
  const boost::json::object members{{"topic", "t"}};
  const auto v = std::get<query>(parsed).run(json_event{members}, w);
  if (!v.matched())
    return v.error;
  std::string out;
  query::output(w, 0).append_json(out);
  return out.substr(5, out.size() - 6);
}

} // namespace

BOOST_AUTO_TEST_SUITE(rule_kv_store)

BOOST_AUTO_TEST_CASE(from_one_message_to_the_next) {
  workspace w;
  for (const std::string name : {"kv_store", "proc_dict"}) {
    BOOST_TEST(select(w, name + "_get('k')") == "\"undefined\"");
    BOOST_TEST(select(w, name + "_put('k', [1, 'a'])") == "true");
    BOOST_TEST(select(w, name + "_get('k')") == "[1,\"a\"]");
    BOOST_TEST(select(w, name + "_put('k', 2)") == "true");
    BOOST_TEST(select(w, name + "_get('k') + 1") == "3");
    BOOST_TEST(select(w, name + "_put(1, 'number')") == "true");
    BOOST_TEST(select(w, name + "_get('1')") == "\"undefined\"");
    BOOST_TEST(select(w, name + "_get(1)") == "\"number\"");
    BOOST_TEST(select(w, name + "_del('k')") == "true");
    BOOST_TEST(select(w, name + "_get('k')") == "\"undefined\"");
  }
  BOOST_TEST(select(w, "kv_store_get('k', 'else')") == "\"else\"");
}

BOOST_AUTO_TEST_CASE(who_shares) {
  workspace a, b, stranger;
  a.of_node = b.of_node = std::make_shared<kv_store>();
  select(a, "kv_store_put('k', 1)");
  select(a, "proc_dict_put('k', 1)");
  BOOST_TEST(select(b, "kv_store_get('k')") == "1");
  BOOST_TEST(select(b, "proc_dict_get('k')") == "\"undefined\"");
  BOOST_TEST(select(stranger, "kv_store_get('k')") == "\"undefined\"");
}

BOOST_AUTO_TEST_CASE(bounds) {
  kv_store s;
  const std::string large(kv_store::most_bytes / 2, 'x');
  BOOST_TEST(s.put("a", boost::json::value(large)));
  BOOST_TEST(!s.put("b", boost::json::value(large)));
  BOOST_TEST(s.put("a", 1)); // replaces
  BOOST_TEST(s.put("b", boost::json::value(large)));
  s.erase("b");
  s.erase("never");
  for (std::size_t i = 1; i < kv_store::most_entries; ++i)
    BOOST_TEST_REQUIRE(s.put("k" + std::to_string(i), 0));
  BOOST_TEST(!s.put("one more", 0));
  BOOST_TEST(s.put("a", 2));
  s.erase("a");
  BOOST_TEST(s.put("one more", 0));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
