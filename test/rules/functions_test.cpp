// Each function's own example.
#include "rules/sql/function.hpp"
#include "sql_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace troupe::rules::testing {

BOOST_AUTO_TEST_SUITE(sql_functions)

BOOST_AUTO_TEST_CASE(examples) {
  const auto event = message_with(R"({"k":{"j":1}})");
  for (const auto table : all_functions())
    for (const auto& f : table) {
      BOOST_TEST(f.example.substr(0, f.name.size()) == f.name);
      BOOST_TEST(!f.description.empty(), f.name);
      const auto got = value_of(f.example, event);
      if (f.result.empty())
        BOOST_TEST(!got.starts_with("! "), f.example << " gave " << got);
      else
        BOOST_TEST(got == f.result, f.example << " gave " << got << ", not " << f.result);
    }
}

// Every example of reference/rule-engine.md section 7 that is not a function's own.
BOOST_AUTO_TEST_CASE(reference_examples) {
  const std::pair<const char*, const char*> rows[] = {
      {"round(2.5)", "3"},
      {"ceil(7)", "7"},
      {"mod(17, 5)", "2"},
      {"eq('1', 1)", "false"},
      {"bitsl(100, -3)", "12"},
      {"bitsr(3, -4)", "48"},
      {"bitsl(-1, 63)", "! SELECT: line 1, column 8: the result is beyond 64 bits"},
      {"subbits('AB', 8)", "65"},
      {"subbits('AB', 9, 8)", "66"},
      {"subbits('AB', 17, 8)", "\"undefined\""},
      {"subbits('AB', 9, 800)", "66"},
      {"subbits('AB', 1, 12)", "1044"},
      {"subbits('AB', 1, 16, 'bits', 'unsigned', 'big')", "\"AB\""},
      {"subbits(hexstr2bin('FF'), 1, 8, 'integer', 'signed', 'big')", "-1"},
      {"subbits(hexstr2bin('3FF8000000000000'), 1, 64, 'float', 'signed', 'big')", "1.5"},
      {"subbits(hexstr2bin('0000C03F'), 1, 32, 'float', 'signed', 'little')", "1.5"},
      {"str(0.1)", "\"0.1\""},
      {"str(1.25e10)", "\"12500000000.0\""},
      {"str(2.0 * power(10, 21))", "\"2000000000000000000000.0\""},
      {"str([72,105])", "\"Hi\""},
      {"str([1,'a'])", R"("[1,\"a\"]")"},
      {"str(nosuch)", "\"undefined\""},
      {"str(payload.k)", R"("{\"j\":1}")"},
      {"int('42')", "42"},
      {"int(3.99)", "3"},
      {"int('8.7')", "8"},
      {"int(true)", "1"},
      {"float('1.5')", "1.5"},
      {"float(4)", "4.0"},
      {"float2str(2.50, 4)", "\"2.5\""},
      {"float2str(3.7, 0)", "\"4\""},
      {"float2str(10.0, 0)", "\"10\""},
      {"bool(1)", "true"},
      {"bool('false')", "false"},
      {"hexstr2bin('167')", R"("\u0001g")"},
      {"is_null(payload.n)", "false"},
      {"is_null(null())", "true"},
      {"substr('gateway', 4)", "\"way\""},
      {"substr('gateway', 20)", "\"\""},
      {"split('p;q;;r', ';', 'notrim')", R"(["p","q","","r"])"},
      {"split('p;q;r', ';', 'leading')", R"(["p","q;r"])"},
      {"split('p;q;r', ';', 'trailing')", R"(["p;q","r"])"},
      {"split(';p', ';', 'leading_notrim')", R"(["","p"])"},
      {"split(';p', ';', 'leading')", R"(["p"])"},
      {"tokens('a\r\nb c', ' ', 'nocrlf')", R"(["a","b","c"])"},
      {"pad('7', 3)", "\"7  \""},
      {"pad('7', 4, 'both')", "\" 7  \""},
      {"pad('long', 2)", "\"long\""},
      {"replace('x-y-z', '-', '+')", "\"x+y+z\""},
      {"replace('x-y-z', '-', '+', 'trailing')", "\"x-y+z\""},
      {"regex_match('dev42', '^[0-9]+$')", "false"},
      {R"(regex_replace('ab12', '([a-z])([a-z])', '\2\1'))", "\"ba12\""},
      {R"(regex_replace('abc', 'x*', '-'))", "\"-a-b-c-\""},
      {R"(regex_replace('a&b', '&', '\&\\'))", R"("a&\\b")"},
      {"find('plant/floor2/floor3', 'floor')", "\"floor2/floor3\""},
      {"find('a', 'b')", "\"\""},
      {"strlen('')", "0"},
      {"strlen('e\xCC\x81x')", "2"}, // a letter with a combining accent is one
      {"strlen('\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7x')",
       "2"},                                                                               // a family
      {"strlen('\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7')", "2"}, // flags
      {"substr('\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9x', 1)", "\"x\""},
      {"reverse('\xF0\x9F\x87\xA9\xF0\x9F\x87\xAAx')", "\"x\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\""},
      {"reverse('e\xCC\x81x')", "\"xe\xCC\x81\""},
      {"upper('stra\xC3\x9F' + 'e')", "\"STRASSE\""},
      {"trim('\xE2\x80\xA8 a')", "\"a\""},
      {"nth(2, [10,20,30])", "20"},
      {"sublist(2, [10,20,30])", "[10,20]"},
      {"contains(30, [10,20,30])", "true"},
      {"map_get('k.j', payload)", "1"},
      {R"(map_get('a.b', '{"a":{"b":2}}'))", "2"},
      {"map_get('k.x', payload)", "\"undefined\""},
      {"map_get('k.x', payload, 7)", "7"},
      {"map_put('k.x.y', 2, payload)", R"({"k":{"j":1,"x":{"y":2}},"n":null})"},
      {"topic(1)", "\"t\""},
      {"unix_ts_to_rfc3339(1600000000123, 'millisecond') =~ '2020-09-1#'", "false"},
      {"rfc3339_to_unix_ts('2020-09-13T12:26:40.5Z', 'millisecond')", "1600000000500"},
      {"format_date('millisecond', 'Z', '%H:%M:%S.%3N %6N %N %z', 1600000000123)",
       "\"12:26:40.123 123000 123000000 +0000\""},
      {"format_date('second', -12600, '%H:%M %::z', 1600000000)", "\"08:56 -03:30:00\""},
      {"date_to_unix_ts('second', '+02:00', '%Y-%m-%d %H:%M:%S', '2020-09-13 14:26:40')", "1600000000"},
      {"timezone_to_second('Z')", "0"},
      {"timezone_to_second(-1800)", "-1800"}, // seconds, and not eighteen hours
      {"timezone_to_second('-1800')", "-64800"},
      {"bitsr(-5, 9223372036854775807)", "-1"},
      {"bitsl(5, -9223372036854775807 - 1)", "0"},
      {"str_utf8([8364,32,72])", "\"\xE2\x82\xAC H\""},
      {"str_utf8([128512])", "\"\xF0\x9F\x98\x80\""},
      {"str_utf8([1,'a'])", R"("[1,\"a\"]")"},
      {"str([8364])", "\"[8364]\""},
      {"sublist(9, 1, [10,20,30])", "[]"},
      {"sublist(3, 9, [10,20,30])", "[30]"},
      {"pad('7', -5)", "\"7\""},
      {"float('+2.5e1')", "25.0"},
      {"int('-7')", "-7"},
      {"sprintf('~s ~2..0b ~.2f ~w~n', 'a', 5, 2.5, [1,'x'])", R"("a 05 2.50 [1,<<120>>]\n")"},
  };
  const auto event = message_with(R"({"k":{"j":1},"n":null})");
  for (const auto& [expression, result] : rows) {
    const auto got = value_of(expression, event);
    BOOST_TEST(got == result, expression << " gave " << got << ", not " << result);
  }
}

BOOST_AUTO_TEST_CASE(errors_of_functions) {
  for (const auto* bad : {"abs(1.5)",
                          "abs('x')",
                          "sqrt(-1)",
                          "log(0)",
                          "mod(1, 0)",
                          "mod(1.5, 1)",
                          "bitand(1, 'x')",
                          "bitsl(1, 64)",
                          "subbits('AB', 0, 8)",
                          "subbits('AB', 1, 8, 'nosuch')",
                          "subbits('ABCDEFGHI', 1, 72)",
                          "subbits('AB', 1, 16, 'float')",
                          "int('x')",
                          "int(nosuch)",
                          "float('x')",
                          "bool(2)",
                          "map('[1]')",
                          "map(1)",
                          "hexstr2bin('xy')",
                          "lower(1)",
                          "substr('a', -1)",
                          "split('a', ';', 'nosuch')",
                          "tokens('a', ' ', 'x')",
                          "concat('a', 1)",
                          "pad('a', 100000000)",
                          "regex_match('a', '(' + '')",
                          "ascii('')",
                          "sprintf('%s', 'a')",
                          "sprintf('~s')",
                          "sprintf('~b', 'x')",
                          "sprintf('~', 1)",
                          "sprintf('~z', 1)",
                          "nth(0, [1])",
                          "nth(2, [1])",
                          "first([])",
                          "last([])",
                          "sublist(0, 1, [1])",
                          "length('a')",
                          "contains(1, 'a')",
                          "map_get(1, payload)",
                          "map_get('a', 1)",
                          "base64_decode('x')",
                          "bitsl(1, 9223372036854775807)",
                          "bitsr(1, -9223372036854775807 - 1)",
                          "subbits(hexstr2bin('7FF0000000000000'), 1, 64, 'float')",
                          "subbits(hexstr2bin('FFC00000'), 1, 32, 'float')",
                          "term_decode(hexstr2bin('83467FF8000000000000'))",
                          "timezone_to_second(86400)",
                          "timezone_to_second(-9223372036854775807 - 1)",
                          "json_decode('{')",
                          "json_decode('[1e999]')", // no float is so large
                          "int('1e3')",
                          "int('1.')",
                          "float('1.')",
                          "float('.5')",
                          "float('1.5e')",
                          "float('1.e3')",
                          "float(' 1')",
                          "float('+-1')",
                          "float('0x1')",
                          "gunzip('x')",
                          "unzip('')",
                          "topic(3)",
                          "topic(0)",
                          "now_timestamp('day')",
                          "unix_ts_to_rfc3339(9223372036854775807)",
                          "format_date('second', '+99:00', '%Y', 1)",
                          "format_date('second', 'Z', '%Q', 1)",
                          "date_to_unix_ts('second', '%Y-%m-%d', '2023-02-29')",
                          "rfc3339_to_unix_ts('yesterday')"})
    BOOST_TEST(value_of(bad, message_with("{}")).starts_with("! SELECT: line 1, column 8: "), bad);
}

// Erlang's base64:decode/1 of OTP 23.
BOOST_AUTO_TEST_CASE(base64_as_erlang_reads_it) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},        {" \r\n\t", ""},          {"YQ==", "a"},          {"YWI=", "ab"},
      {"YWJj", "abc"}, {"YWJjZA==", "abcd"},     {" Y\tW\rI\n= ", "ab"}, {"YQ= =\n", "a"},
      {"YR==", "a"}, // what the padding leaves over does not count
      {"YWJ=", "ab"},  {"+/+/", "\xFB\xFF\xBF"},
  };
  const auto decoded = [](std::string_view text) {
    const boost::json::object members{{"payload", boost::json::string_view{text.data(), text.size()}}};
    workspace w;
    const auto parsed = query::parse("SELECT base64_decode(payload) AS x FROM t");
    const auto v = std::get<query>(parsed).run(json_event{members}, w);
    return v.matched() ? std::string{query::output(w, 0).find("x").text()} : "! " + v.error;
  };
  for (const auto& [text, result] : rows)
    BOOST_TEST(decoded(text) == result, text);
  for (const std::string_view bad :
       {"Y", "YQ", "YQ=", "YWI", "YWJjZ", "=", "==", "====", "Y===", "Y=Q=", "YQ=Q", "YQ==YQ==", "YWI=x",
        "YQ==\v", "Y-_j", "Y.Jj", "YW\xC3\xA4", "YQ===", "\x0bYQ=="})
    BOOST_TEST(decoded(bad) == "! SELECT: line 1, column 8: expected base64", bad);
  BOOST_TEST(decoded(std::string_view{"YWJ\0", 4}).starts_with("! "));
}

// What an attacker might try with a payload of a megabyte.
BOOST_AUTO_TEST_CASE(results_are_bounded) {
  const auto large = message_with(std::string(1'000'000, 'x'));
  const std::string filling(1000, 'y');
  BOOST_TEST(
      value_of("replace(payload, 'x', '" + filling + "')", large).ends_with("longer than 16777216 bytes"));
  BOOST_TEST(value_of("regex_replace(payload, 'x', '" + filling + "')", large)
                 .ends_with("longer than 16777216 bytes"));
  BOOST_TEST(value_of("pad('', 1000000, 'leading', '01234567890123456789')", large)
                 .ends_with("longer than 16777216 bytes"));
  BOOST_TEST(value_of("sprintf_s(pad('', 50000, 'leading', '~1000b'), [1..50000])", large)
                 .ends_with("longer than 16777216 bytes"));
  BOOST_TEST(value_of("strlen(gunzip(gzip(payload)))", large) == "1000000");
  BOOST_TEST(value_of("regex_match(payload, '(x+x+)+y')", large) == "false");
}

// Each of them took seconds with a payload of less than a megabyte.
BOOST_AUTO_TEST_CASE(work_is_bounded) {
  const std::string same(400'000, 'a');
  const std::pair<const char*, std::string> rows[] = {
      {"find(payload, substr(payload, 200000) + 'b')", same},
      {"replace(payload, substr(payload, 200000) + 'b', 'c')", same},
      {"tokens(payload, 'b' + substr(payload, 200000))", same},
      {"regex_replace(payload, 'a.*b|a', 'c')", same},
      {"regex_match(payload, '(?:x?){1000}b')", same},
      {"strlen(payload) + strlen(payload + payload) + strlen(gzip(payload + payload + payload + payload))",
       same + same},
  };
  for (const auto& [expression, payload] : rows)
    BOOST_TEST(value_of(expression, message_with(payload)) == "! the evaluation needs too much time",
               expression);
  std::string format, values; // little is written of what is much to look at
  for (int i = 0; i < 30; ++i) {
    format += "~1s";
    values += ", payload";
  }
  BOOST_TEST(value_of("sprintf('" + format + "'" + values + ")", message_with(same)) ==
             "! the evaluation needs too much time");
}

// io_lib:format/2 of OTP 22 and 23.
BOOST_AUTO_TEST_CASE(formats_as_erlang_writes_them) {
  const std::pair<const char*, const char*> rows[] = {
      {"'~e', 1.0", "1.00000e+0"},
      {"'~.3e', 12345.678", "1.23e+4"},
      {"'~e', -0.00012345678", "-1.23457e-4"},
      {"'~.2e', 9.99", "1.0e+1"},
      {"'~e', 0.0", "0.00000e+0"},
      {"'~g', 100.5", "100.500"},
      {"'~g', 123456.0", "1.23456e+5"},
      {"'~g', 0.5", "0.500000"},
      {"'~g', 0.05", "5.00000e-2"},
      {"'~.1g', 0.5", "0.5"},
      {"'~.1g', 5.0", "5.0e+0"},
      {"'~.4g', 9999.5", "1.000e+4"},
      {"'~f', 12345.678", "12345.678000"},
      {"'~.2f', 0.125", "0.13"}, // C: 0.12
      {"'~.1f', 9.96", "10.0"},
      {"'~.3f', 0.0004", "0.000"},
      {"'~.1f', -2.25", "-2.3"},
      {"'~8.2f|~-8.2f|~3.2f', 1.5, 1.5, 1234.5", "    1.50|1.50    |***"},
      {"'~3s', 'abcdef'", "abc"},
      {"'~5s|~-5s|~5..xs', 'ab', 'ab', 'ab'", "   ab|ab   |xxxab"},
      {"'~.5s|~.1s|~5.1s|~-4.2.xs', 'ab', 'ab', 'ab', 'abc'", "ab   |a|    a|abxx"},
      {"'~.1s|~3s', '\xC3\xA4\xC3\xB6', '\xC3\xA4'", "\xC3\xA4|  \xC3\xA4"},
      {"'~3b', 12345", "***"},
      {"'~5b|~-5b|~5..0b', 42, 42, 42", "   42|42   |00042"},
      {"'~*b|~*b', 5, 42, -5, 42", "   42|42   "},
      {"'~.*b', 16, 255", "ff"},
      {"'~5..*b', 48, 42", "00042"},
      {"'~.16b|~.16B|~.2b', 255, 255, -5", "ff|FF|-101"},
      {"'~.16+|~.16#|~#', 31, -31, 31", "16#1f|-16#1F|10#31"},
      {"'~.16x|~.16X', 31, '0x', -31, '0x'", "0x1f|-0x1F"},
      {"'~c|~3c|~5.2c', 65, 66, 67", "A|BBB|   CC"},
      {"'~~|~3~|~2n|'", "~|~~~|\n\n|"},
      {"'~3.3~|~.2~|~-3.1c|', 65", "~~~|~~|A  |"},
      {"'~.3n|~2.5n|~2.1n|'", "\n|\n\n|\n\n|"}, // as Erlang has it: by the width alone
      {"'~p ~p ~p', 1.0e22, 100.0, 10000.0", "1.0e22 100.0 1.0e4"},
      {"'~p ~p ~p', 0.001, 0.0001, 123456.789", "0.001 0.0001 123456.789"},
      {"'~w ~w', -0.1, 0.0", "-0.1 0.0"},
      {"'~p ~w', 'ab', 'ab'", "<<\"ab\">> <<97,98>>"},
      {"'~p ~w', [72,105], [72,105]", "\"Hi\" [72,105]"},
      {"'~6w|~2w', 12, 12345", "    12|**"},
      {"'~p', payload.o", "#{<<\"k\">> => 1}"},
      {"'~ts ~lp~i', 'a', [72,105], 2", "a [72,105]"},
  };
  const auto event = message_with(R"({"o":{"k":1}})");
  const auto written = [&](std::string_view given) {
    return value_of("sprintf(" + std::string{given} + ")", event);
  };
  for (const auto& [given, text] : rows) {
    std::string wanted;
    append_json_string(wanted, text);
    BOOST_TEST(written(given) == wanted, given << " gave " << written(given));
  }
  for (const auto* bad :
       {"'~.1e', 1.0", "'~.0f', 1.0", "'~e', 1", "'~2.3s', 'a'", "'~.1b', 1", "'~.37b', 1", "'~.-1b', 1",
        "'~-s', 'a'", "'~*b', 'x', 1", "'~*b', 5", "'~99999999999999999999s', 'a'", "'~*s', 65536, 'a'",
        "'~.16x', 1", "'~c', 1000", "'~5.'", "'~2.3c', 65", "'~2.3~'", "'~-2n'"})
    BOOST_TEST(written(bad).starts_with("! "), bad);
}

BOOST_AUTO_TEST_CASE(patterns_are_kept_and_bounded) {
  pattern_cache cache;
  work_budget work;
  const auto* first = cache.find("a+", work);
  const auto left = work.left();
  BOOST_TEST(cache.find("a+", work) == first);
  BOOST_TEST(work.left() == left);
  BOOST_TEST(cache.find("(", work) == nullptr);
  BOOST_TEST(work.left() < left);
  for (std::size_t i = 0; i < 2 * pattern_cache::most; ++i)
    cache.find("x" + std::to_string(i), work);
  BOOST_TEST(cache.size() <= pattern_cache::most);
  BOOST_TEST(cache.forgotten() == 2U);
}

BOOST_AUTO_TEST_CASE(names_are_unique) {
  std::set<std::string_view> names;
  for (const auto table : all_functions())
    for (const auto& f : table)
      BOOST_TEST(names.insert(f.name).second, f.name);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
