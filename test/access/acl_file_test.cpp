// acl.conf as text: every form of reference/config.md section 11, and what is said of what is no form.
#include "troupe/access/acl_file.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::access;

namespace {

using kind = condition::kind;

acl_file good(std::string_view text) {
  auto file = parse_acl_file(text);
  for (const auto& e : file.errors)
    BOOST_ERROR("line " << e.line << ": " << e.text);
  return file;
}

acl_rule one(std::string_view text) {
  auto file = good(text);
  BOOST_TEST_REQUIRE(file.rules.size() == 1U);
  return file.rules.front();
}

condition who(const std::string& text) { return one("{allow, " + text + ", publish, [\"t\"]}.").who; }

// All errors, a line each.
std::string errors(std::string_view text) {
  std::string out;
  for (const auto& e : parse_acl_file(text).errors)
    out += std::to_string(e.line) + ": " + e.text + "\n";
  return out;
}

bool has(const condition& c, std::string_view address) {
  return c.network.contains(*mqtt::parse_ip(address));
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_file_text)

BOOST_AUTO_TEST_CASE(the_short_form_is_for_everyone_and_everything) {
  const auto file = good("{allow, all}.\n{deny, all}.");
  BOOST_TEST_REQUIRE(file.rules.size() == 2U);
  BOOST_TEST((file.rules[0].result == decision::allow));
  BOOST_TEST((file.rules[1].result == decision::deny));
  BOOST_TEST((file.rules[0].who.what == kind::everyone));
  BOOST_TEST(file.rules[0].every_topic);
  BOOST_TEST(file.rules[0].publish);
  BOOST_TEST(file.rules[0].subscribe);
}

BOOST_AUTO_TEST_CASE(a_rule_has_an_operation_and_topics) {
  const auto r = one(R"({deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.)");
  BOOST_TEST((r.result == decision::deny));
  BOOST_TEST(!r.publish);
  BOOST_TEST(r.subscribe);
  BOOST_TEST(!r.every_topic);
  BOOST_TEST_REQUIRE(r.topics.size() == 2U);
  BOOST_TEST(r.topics[0].filter == "$SYS/#");
  BOOST_TEST(!r.topics[0].literal);
  BOOST_TEST(r.topics[1].filter == "#");
  BOOST_TEST(r.topics[1].literal);
  BOOST_TEST(!one(R"({allow, all, publish, []}.)").subscribe);
  const auto both = one(R"({allow, all, pubsub, ["a"]}.)");
  BOOST_TEST(both.publish);
  BOOST_TEST(both.subscribe);
}

BOOST_AUTO_TEST_CASE(whom_a_rule_concerns) {
  BOOST_TEST((who("all").what == kind::everyone));
  BOOST_TEST((who("{user, all}").what == kind::everyone));
  BOOST_TEST((who("{client, all}").what == kind::everyone));
  BOOST_TEST((who(R"({user, "u"})").what == kind::user));
  BOOST_TEST(who(R"({user, "u"})").name == "u");
  BOOST_TEST((who(R"({client, "c"})").what == kind::client));
  BOOST_TEST(who(R"({client, <<"c d">>})").name == "c d");
  const auto network = who(R"({ipaddr, "192.168.0.0/24"})");
  BOOST_TEST((network.what == kind::network));
  BOOST_TEST(has(network, "192.168.0.7"));
  BOOST_TEST(!has(network, "192.168.1.7"));
  BOOST_TEST(has(who(R"({ipaddr, "fd00::/8"})"), "fd12::1"));
  BOOST_TEST(has(who(R"({ipaddr, "10.1.2.3"})"), "10.1.2.3"));
}

BOOST_AUTO_TEST_CASE(conditions_of_conditions) {
  const auto c = who(R"({'and', [{user, "u"}, {'or', [{client, "a"}, {ipaddr, "::1"}]}, all]})");
  BOOST_TEST((c.what == kind::all_of));
  BOOST_TEST_REQUIRE(c.parts.size() == 3U);
  BOOST_TEST((c.parts[1].what == kind::any_of));
  BOOST_TEST(c.parts[1].parts.size() == 2U);
  BOOST_TEST((c.parts[2].what == kind::everyone));
}

BOOST_AUTO_TEST_CASE(atoms_strings_and_binaries_as_erlang_writes_them) {
  BOOST_TEST(one(R"({'allow','all','publish',[<<"a/b">>]}.)").topics[0].filter == "a/b");
  BOOST_TEST(one(R"({allow, all, publish, <<"a/b"/utf8>>}.)").topics[0].filter == "a/b"); // EMQ X takes it
  BOOST_TEST(who(R"({user, "a\"b\\c\x41\x{e9}\101\s\n"})").name == "a\"b\\cA\xC3\xA9"
                                                                   "A \n");
  BOOST_TEST(who("{user, \"\xC3\xA9%\"}").name == "\xC3\xA9%"); // not a comment
  BOOST_TEST(who(R"({user, "\x{1F600}\^A\e\q"})").name == "\xF0\x9F\x98\x80\x01\x1Bq");
}

BOOST_AUTO_TEST_CASE(white_space_and_comments) {
  const auto file = good("%% first\n\r\n{allow,%x}.\n  all\n} % before the dot\n.{deny,all}.%last");
  BOOST_TEST(file.rules.size() == 2U);
  BOOST_TEST(good("").rules.empty());
  BOOST_TEST(good("%").rules.empty());
}

BOOST_AUTO_TEST_CASE(errors_name_their_line_and_what_was_expected) {
  BOOST_TEST(errors("\n{permit, all}.") == "2: expected allow or deny, not permit\n");
  BOOST_TEST(errors("{allow, all, subscrbe, [\"a\"]}.") ==
             "1: expected subscribe, publish or pubsub, not subscrbe\n");
  BOOST_TEST(errors("{allow, {user, 'x'}, publish, [\"a\"]}.") ==
             "1: expected all or a name in double quotes, not x\n");
  BOOST_TEST(errors("{allow, {user, \"\"}, publish, [\"a\"]}.") ==
             "1: expected all or a name in double quotes, not \"\"\n");
  BOOST_TEST(errors("{allow, {group, \"x\"}, publish, [\"a\"]}.") ==
             "1: expected user, client, ipaddr, 'and' or 'or', not group\n");
  BOOST_TEST(errors("{allow, \"x\", publish, [\"a\"]}.").starts_with("1: expected all, {user, ...}"));
  BOOST_TEST(errors("{allow, {ipaddr, \"10.0.0.0/33\"}, publish, [\"a\"]}.") ==
             "1: expected an address or network such as \"192.168.0.0/24\", not \"10.0.0.0/33\"\n");
  BOOST_TEST(errors("{allow, {'and', []}, publish, [\"a\"]}.").starts_with("1: expected all, {user"));
  BOOST_TEST(errors("{allow, all,\n publish, [\"a#\"]}.") ==
             "2: expected a topic filter in double quotes, not \"a#\"\n");
  BOOST_TEST(errors("{allow, all, publish, [{ne, \"a\"}]}.") == "1: expected eq, not ne\n");
  BOOST_TEST(errors("{allow, all, publish, [\"a\" \"b\"]}.") == "1: expected ], not \"b\"\n");
  BOOST_TEST(errors("{allow, all, publish}.") == "1: expected ,, not }\n");
  BOOST_TEST(errors("{allow, {user, all}}.") == "1: expected ,, not }\n"); // only `all` may stand alone
  BOOST_TEST(errors("allow, all.") == "1: expected {, not allow\n");
}

BOOST_AUTO_TEST_CASE(errors_of_the_smallest_parts) {
  // The dot of the line is in the string, so that the next term goes with it.
  const auto open = parse_acl_file("{allow, {user, \"a}, publish, []}.\n{deny, all}.\n{allow, all}.");
  BOOST_TEST_REQUIRE(open.errors.size() == 1U);
  BOOST_TEST(open.errors[0].line == 1U);
  BOOST_TEST(open.errors[0].text == "the closing quote is missing on this line");
  BOOST_TEST(open.rules.size() == 1U);
  BOOST_TEST(errors("{allow, {user, \"\\x{110000}\"}, publish, []}.") ==
             "1: an escape that Erlang does not have\n");
  BOOST_TEST(errors("{allow, {user, \"\\^a\"}, publish, []}.") == "1: an escape that Erlang does not have\n");
  BOOST_TEST(errors("{allow, {user, <<1>>}, publish, []}.") == "1: a binary is <<\"text\">>\n");
  BOOST_TEST(errors("{allow; all}.") == "1: unexpected character ;\n");
  BOOST_TEST(errors("{allow, \xC3}.") == "1: unexpected byte, not of a string\n");
  BOOST_TEST(errors("{allow, {user, \"\xFF\"}, publish, []}.").starts_with("1: expected all or a name"));
  BOOST_TEST(errors("{allow, all, publish, [\"\\0\"]}.").starts_with("1: expected a topic filter"));
  BOOST_TEST(errors("{allow, all, publish, [\"\\x{d800}\"]}.").starts_with("1: expected a topic filter"));
}

BOOST_AUTO_TEST_CASE(all_bad_terms_are_named) {
  BOOST_TEST(errors("{allow, al}.\n{deny, all}.\n{allow, all, x, []}.\n{allow, all}") ==
             "1: expected all, {user, ...}, {client, ...}, {ipaddr, ...}, {'and', [...]} or {'or', [...]}, "
             "not al\n"
             "3: expected subscribe, publish or pubsub, not x\n"
             "4: expected ., not the end of the file\n");
  BOOST_TEST(errors("{allow, all}\n{deny, all}.\n{allow, 1}.") ==
             "2: expected ., not {\n3: unexpected character 1\n");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "{}.\n";
  BOOST_TEST(parse_acl_file(many).errors.size() == max_acl_errors);
}

BOOST_AUTO_TEST_CASE(bounds) {
  std::string deep = "all";
  for (std::size_t i = 0; i < max_acl_depth; ++i)
    deep = "{'or', [" + deep + "]}";
  BOOST_TEST((who(deep).what == kind::any_of));
  BOOST_TEST(errors("{allow, {'or', [" + deep + "]}, publish, []}.") ==
             "1: at most 16 levels of 'and' and 'or'\n");
  std::string levels = "a";
  for (std::size_t i = 1; i < max_acl_topic_levels; ++i)
    levels += "/a";
  BOOST_TEST(errors("{allow, all, publish, [\"" + levels + "\"]}.").empty());
  BOOST_TEST(errors("{allow, all, publish, [\"" + levels + "/a\"]}.") ==
             "1: expected a topic filter of at most 128 levels\n");
  std::string rules;
  for (std::size_t i = 0; i < max_acl_rules; ++i)
    rules += "{deny,all}.\n";
  BOOST_TEST(parse_acl_file(rules).errors.empty());
  BOOST_TEST(errors(rules + "{deny,all}.") == "100001: at most 100000 rules\n");
  BOOST_TEST(errors(std::string(max_acl_file + 1, '%')) == "1: the file is larger than 16 MB\n");
}

BOOST_AUTO_TEST_SUITE_END()
