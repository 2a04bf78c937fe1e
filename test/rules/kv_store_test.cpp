#include "sql_fixture.hpp"
#include "troupe/rules/kv_store.hpp"
#include "troupe/rules/message_event.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

std::string select(workspace& w, const std::string& expression, const event& e) {
  const auto parsed = query::parse("SELECT " + expression + " AS x FROM \"t\"");
  const auto v = std::get<query>(parsed).run(e, w);
  if (!v.matched())
    return v.error;
  std::string out;
  query::output(w, 0).append_json(out);
  return out.substr(5, out.size() - 6);
}

std::string select(workspace& w, const std::string& expression) {
  const boost::json::object members{{"topic", "t"}};
  return select(w, expression, json_event{members});
}

// For a message of that connection.
std::string select(workspace& w, const std::string& expression, const mqtt::publisher_ptr& who) {
  mqtt::message_parts parts;
  parts.topic = "t";
  parts.from = who;
  const auto m = mqtt::message::make(parts);
  return select(w, expression, message_event{*m, "node", "rule"});
}

// Where a value lies, which counts what it takes.
class counted_memory final : public boost::json::memory_resource {
public:
  std::size_t bytes() const noexcept { return bytes_; }

private:
  void* do_allocate(std::size_t bytes, std::size_t) override {
    bytes_ += bytes;
    return ::operator new(bytes);
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t) override {
    bytes_ -= bytes;
    ::operator delete(p);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t bytes_ = 0;
};

// Besides the value's own node.
std::size_t taken(const boost::json::value& v) {
  counted_memory memory;
  const boost::json::value copy(v, &memory);
  return memory.bytes();
}

mqtt::publisher_ptr connection(std::uint32_t n = 0) {
  return mqtt::publisher::make("client", {}, {}, {n, 1, 0});
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
  BOOST_TEST(select(b, "kv_store_get('k')") == "1");
  BOOST_TEST(select(stranger, "kv_store_get('k')") == "\"undefined\"");
}

// As a process of EMQ X has it: all rules that its messages meet share it, no other connection does, not even
// the next one of the same client.
BOOST_AUTO_TEST_CASE(what_a_connection_has) {
  workspace a, b;
  a.of_connections = b.of_connections = std::make_shared<connection_store>();
  const auto one = connection(), next = connection();
  BOOST_TEST(select(a, "proc_dict_put('k', 1)", one) == "true");
  BOOST_TEST(select(b, "proc_dict_get('k')", one) == "1");
  BOOST_TEST(select(b, "proc_dict_get('k')", next) == "\"undefined\"");
  BOOST_TEST(select(b, "proc_dict_get('k')", mqtt::publisher_ptr{}) == "\"undefined\"");
  BOOST_TEST(select(b, "proc_dict_put('k', 2)", next) == "true");
  BOOST_TEST(select(a, "proc_dict_get('k')", one) == "1");
  BOOST_TEST(select(a, "proc_dict_del('k')", one) == "true");
  BOOST_TEST(select(a, "proc_dict_get('k')", one) == "\"undefined\"");
  BOOST_TEST(a.of_connections->connections() == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_connection_may_have) {
  connection_store s;
  const auto one = connection();
  BOOST_TEST(!s.put(one, "large", boost::json::value(std::string(connection_store::most_bytes_of_one, 'x'))));
  BOOST_TEST(s.connections() == 0U);
  for (std::size_t i = 0; i < connection_store::most_entries_of_one; ++i)
    BOOST_TEST_REQUIRE(s.put(one, std::to_string(i), 0));
  BOOST_TEST(!s.put(one, "one more", 0));
  s.erase(one, "0");
  BOOST_TEST(s.put(one, "one more", 0));
}

BOOST_AUTO_TEST_CASE(where_there_are_too_many) {
  connection_store s;
  std::vector<mqtt::publisher_ptr> all;
  for (std::uint32_t i = 0; i < connection_store::most_connections; ++i)
    BOOST_TEST_REQUIRE(s.put(all.emplace_back(connection(i)), "k", i));
  BOOST_TEST(s.get(all[0], "k").has_value()); // it is used now
  BOOST_TEST(s.take_forgotten() == 0U);
  BOOST_TEST(s.put(all.emplace_back(connection()), "k", 1));
  BOOST_TEST(s.connections() == connection_store::most_connections);
  BOOST_TEST(s.get(all[0], "k").has_value());
  BOOST_TEST(!s.get(all[1], "k").has_value());
  BOOST_TEST(s.take_forgotten() == 1U);
  BOOST_TEST(s.take_forgotten() == 0U);
}

BOOST_AUTO_TEST_CASE(where_they_are_too_large) {
  connection_store s;
  const std::string large(connection_store::most_bytes_of_one - 1024, 'x'); // and what it needs besides
  constexpr auto fit = connection_store::most_bytes / connection_store::most_bytes_of_one;
  std::vector<mqtt::publisher_ptr> all;
  for (std::uint32_t i = 0; i < fit + 2; ++i)
    BOOST_TEST_REQUIRE(s.put(all.emplace_back(connection(i)), "k", boost::json::value(large)));
  BOOST_TEST(s.connections() == fit);
  BOOST_TEST(s.take_forgotten() == 2U);
}

// What goes with a connection is not forgotten: nobody can ask for it.
BOOST_AUTO_TEST_CASE(connections_that_have_ended) {
  connection_store s;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    BOOST_TEST_REQUIRE(s.put(connection(i), "k", i));
  BOOST_TEST(s.connections() <= 2U);
  BOOST_TEST(s.take_forgotten() == 0U);
}

// Its JSON says little about that.
BOOST_AUTO_TEST_CASE(the_memory_of_a_value) {
  const auto nothing = kv_map::memory_of("k", nullptr);
  BOOST_TEST(nothing >= sizeof(std::string) + sizeof(boost::json::value));
  BOOST_TEST(kv_map::memory_of(std::string(100, 'k'), nullptr) >= nothing + 100);
  boost::json::object large;
  for (int i = 0; i < 100; ++i)
    large["member" + std::to_string(i)] = i;
  boost::json::value deep = 1;
  for (int i = 0; i < 30; ++i)
    deep = boost::json::object{{"a", deep}};
  using boost::json::array;
  const boost::json::value all[] = {1,
                                    "short",
                                    boost::json::value(std::string(1000, 'x')),
                                    array(),
                                    array(1000, 0),
                                    array(1000, array()),
                                    array(1000, array({1})),
                                    array(100, boost::json::value(std::string(15, 'x'))),
                                    large,
                                    deep};
  for (const auto& v : all) {
    const auto counted = kv_map::memory_of("k", v) - nothing, real = taken(v);
    BOOST_TEST(counted >= real, v);
    BOOST_TEST(counted <= real * 2, v); // the C library's own part, and its steps
  }
}

BOOST_AUTO_TEST_CASE(what_counts_is_memory) {
  constexpr std::size_t most = 1024UL * 1024;
  kv_map m{100'000, most};
  const boost::json::value lists = boost::json::array(100, boost::json::array({1})); // 400 bytes of JSON
  std::size_t n = 0;
  while (m.put(std::to_string(n), lists))
    ++n;
  BOOST_TEST(n == m.size());
  BOOST_TEST(n * taken(lists) <= most);
  BOOST_TEST(n * taken(lists) > most / 2);
  BOOST_TEST(m.bytes() <= most);
  BOOST_TEST(m.put("0", 1)); // less than before
  BOOST_TEST(m.put("one more", 1));
  for (std::size_t i = 0; i < n; ++i)
    m.erase(std::to_string(i));
  BOOST_TEST(m.bytes() == kv_map::memory_of("one more", 1));
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
