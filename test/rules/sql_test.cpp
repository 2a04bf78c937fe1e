// What queries make of events: every example of reference/rule-engine.md sections 2 to 5.
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::rules::testing {

namespace {

struct example {
  std::string_view expression;
  std::string_view result;
};

void check(std::initializer_list<example> rows, std::string_view event = plain_message) {
  for (const auto& [expression, result] : rows) {
    const auto got = value_of(expression, event);
    BOOST_TEST(got == result, expression << " gave " << got << ", not " << result);
  }
}

bool fails(std::string_view expression, std::string_view event = plain_message) {
  return value_of(expression, event).starts_with("! ");
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql)

BOOST_AUTO_TEST_CASE(literals_and_columns) {
  check({{"clientid", "\"c1\""},
         {"qos", "1"},
         {"CLIENTID", "\"undefined\""},
         {"'it''s'", "\"it''s\""},
         {"'a\\b'", "\"a\\\\b\""},
         {"true", "true"},
         {"False", "\"undefined\""},
         {"2.5e2", "250.0"},
         {"- 3", "-3"},
         {"+3", "3"},
         {"- -3", "3"},
         {"[1,qos,'z']", "[1,1,\"z\"]"},
         {"[2..5]", "[2,3,4,5]"},
         {"[2..1]", "[]"},
         {"[]", "[]"}});
  BOOST_TEST(fails("[2..0]"));
  BOOST_TEST(fails("[1..1000000]"));
}

BOOST_AUTO_TEST_CASE(arithmetic) {
  check({{"'ab' + 'cd'", "\"abcd\""},
         {"2 + 3 * 4", "14"},
         {"10 - 4 - 3", "3"},
         {"(2 + 3) * 4", "20"},
         {"6/2", "3.0"},
         {"7/2", "3.5"},
         {"-17 div 5", "-3"},
         {"1 + 1.5", "2.5"},
         {"9223372036854775807 - 1", "9223372036854775806"}});
  for (const auto* bad : {"1 + 'x'", "'x' - 'y'", "1 / 0", "1 div 0", "1.5 div 1", "9223372036854775807 + 1",
                          "-'x'", "1 + clientid", "1.5e300 * 1.5e300", "nosuch + 1"})
    BOOST_TEST(fails(bad), bad);
}

BOOST_AUTO_TEST_CASE(comparison) {
  check({{"'10' = 10", "true"},
         {"10 = '10.0'", "true"},
         {"'b' > 'a'", "true"},
         {"1 = 1.0", "true"},
         {"true = 'true'", "true"},
         {"payload.b = 'true'", "true"},
         {"payload.n = 'null'", "true"},
         {"payload.o = payload.o", "true"},
         {"payload.o != payload.l", "true"},
         {"payload.l = [1,2]", "true"},
         {"payload.l = [1.0,2]", "true"}, // numbers are compared as numbers
         {"payload.l != [1,2.5]", "true"},
         {"payload.o = map_put('x', 1.0, map_new())", "true"},
         {"payload.l in ([1.0,2])", "false"},
         {"contains([1], [[1.0]])", "false"},
         {"nosuch = nosuch", "true"},
         {"nosuch = 1", "false"},
         {"nosuch != 1", "true"},
         {"nosuch <> 'undefined'", "true"},
         {"nosuch < 1", "false"},
         {"nosuch > 1", "false"},
         {"nosuch <= 1", "false"},
         {"nosuch <= nosuch", "true"},
         {"topic =~ 't/+'", "true"},
         {"topic =~ 'x/#'", "false"},
         {"topic =~ 't/#/x'", "false"},
         {"qos in (0, 1)", "true"},
         {"qos in ('1')", "false"},
         {"qos in (1.0)", "false"},
         {"qos not in (2, 3)", "true"},
         {"not qos = 1", "false"},
         {"not (qos = 1 and qos = 2)", "true"},
         {"qos = 1 or nosuch + 1 = 2", "true"},
         {"qos = 2 and nosuch + 1 = 2", "false"}},
        message_with(R"({"b":true,"n":null,"o":{"x":1},"l":[1,2]})"));
  for (const auto* bad : {"'ten' > 9", "9 < 'ten'", "1 =~ 't'", "payload.o < 1", "not 1", "qos and true",
                          "'1e3' = 1000", "'1.' = 1", "'' = 0"})
    BOOST_TEST(fails(bad, message_with(R"({"o":{"x":1}})")), bad);
}

BOOST_AUTO_TEST_CASE(case_expressions) {
  check({{"CASE WHEN qos = 0 THEN 'a' WHEN qos = 1 THEN 'b' ELSE 'c' END", "\"b\""},
         {"CASE WHEN qos = 0 THEN 'a' END", "\"undefined\""},
         {"CASE qos WHEN 1 THEN 'one' ELSE 'other' END", "\"one\""},
         {"CASE qos WHEN '1' THEN 'one' WHEN 1.0 THEN 'one' ELSE 'other' END", "\"other\""},
         {"(CASE WHEN true THEN 1 END) + 1", "2"},
         {"abs(CASE qos WHEN 1 THEN -1 END)", "1"}});
}

BOOST_AUTO_TEST_CASE(payload_paths) {
  check({{"payload.a.b", "1"},
         {"payload.nosuch", "\"undefined\""},
         {"payload.a.b.c", "\"undefined\""},
         {"payload.n", "null"},
         {"payload.s.k", "4"},
         {"payload.\"k-j\"", "5"},
         {"payload.'k.j'", "6"},
         {"payload.arr.1", "7"},
         {"payload.big", "1.25e+30"},
         {"payload.f", "0.1"}},
        message_with(
            R"({"a":{"b":1},"n":null,"s":"{\"k\":4}","k-j":5,"k.j":6,"arr":{"1":7},"big":1.25e30,"f":0.1})"));
  BOOST_TEST(value_of("payload") == "\"hi\"");
  BOOST_TEST(value_of("payload.x").starts_with("! SELECT: line 1, column 8: the payload is no JSON"));
  BOOST_TEST(fails("payload.x", message_with("")));
  for (const auto* payload :
       {R"({"x":1,"s":1e400})", R"({"x":1,"l":[{"s":-1e400}]})"}) // no float is so large
    BOOST_TEST(fails("payload.x", message_with(payload)), payload);
}

BOOST_AUTO_TEST_CASE(indices_and_slices) {
  const auto event = message_with(R"({"l":[3,4,5,6],"m":[[1,2],[3]],"a":[{"b":9}],"i":2})");
  check({{"payload.l[1]", "3"},
         {"payload.l[-1]", "6"},
         {"payload.l[9]", "\"undefined\""},
         {"payload.l[0]", "\"undefined\""},
         {"payload.i[1]", "\"undefined\""},
         {"payload.l[2..3]", "[4,5]"},
         {"payload.l[-2..-1]", "[5,6]"},
         {"payload.l[2..99]", "[4,5,6]"},
         {"payload.l[9..10]", "[]"},
         {"payload.l[3..2]", "[]"},
         {"payload.m[1][2]", "2"},
         {"payload.a[1].b", "9"},
         {"payload.l[i]", "4"},
         {"payload.l[qos]", "\"undefined\""}},
        event);
  for (const auto* bad : {"payload.l[3..1]", "payload.l[0..1]", "payload.i[1..2]", "payload.l[-9..-1]"})
    BOOST_TEST(fails(bad, event), bad);
  BOOST_TEST(run("SELECT payload.l AS arr, arr[qos] AS x FROM t", event) == R"({"arr":[3,4,5,6],"x":3})");
  BOOST_TEST(value_of("payload[1]", message_with("[8,9]")) == "8");
}

BOOST_AUTO_TEST_CASE(names_of_outputs) {
  const auto event = message_with(R"({"temp":21,"x":[1,2],"k":7})");
  BOOST_TEST(run("SELECT clientid cid FROM t") == R"({"cid":"c1"})");
  BOOST_TEST(run("SELECT payload.temp FROM t", event) == R"({"payload":{"temp":21}})");
  BOOST_TEST(run("SELECT payload.temp, payload.k FROM t", event) == R"({"payload":{"temp":21,"k":7}})");
  BOOST_TEST(run("SELECT payload.x[2] FROM t", event) == R"({"payload":{"x":[2]}})");
  BOOST_TEST(run("SELECT payload.x[1..1] FROM t", event) == R"({"payload":{"x":[1]}})");
  BOOST_TEST(run("SELECT 'lit' FROM t") == R"({"lit":"lit"})");
  BOOST_TEST(run("SELECT clientid as info.id, username as info.name FROM t") ==
             R"({"info":{"id":"c1","name":"u1"}})");
  BOOST_TEST(run("SELECT nosuch FROM t") == R"({"nosuch":"undefined"})");
  BOOST_TEST(run("SELECT payload.k as qos, qos as q2 FROM t", event) == R"({"qos":7,"q2":7})");
  BOOST_TEST(run("SELECT 9 as l[0], 8 as l[-0], 7 as l[2], 6 as l[5] FROM t") == R"({"l":[9,7]})");
  BOOST_TEST(run("SELECT 5 as payload.z, payload FROM t", message_with(R"({"x":1})")) ==
             R"({"payload":{"x":1,"z":5}})");
  BOOST_TEST(run("SELECT payload, 5 as payload.z FROM t", message_with(R"({"x":1})")) ==
             R"({"payload":{"x":1,"z":5}})");
}

BOOST_AUTO_TEST_CASE(star) {
  BOOST_TEST(run("SELECT * FROM t", R"({"clientid":"c","own":1})") == R"({"clientid":"c","own":1})");
  BOOST_TEST(run("SELECT *, 2 as x, 'd' as clientid FROM t", R"({"clientid":"c","own":1})") ==
             R"({"clientid":"d","own":1,"x":2})");
  BOOST_TEST(run("SELECT 2 as x, * FROM t", R"({"clientid":"c"})") == R"({"clientid":"c","x":2})");
  BOOST_TEST(run("SELECT *, 5 as payload.z FROM t", R"({"payload":"{\"x\":1}"})") ==
             R"({"payload":{"x":1,"z":5}})");
}

BOOST_AUTO_TEST_CASE(where) {
  const auto event = message_with(R"({"temp":31,"ok":true})");
  BOOST_TEST(run("SELECT payload.temp AS t, clientid FROM t WHERE payload.temp > 30", event) ==
             R"({"t":31,"clientid":"c1"})");
  BOOST_TEST(run("SELECT payload.temp AS t FROM t WHERE t < 30", event) == "-");
  BOOST_TEST(run("SELECT clientid FROM t WHERE topic = 't/1'", event) == R"({"clientid":"c1"})");
  BOOST_TEST(run("SELECT payload.temp FROM t WHERE payload.ok = true", event) ==
             R"({"payload":{"temp":31}})");
  BOOST_TEST(run("SELECT 1 AS x FROM t WHERE payload.ok", event) == R"({"x":1})");
  BOOST_TEST(run("SELECT 1 AS x FROM t WHERE true", event) == R"({"x":1})");
  BOOST_TEST(run("SELECT 1 AS x FROM t WHERE payload.temp", event) ==
             "! WHERE: line 1, column 28: an integer is no condition");
  BOOST_TEST(run("SELECT 1 AS x FROM t WHERE topic = \"t/1\"", event) == "-"); // a column in double quotes
}

BOOST_AUTO_TEST_CASE(foreach_without_do) {
  const auto event = R"({"clientid":"c","payload":"{\"l\":[1,{\"v\":2}]}"})";
  BOOST_TEST(run("FOREACH payload.l FROM t", event) ==
             R"({"clientid":"c","payload":"{\"l\":[1,{\"v\":2}]}","item":1} )"
             R"({"clientid":"c","payload":"{\"l\":[1,{\"v\":2}]}","item":{"v":2}})");
}

BOOST_AUTO_TEST_CASE(foreach_with_do_and_incase) {
  const auto event = message_with(R"({"site":"x1","readings":[{"v":1},{"v":5}],"none":[]})");
  BOOST_TEST(
      run("FOREACH payload.readings as r DO payload.site as site, r.v as v INCASE r.v > 2 FROM \"plant/#\"",
          event) == R"({"site":"x1","v":5})");
  BOOST_TEST(run("FOREACH payload.readings DO item.v FROM t", event) ==
             R"({"item":{"v":1}} {"item":{"v":5}})");
  BOOST_TEST(run("FOREACH payload.none DO item.v FROM t", event) == "");
  BOOST_TEST(run("FOREACH payload.nosuch DO item.v FROM t", event) == "");
  BOOST_TEST(run("FOREACH payload.site DO item.v FROM t", event) == "");
  BOOST_TEST(run("FOREACH payload.readings AS r DO r.v AS v FROM t WHERE qos = 2", event) == "-");
  // What FOREACH names before the collection is seen by WHERE, not by DO.
  BOOST_TEST(run("FOREACH payload.site AS s, payload.readings AS r DO s AS s FROM t WHERE s = 'x1'", event) ==
             R"({"s":"undefined"} {"s":"undefined"})");
  BOOST_TEST(
      run("FOREACH payload.readings AS r DO r.v + 'x' AS v FROM t", event).starts_with("! DO or INCASE: "));
}

BOOST_AUTO_TEST_CASE(outputs_are_bounded) {
  std::string list = "[1";
  for (int i = 0; i < 10'000; ++i)
    list += ",1";
  BOOST_TEST(run("FOREACH payload.l DO item AS i FROM t", message_with("{\"l\":" + list + "]}"))
                 .ends_with("more than 10000 outputs"));
}

// One message must not stop the thread that it shares with others.
BOOST_AUTO_TEST_CASE(work_is_bounded) {
  constexpr std::string_view failed = "! the evaluation needs too much time";
  const auto numbers = [](int from, int to) {
    std::string list = "[0";
    for (int i = from; i < to; ++i)
      list += "," + std::to_string(i);
    return list + "]";
  };
  const auto lists = [&](int n) {
    return message_with("{\"a\":" + numbers(1, n) + ",\"b\":" + numbers(100'000, 100'000 + n) + "}");
  };
  constexpr auto product = "FOREACH payload.a AS i DO i INCASE contains(i, payload.b) AND i > 0 FROM t";
  BOOST_TEST(run(product, lists(7000)) == failed);
  BOOST_TEST(run(product, lists(700)) == "");
  BOOST_TEST(run("FOREACH [1..100000] AS i DO i INCASE [i, 1] = payload.a OR [i] = payload.b FROM t",
                 lists(1000)) == "");
  BOOST_TEST(run("FOREACH [1..100000] AS i DO i INCASE payload.a = payload.a AND false FROM t",
                 lists(1000)) == failed);
  BOOST_TEST(run("FOREACH payload.a AS i DO i INCASE md5(payload) = 'x' FROM t", lists(5000)) == failed);
  for (const std::string call : {"gzip('a')", "md5('a')", "now_rfc3339()", "timezone_to_second('local')"})
    BOOST_TEST(
        run("FOREACH [1..100000] AS i DO i INCASE is_null(" + call + ") OR is_null(" + call + ") FROM t",
            plain_message) == failed,
        call);
  BOOST_TEST(run("FOREACH [1..30] AS i DO i INCASE is_null(upper(payload)) FROM t",
                 message_with(std::string(400'000, 'a'))) == failed);
}

BOOST_AUTO_TEST_CASE(small_and_large_floats_in_json) {
  check({{"1.6e-19", "1.6e-19"},
         {"1.23456789012e-10", "1.23456789012e-10"},
         {"-0.00000012", "-1.2e-07"},
         {"0.000125", "0.000125"},
         {"0.1 + 0.2", "0.30000000000000004"},
         {"100000.0", "100000.0"},
         {"1.25e10", "12500000000.0"},
         {"0.0", "0.0"},
         {"[1.6e-19]", "[1.6e-19]"},
         {"json_encode(1.23456789012e-10)", "\"1.23456789012e-10\""},
         {"str(1.23456789012e-10)", "\"0.00000000012345679\""}});
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  auto parsed = query::parse("SELECT payload + payload AS a, a + a AS b, b + b AS c FROM t");
  boost::json::object members{{"payload", std::string(100'000, 'x')}};
  const json_event e{members};
  workspace w{500'000};
  BOOST_TEST(std::get<query>(parsed).run(e, w).error == "the evaluation needs too much memory");
  workspace enough;
  BOOST_TEST(std::get<query>(parsed).run(e, enough).matched());
  BOOST_TEST(query::output(enough, 0).find("c").text().size() == 800'000U);
}

BOOST_AUTO_TEST_CASE(memory_is_free_again_for_the_next_message) {
  auto parsed = query::parse("SELECT payload + payload AS a FROM t");
  boost::json::object members{{"payload", std::string(100'000, 'x')}};
  const json_event e{members};
  workspace w{500'000};
  for (int message = 0; message < 200; ++message)
    BOOST_TEST_REQUIRE(std::get<query>(parsed).run(e, w).matched());
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8) {
  boost::json::object members{{"payload", "a\xFF\xC3\xA4\x01\xE2\x82"}};
  const json_event e{members};
  workspace w;
  auto parsed = query::parse("SELECT payload FROM t");
  BOOST_TEST_REQUIRE(std::get<query>(parsed).run(e, w).matched());
  std::string out;
  query::output(w, 0).append_json(out);
  BOOST_TEST(out == "{\"payload\":\"a\xEF\xBF\xBD\xC3\xA4\\u0001\xEF\xBF\xBD\xEF\xBF\xBD\"}");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
