// Settings of the plugins that ask back ends.
#include "troupe/actors/config.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

loaded_settings load(const std::string& text) { return load_settings(text, "/etc/troupe/troupe.conf", {}); }

} // namespace

BOOST_AUTO_TEST_SUITE(back_end_settings)

BOOST_AUTO_TEST_CASE(of_a_web_service) {
  const auto l = load("auth.http.acl_req = https://auth.example/acl?v=1\nauth.http.acl_req.method = post\n"
                      "auth.http.acl_req.content_type = json\nauth.http.acl_req.params = t=%t\n"
                      "auth.http.header.X-Key = a b\nauth.http.request.timeout = 2s\n"
                      "auth.http.request.retry_backoff = 1.5\nauth.http.ssl.cacertfile = ca.pem\n"
                      "auth.http.ssl.verify = verify_none\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& c = l.values.auth_http;
  BOOST_TEST(c.acl.url == "https://auth.example/acl?v=1");
  BOOST_TEST(!c.acl.get);
  BOOST_TEST(c.acl.json);
  BOOST_TEST(c.acl.params == "t=%t");
  BOOST_TEST(c.super.url == "");
  BOOST_TEST_REQUIRE(c.headers.size() == 1U);
  BOOST_TEST(c.headers[0].first == "X-Key");
  BOOST_TEST(c.headers[0].second == "a b");
  BOOST_TEST((c.request_timeout == 2s));
  BOOST_TEST(c.retry_backoff == 1.5);
  BOOST_TEST(c.tls.cacertfile == "/etc/troupe/ca.pem");
  BOOST_TEST(!c.tls.verify_peer);
}

BOOST_AUTO_TEST_CASE(of_a_web_service_as_emqx_4_3_writes_them) {
  const auto l = load("auth.http.auth_req.url = http://a.example/auth\nauth.http.auth_req.method = get\n"
                      "auth.http.auth_req.params = c=%c\nauth.http.auth_req.headers.X-Key = a\n"
                      "auth.http.super_req.url = http://a.example/super\n"
                      "auth.http.super_req.headers.content-type = application/json\n"
                      "auth.http.acl_req.url = http://a.example/acl\nauth.http.acl_req.method = post\n"
                      "auth.http.acl_req.headers.Content-Type = application/x-www-form-urlencoded\n"
                      "auth.http.acl_req.headers.X-One = 1\nauth.http.acl_req.headers.X-Two = 2\n"
                      "auth.http.timeout = 4s\nauth.http.connect_timeout = 3s\nauth.http.pool_size = 32\n"
                      "auth.http.enable_pipelining = true\nauth.http.ssl.verify = verify_none\n"
                      "auth.http.ssl.cacertfile = ca.pem\nauth.http.ssl.server_name_indication = disable\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& c = l.values.auth_http;
  BOOST_TEST(c.auth.url == "http://a.example/auth");
  BOOST_TEST(c.auth.get);
  BOOST_TEST(c.auth.params == "c=%c");
  BOOST_TEST_REQUIRE(c.auth.headers.size() == 1U);
  BOOST_TEST(c.auth.headers[0].first == "X-Key");
  BOOST_TEST(c.super.url == "http://a.example/super");
  BOOST_TEST(c.super.json);
  BOOST_TEST(c.super.headers.empty());
  BOOST_TEST(c.acl.url == "http://a.example/acl");
  BOOST_TEST(!c.acl.get);
  BOOST_TEST(!c.acl.json);
  BOOST_TEST(c.acl.headers.size() == 2U);
  BOOST_TEST(c.headers.empty());
  BOOST_TEST((c.request_timeout == 4s));
  BOOST_TEST((c.connect_timeout == 3s));
  BOOST_TEST(c.pool == 32U);
  BOOST_TEST(!c.tls.verify_peer);
}

BOOST_AUTO_TEST_CASE(a_content_type_in_any_case_of_letters) {
  for (const std::string question : {"auth_req", "super_req", "acl_req"})
    for (const std::string name :
         {"content-type", "Content-Type", "Content-type", "CONTENT-TYPE", "content_type"}) {
      const auto key = "auth.http." + question + ".headers." + name;
      const auto l = load(key + " = application/json\n");
      BOOST_TEST(l.errors.empty(), key);
      BOOST_TEST(l.warnings.empty(), key);
      const auto& c = l.values.auth_http;
      const auto& q = question == "auth_req" ? c.auth : question == "super_req" ? c.super : c.acl;
      BOOST_TEST(q.json, key);
      BOOST_TEST(q.headers.empty(), key);
      const auto both = load(key + " = application/json\nauth.http." + question +
                             ".content_type = x-www-form-urlencoded\n"); // the later one wins
      BOOST_TEST(!both.values.auth_http.auth.json, key);
      BOOST_TEST(!both.values.auth_http.super.json, key);
      BOOST_TEST(!both.values.auth_http.acl.json, key);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_key_of_a_question_is_an_error) {
  for (const std::string key : {"auth.http.auth_req.uri", "auth.http.acl_req.urls.1",
                                "auth.http.super_req.header.X", "auth.http.auth_req."}) {
    const auto l = load(key + " = http://a.example/\n");
    BOOST_TEST_REQUIRE(l.errors.size() == 1U, key);
    BOOST_TEST(l.errors[0].starts_with("/etc/troupe/troupe.conf:1: unknown key \"" + key + "\""),
               l.errors[0]);
  }
  for (const std::string key : {"auth.http.requests", "auth.http.login_req", "auth.http.my_auth_req.url"}) {
    const auto l = load(key + " = 1\n");
    BOOST_TEST(l.errors.empty(), key);
    BOOST_TEST(l.warnings.size() == 1U, key);
  }
}

BOOST_AUTO_TEST_CASE(of_a_web_hook) {
  const auto l =
      load("web.hook.api.url = http://old:1\nweb.hook.url = https://hook.example/in?v=1\n"
           "web.hook.headers.X-Key = a b\nweb.hook.body.encoding_of_payload_field = base64\n"
           "web.hook.ssl.cacertfile = ca.pem\nweb.hook.pool_size = 4\n"
           "web.hook.rule.client.connack.2 = {\"action\": \"on_client_connack\"}\n"
           "web.hook.rule.message.acked.1 = {\"topic\":\"a/#\",\"action\":\"on_message_acked\"}\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& c = l.values.web_hook;
  BOOST_TEST(c.url == "https://hook.example/in?v=1");
  BOOST_TEST_REQUIRE(c.headers.size() == 1U);
  BOOST_TEST(c.headers[0].first == "X-Key");
  BOOST_TEST((c.payload == web_hook_settings::payload_form::base64));
  BOOST_TEST(c.tls.cacertfile == "/etc/troupe/ca.pem");
  BOOST_TEST(c.pool == 4U);
  BOOST_TEST_REQUIRE(c.rules.size() == 2U);
  BOOST_TEST((c.rules.at({"client.connack", 2}).on == rules::event_kind::client_connack));
  BOOST_TEST(c.rules.at({"client.connack", 2}).topic == "");
  BOOST_TEST((c.rules.at({"message.acked", 1}).on == rules::event_kind::message_acked));
  BOOST_TEST(c.rules.at({"message.acked", 1}).topic == "a/#");
}

BOOST_AUTO_TEST_CASE(of_tokens) {
  const auto l =
      load("auth.jwt.jwks = https://idp.example/keys\nauth.jwt.pubkey = key.pem\nauth.jwt.from = username\n"
           "auth.jwt.verify_claims = on\nauth.jwt.verify_claims.sub = %u\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& c = l.values.auth_jwt;
  BOOST_TEST(c.jwks == "https://idp.example/keys");
  BOOST_TEST(c.pubkey == "/etc/troupe/key.pem");
  BOOST_TEST(c.from_username);
  BOOST_TEST_REQUIRE(c.claims.size() == 1U);
  BOOST_TEST(c.claims[0].first == "sub");
  BOOST_TEST(load("auth.jwt.jwks = keys.json\n").values.auth_jwt.jwks == "/etc/troupe/keys.json");
}

BOOST_AUTO_TEST_CASE(of_databases) {
  const auto l =
      load("auth.pgsql.server = db.example\nauth.mysql.server = [::1]:3307\nauth.redis.server = r:80\n"
           "auth.pgsql.super_query =\nauth.mysql.password_hash = pbkdf2,sha256,1000,20\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST(l.values.auth_pgsql.server.host == "db.example");
  BOOST_TEST(l.values.auth_pgsql.server.port == 5432);
  BOOST_TEST(l.values.auth_pgsql.super_query == "");
  BOOST_TEST(l.values.auth_mysql.server.host == "::1");
  BOOST_TEST(l.values.auth_mysql.server.port == 3307);
  BOOST_TEST(l.values.auth_redis.where.server.port == 80);
  BOOST_TEST(l.values.auth_ldap.server.port == 389);
}

BOOST_AUTO_TEST_CASE(of_several_redis) {
  const auto l = load("auth.redis.type = sentinel\nauth.redis.server = a:26379, [::1]:26380,b\n"
                      "auth.redis.sentinel = mymaster\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& where = l.values.auth_redis.where;
  BOOST_TEST((where.type == redis_type::sentinel));
  BOOST_TEST((where.servers == std::vector<redis_node>{{"a", 26379}, {"::1", 26380}, {"b", 6379}}));
  BOOST_TEST(where.sentinel == "mymaster");
  BOOST_TEST((load("auth.redis.type = cluster\n").values.auth_redis.where.type == redis_type::cluster));
}

// Of several versions of EMQ X 4; of two spellings the last one counts, and the environment wins as ever.
BOOST_AUTO_TEST_CASE(as_emqx_spells_files_of_tls) {
  const auto l = load("auth.mysql.ssl_opts.cacertfile = old.pem\nauth.mysql.ssl.cafile = ca.pem\n"
                      "auth.mysql.ssl.certfile = c.pem\nauth.mysql.ssl.keyfile = k.pem\n"
                      "auth.mysql.ssl.verify = verify_none\n"
                      "auth.pgsql.ssl.cacertfile = ca2.pem\nauth.pgsql.ssl.certfile = c2.pem\n"
                      "auth.pgsql.ssl.keyfile = k2.pem\nauth.pgsql.ssl.verify = false\n"
                      "web.hook.ssl.cafile = ca3.pem\nweb.hook.ssl.verify = true\n");
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  const auto& mysql = l.values.auth_mysql.server.tls;
  BOOST_TEST(mysql.cacertfile == "/etc/troupe/ca.pem");
  BOOST_TEST(mysql.certfile == "/etc/troupe/c.pem");
  BOOST_TEST(mysql.keyfile == "/etc/troupe/k.pem");
  BOOST_TEST(!mysql.verify_peer);
  const auto& pgsql = l.values.auth_pgsql.server.tls;
  BOOST_TEST(pgsql.cacertfile == "/etc/troupe/ca2.pem");
  BOOST_TEST(pgsql.certfile == "/etc/troupe/c2.pem");
  BOOST_TEST(pgsql.keyfile == "/etc/troupe/k2.pem");
  BOOST_TEST(!pgsql.verify_peer);
  BOOST_TEST(l.values.web_hook.tls.cacertfile == "/etc/troupe/ca3.pem");
  BOOST_TEST(l.values.web_hook.tls.verify_peer);
  BOOST_TEST(load("auth.mysql.ssl.cacertfile = ca.pem\n").values.auth_mysql.server.tls.cacertfile ==
             "/etc/troupe/ca.pem");
  const auto e = load_settings("auth.mysql.ssl_opts.cacertfile = old.pem\n", "/etc/troupe/troupe.conf",
                               {{"EMQX_AUTH__MYSQL__SSL__CAFILE", "/ca.pem"}});
  BOOST_TEST(e.values.auth_mysql.server.tls.cacertfile == "/ca.pem");
}

BOOST_AUTO_TEST_CASE(headers_that_are_not_sent) {
  for (const std::string head : {"auth.http.header.", "auth.http.acl_req.headers.", "web.hook.headers."}) {
    for (const auto& [line, expected] : {std::pair{"A B = x", "the name of a header"},
                                         {"A:B = x", "the name of a header"},
                                         {"X-Key = a\x01z", "without control characters"},
                                         {"Host = h", "does not write itself"},
                                         {"content-length = 1", "does not write itself"},
                                         {"Transfer-Encoding = chunked", "does not write itself"},
                                         {"Connection = close", "does not write itself"}}) {
      const auto l = load(head + line + "\n");
      BOOST_TEST_REQUIRE(l.errors.size() == 1U, head + line);
      BOOST_TEST(l.errors.front().find(expected) != std::string::npos, l.errors.front());
      BOOST_TEST(l.values.auth_http.headers.empty());
      BOOST_TEST(l.values.auth_http.acl.headers.empty());
      BOOST_TEST(l.values.web_hook.headers.empty());
    }
  }
  const auto l = load_settings("", "", {{"EMQX_WEB__HOOK__HEADERS__X_KEY", "a\r\nb: c"}});
  BOOST_TEST_REQUIRE(l.errors.size() == 1U);
  BOOST_TEST(l.errors.front() ==
             "environment EMQX_WEB__HOOK__HEADERS__X_KEY: web.hook.headers.x_key: the value is "
             "not valid, expected a value without control characters");
}

BOOST_AUTO_TEST_CASE(what_is_wrong) {
  for (const std::string bad : {"auth.http.auth_req = ftp://x",
                                "web.hook.url = hook.example",
                                "web.hook.encode_payload = hex",
                                "web.hook.rule.client.connect.1 = on_client_connect",
                                "web.hook.rule.client.connect.1 = {\"action\":\"on_client_connack\"}",
                                "web.hook.rule.client.connect.1 = {\"topic\":\"a\"}",
                                "web.hook.rule.client.subscribe.1 = "
                                "{\"action\":\"on_client_subscribe\",\"topic\":\"a/#/b\"}",
                                "auth.http.auth_req = http://u:%@x/",
                                "auth.http.auth_req.method = put",
                                "auth.http.auth_req.content_type = xml",
                                "auth.http.auth_req.params = x",
                                "auth.http.header. = x",
                                "auth.http.header.A B = x",
                                "auth.http.request.retry_backoff = 0.5",
                                "auth.http.pool = 0",
                                "auth.http.ssl.verify = yes",
                                "auth.jwt.from = header",
                                "auth.jwt.signature_format = asn1",
                                "auth.pgsql.server = host:0",
                                "auth.pgsql.server = host/x",
                                "auth.pgsql.auth_query = select 'x",
                                "auth.pgsql.auth_query = select $1",
                                "auth.mysql.auth_query = select ?",
                                "auth.mysql.password_hash = rot13",
                                "auth.redis.password_hash = sha257",
                                "auth.redis.type = double",
                                "auth.redis.type = sentinel",
                                "auth.redis.server = a:1,",
                                "auth.redis.server = a:1,b:2",
                                "auth.ldap.port = 70000"})
    BOOST_TEST(load(bad + "\n").errors.size() == 1U, bad);
}

BOOST_AUTO_TEST_SUITE_END()
