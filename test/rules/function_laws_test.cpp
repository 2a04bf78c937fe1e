// Laws of the functions: each holds for whatever is put in the place of its names, and each function has an
// example with a result or a law.
#include "any_value.hpp"
#include "rules/sql/function.hpp"
#include "sql_fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace troupe::rules::testing {

namespace {

// `s`, `t`: texts; `w`: one of letters, blanks, `;` and `-`; `bytes`; `v`: anything; `k`: a key; `l`: a list;
// `m`: an object; `y`: a boolean; `i`, `j`: integers; `a`, `b`: such of 30 bits; `c`: a small one, `z`: not
// 0; `n`: 0 to 20; `d`: a float in eighths; `x`: from -5 to 5; `u`: from -1 to 1; `p`: above 0; `ts`:
// seconds, `ms`: milliseconds; `zone`: an offset in seconds; `subs`: a list of {topic, qos}. Names of columns
// are such.
boost::json::object names(any_value& any) {
  const auto topic = [&] { return "t/" + std::to_string(any.integer(1, 9)) + "/" + any.key(); };
  boost::json::array subs;
  for (auto n = any.integer(1, 4); n > 0; --n)
    subs.push_back(boost::json::object{{"topic", topic()}, {"qos", any.integer(0, 2)}});
  const auto seconds = any.integer(0, 4'000'000'000);
  return {{"id", any.key()},
          {"clientid", any.text()},
          {"username", any.text()},
          {"peerhost", "10.0.0." + std::to_string(any.integer(1, 250))},
          {"topic", topic()},
          {"qos", any.integer(0, 2)},
          {"payload", boost::json::string{any.bytes(40)}},
          {"flags", boost::json::object{{"retain", any.chance(2)}, {"dup", false}}},
          {"s", any.text()},
          {"t", any.text()},
          {"w", any.word()},
          {"bytes", boost::json::string{any.bytes(60)}},
          {"v", any.json()},
          {"k", any.key()},
          {"l", any.list()},
          {"m", any.map()},
          {"y", any.chance(2)},
          {"i", any.whole()},
          {"j", any.whole()},
          {"a", any.integer(-1'000'000'000, 1'000'000'000)},
          {"b", any.integer(-1'000'000'000, 1'000'000'000)},
          {"c", any.integer(-1000, 1000)},
          {"z", any.integer(1, 1000) * (any.chance(2) ? -1 : 1)},
          {"n", any.integer(0, 20)},
          {"d", any.eighths(1'000'000)},
          {"x", any.between(-5, 5)},
          {"u", any.between(-0.999, 0.999)},
          {"p", any.between(0.001, 1000)},
          {"ts", seconds},
          {"ms", seconds * 1000 + any.integer(0, 999)},
          {"zone", any.integer(-56, 56) * 900},
          {"subs", std::move(subs)}};
}

constexpr std::string_view laws[] = {
    // messages
    "msgid() = id and qos() = qos and topic() = topic and payload() = payload and flags() = flags",
    "flag('retain') = flags.retain and is_null(flag('none'))",
    "clientid() = clientid and username() = username and clientip() = peerhost and peerhost() = peerhost",
    "topic(length(split(topic, '/', 'notrim'))) = last(split(topic, '/', 'notrim'))",
    "topic(2) = nth(2, split(topic, '/'))",
    "contains_topic(subs, mget('topic', last(subs)), mget('qos', last(subs)))",
    "contains_topic(subs, topic) = contains_topic_match(subs, topic)",
    "is_null(null()) and null() = nosuch",
    // numbers
    "abs(i) >= 0 and abs(i) = abs(-i) and abs(i) in (i, -i)",
    "floor(d) <= d and d < floor(d) + 1 and ceil(d) = -floor(-d)",
    "round(d) in (floor(d), ceil(d)) and abs(round(d)) = round(abs(int(d * 8)) / 8.0)",
    "floor(i) in (i) and ceil(i) in (i) and round(i) in (i)",
    "~log(exp(x))~x",
    "~power(2, log2(p))~p",
    "~power(10, log10(p))~p",
    "~exp(log(p))~p",
    "~sqrt(p) * sqrt(p)~p",
    "~power(x, 2)~x * x",
    "fmod(c, z) = mod(c, z)",
    "(c div z) * z + mod(c, z) = c and abs(mod(c, z)) < abs(z)",
    "eq(v, v) and eq(c, float(c)) and eq(v, s) = eq(s, v)",
    "~sin(x) * sin(x) + cos(x) * cos(x)~1",
    "~tan(u)~sin(u) / cos(u)",
    "~sin(asin(u))~u",
    "~cos(acos(u))~u",
    "~tan(atan(x))~x",
    "~sinh(asinh(x))~x",
    "~cosh(acosh(p + 1))~p + 1",
    "~tanh(atanh(u))~u",
    "~cosh(u) * cosh(u) - sinh(u) * sinh(u)~1",
    "~tanh(u)~sinh(u) / cosh(u)",
    // bits
    "bitnot(i) = -i - 1 and bitnot(bitnot(i)) = i",
    "bitand(a, b) + bitor(a, b) = a + b and bitor(a, b) - bitand(a, b) = bitxor(a, b)",
    "bitxor(bitxor(i, j), j) = i and bitand(i, i) = i and bitor(i, i) = i and bitand(i, bitnot(i)) = 0",
    "bitsl(a, n) = a * power(2, n) and bitsr(bitsl(a, n), n) = a and bitsr(a, n) = floor(a / power(2, n))",
    "bitsl(a, -n) = bitsr(a, n) and bitsr(a, -n) = bitsl(a, n)",
    "bitsize(bytes) = 4 * strlen(bin2hexstr(bytes))",
    "subbits(bytes, 1, bitsize(bytes), 'bits') = bytes or bytes = ''",
    "is_null(subbits(bytes, bitsize(bytes) + 1, 8))",
    "8 * n >= bitsize(bytes) or n = 0 or "
    "subbits(bytes, 1, 8 * n, 'bits') + subbits(bytes, 8 * n + 1, bitsize(bytes), 'bits') = bytes",
    "bytes = '' or subbits(bytes, 8) = ascii(bytes)",
    "bytes = '' or bitand(subbits(bytes, 1, 8, 'integer', 'signed', 'big'), 255) = subbits(bytes, 1, 8)",
    "bitsize(bytes) < 16 or subbits(bytes, 1, 16, 'integer', 'unsigned', 'little') = "
    "subbits(bytes, 1, 8) + 256 * subbits(bytes, 9, 8)",
    // types
    "int(str(i)) in (i) and float(str(d)) in (d) and str(s) = s and str_utf8(v) = str(v)",
    "int(float(c)) in (c) and float(c) = c and int(d) = floor(d) and int(y) in (0, 1)",
    "float(float2str(d, 3)) in (d)",
    "bool(str(y)) = y and bool(int(y)) = y and bool(y) = y",
    "map(json_encode(m)) = m and map(m) = m",
    "hexstr2bin(bin2hexstr(bytes)) = bytes and bin2hexstr(bytes) = upper(bin2hexstr(bytes))",
    "hexstr2bin(lower(bin2hexstr(bytes))) = bytes",
    "int(is_str(v)) + int(is_bool(v)) + int(is_num(v)) + int(is_map(v)) + int(is_array(v)) <= 1",
    "int(is_int(v)) + int(is_float(v)) = int(is_num(v))",
    "is_not_null(v) and not is_null(v) and is_null(nosuch) and not is_not_null(nosuch)",
    // strings
    "lower(lower(s)) = lower(s) and upper(upper(s)) = upper(s) and lower(upper(w)) = lower(w)",
    "trim(s) = ltrim(rtrim(s)) and trim(trim(s)) = trim(s) and trim('  ' + s + ' ') = trim(s)",
    "ltrim(ltrim(s)) = ltrim(s) and rtrim(rtrim(s)) = rtrim(s) and strlen(trim(s)) <= strlen(s)",
    "reverse(reverse(s)) = s and strlen(reverse(s)) = strlen(s)",
    "strlen(s + t) = strlen(s) + strlen(t)",
    "substr(s, 0, n) + substr(s, n) = s and substr(s, strlen(s)) = '' and strlen(substr(s, 0, n)) <= n",
    "n > strlen(s) or strlen(substr(s, 0, n)) = n",
    "length(split(w, ';', 'notrim')) = strlen(w) - strlen(replace(w, ';', '')) + 1",
    "not contains('', split(w, ';')) and length(split(w, ';')) <= length(split(w, ';', 'notrim'))",
    "first(split(w, ';', 'leading_notrim')) = first(split(w, ';', 'notrim'))",
    "last(split(w, ';', 'trailing_notrim')) = last(split(w, ';', 'notrim'))",
    "tokens(w, ';') = split(w, ';') and tokens(w, ';-') = tokens(replace(w, '-', ';'), ';')",
    "concat(s, t) = s + t",
    "strlen(pad(s, n)) = CASE WHEN strlen(s) > n THEN strlen(s) ELSE n END",
    "strlen(pad(s, n, 'both', '.')) = strlen(pad(s, n)) and rtrim(pad(rtrim(s), n)) = rtrim(s)",
    "pad(w, n, 'leading', '.') = reverse(pad(reverse(w), n, 'trailing', '.'))",
    "replace(replace(w, ';', '~'), '~', ';') = w and replace(w, ';', ';') = w",
    "find(replace(w, ';', '~', 'leading'), '~') = replace(find(w, ';'), ';', '~', 'leading')",
    "find(replace(w, ';', '~', 'trailing'), '~') = replace(find(w, ';', 'trailing'), ';', '~')",
    "regex_match(w, ';') = (find(w, ';') != '') and regex_match(w, '^[^~]*$')",
    "regex_replace(w, ';', '-') = replace(w, ';', '-') and regex_replace(s, '.', '&') = s",
    "regex_replace(w, '[^;]', '') = pad('', length(split(w, ';', 'notrim')) - 1, 'leading', ';')",
    "w = '' or ascii(w) = subbits(w, 8)",
    "find(w + '~' + s, '~') = '~' + s and find(s + '~' + w, '~', 'trailing') = '~' + w",
    "sprintf('~s', s) = s and sprintf('~b', i) = str(i) and sprintf('~~') = '~'",
    "sprintf_s('~s-~b', [s, i]) = s + '-' + str(i) and strlen(sprintf('~30b', i)) = 30",
    // lists
    "length(l) = 0 or (nth(1, l) in (first(l)) and nth(length(l), l) in (last(l)))",
    "length(l) = 0 or (contains(first(l), l) and contains(last(l), l))",
    "not contains(v, []) and contains(v, [v])",
    "sublist(length(l), l) in (l) and length(sublist(n, l)) <= n",
    "n >= length(l) or sublist(n + 1, 1, l) in ([nth(n + 1, l)])",
    // objects
    "map_get(k, map_put(k, v, m)) in (v) and map_get('a.b', map_put('a.b', v, m)) in (v)",
    "mget('a.b', mput('a.b', v, m)) in (v) and mput(k, v, mput(k, s, m)) = mput(k, v, m)",
    "map_get('none', m, v) in (v) and mget('none', m, v) in (v) and is_null(mget('none', m))",
    "mget(k, map_new(), v) in (v) and json_encode(map_new()) = '{}'",
    // encodings
    "regex_match(md5(bytes), '^[0-9a-f]{32}$') and regex_match(sha(bytes), '^[0-9a-f]{40}$')",
    "regex_match(sha256(bytes), '^[0-9a-f]{64}$') and (md5(s) = md5(t)) = (s = t)",
    "base64_decode(base64_encode(bytes)) = bytes and regex_match(base64_encode(bytes), "
    "'^[A-Za-z0-9+/]*=?=?$')",
    "json_decode(json_encode(v)) in (v)",
    "term_decode(term_encode(v)) in (v) and subbits(term_encode(v), 8) = 131",
    "gunzip(gzip(bytes)) = bytes and unzip(zip(bytes)) = bytes and zip_uncompress(zip_compress(bytes)) = "
    "bytes",
    "bin2hexstr(substr(bin2hexstr(gzip(s)), 0, 4)) = '31463842'",
    // times
    "rfc3339_to_unix_ts(unix_ts_to_rfc3339(ts)) = ts",
    "rfc3339_to_unix_ts(unix_ts_to_rfc3339(ms, 'millisecond'), 'millisecond') = ms",
    "date_to_unix_ts('second', zone, '%Y-%m-%d %H:%M:%S', "
    "format_date('second', zone, '%Y-%m-%d %H:%M:%S', ts)) = ts",
    "date_to_unix_ts('millisecond', '%d.%m.%Y %H:%M:%S.%N %z', "
    "format_date('millisecond', zone, '%d.%m.%Y %H:%M:%S.%N %z', ms)) = ms",
    "timezone_to_second(format_date('second', zone, '%:z', ts)) = zone and timezone_to_second(zone) = zone",
    "nth(1, mongo_date(ms)) * 1000000000 + nth(2, mongo_date(ms)) * 1000 + nth(3, mongo_date(ms)) div 1000 = "
    "ms",
    "abs(now_timestamp('millisecond') div 1000 - now_timestamp()) <= 60",
    "abs(rfc3339_to_unix_ts(now_rfc3339()) - now_timestamp()) <= 60",
    // what is remembered
    "kv_store_put(k, v) and kv_store_get(k) in (v) and kv_store_del(k) and is_null(kv_store_get(k))",
    "kv_store_get('none', v) in (v)",
    "proc_dict_put(k, v) and proc_dict_get(k) in (v) and proc_dict_del(k) and is_null(proc_dict_get(k))",
};

// "~one~other": both are nearly the same.
std::string expression_of(std::string_view law) {
  if (!law.starts_with('~'))
    return std::string{law};
  const auto middle = law.find('~', 1);
  const std::string one{law.substr(1, middle - 1)}, other{law.substr(middle + 1)};
  return "(" + one + ") - (" + other + ") < 0.000001 and (" + other + ") - (" + one + ") < 0.000001";
}

bool names_function(std::string_view law, std::string_view name) {
  const auto call = std::string{name} + '(';
  for (auto at = law.find(call); at != std::string_view::npos; at = law.find(call, at + 1))
    if (at == 0 ||
        std::string_view{"abcdefghijklmnopqrstuvwxyz0123456789_"}.find(law[at - 1]) == std::string_view::npos)
      return true;
  return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sql_function_laws)

BOOST_AUTO_TEST_CASE(hold) {
  constexpr int rounds = 200;
  any_value any{20};
  std::vector<boost::json::object> events;
  while (events.size() < rounds)
    events.push_back(names(any));
  workspace w;
  for (const auto law : laws) {
    const auto parsed = query::parse("SELECT " + expression_of(law) + " AS holds FROM \"t/#\"");
    const auto* error = std::get_if<sql_error>(&parsed);
    BOOST_TEST_REQUIRE(error == nullptr, law << ": " << (error == nullptr ? "" : to_string(*error)));
    for (const auto& event : events) {
      const auto v = std::get<query>(parsed).run(json_event{event}, w);
      const auto holds = v.matched() ? query::output(w, 0).find("holds") : value{};
      if (holds.is(value::kind::boolean) && holds.boolean())
        continue;
      BOOST_ERROR(law << " does not hold (" << v.error << ") for " << boost::json::serialize(event));
      break;
    }
  }
}

BOOST_AUTO_TEST_CASE(each_function_has_an_example_or_a_law) {
  for (const auto table : all_functions())
    for (const auto& f : table) {
      bool lawful = !f.result.empty();
      for (const auto law : laws)
        lawful = lawful || names_function(law, f.name);
      BOOST_TEST(lawful, f.name << " has neither an example with a result nor a law");
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::rules::testing
