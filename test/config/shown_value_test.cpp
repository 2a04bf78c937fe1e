// What error lines show of values, and that it is no secret.
#include "actors/node/config/shown_value.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using troupe::config::shown_value;

BOOST_AUTO_TEST_SUITE(shown_values)

BOOST_AUTO_TEST_CASE(what_is_no_secret_is_shown) {
  for (const auto& [key, value] : {std::pair{"log.level", "loud"},
                                   {"node.name", "name@ho st"},
                                   {"auth.mysql.password_hash", "rot13"},
                                   {"auth.pgsql.auth_query", "select 'x?"},
                                   {"listener.ws.external.proxy_port_header", "X Port"},
                                   {"auth.http.auth_req", "ftp://127.0.0.1:80/a"},
                                   {"node.data_dir", ""}})
    BOOST_TEST(shown_value(key, value) == '"' + std::string{value} + '"', key);
}

BOOST_AUTO_TEST_CASE(secrets_in_well_formed_urls_are_masked) {
  constexpr const char* key = "auth.http.auth_req";
  BOOST_TEST(shown_value(key, "http://u:hush@127.0.0.1/") == "\"http://u:******@127.0.0.1/\"");
  BOOST_TEST(shown_value(key, "ftp://u:hu@sh@h:1/a") == "\"ftp://u:******@h:1/a\"");
  BOOST_TEST(shown_value(key, "ftp://h/in?key=hush") == "\"ftp://h/in?******\"");
  BOOST_TEST(shown_value(key, "ftp://u:hush@h?key=hush") == "\"ftp://u:******@h?******\"");
}

BOOST_AUTO_TEST_CASE(passwords_elsewhere_hide_the_value) {
  for (const char* value :
       {"u:hush@h", "http:/u:hush@h", "http//u:hush@h", "http://u:hu/sh@h", "http://u:hu#sh@h",
        "http://u:hu?sh@h", "http://u:h@u/sh@h", "http://hush@h", "a@h, u:hush@h"})
    BOOST_TEST(shown_value("web.hook.url", value) == "the value", value);
}

BOOST_AUTO_TEST_CASE(keys_that_name_secrets_hide_it) {
  for (const char* key :
       {"auth.mysql.password", "auth.ldap.bind_password", "listener.ssl.external.key_password", "node.cookie",
        "auth.jwt.secret", "management.default_application.secret", "auth.http.auth_req.params",
        "auth.http.header.Accept", "web.hook.headers.X-Any", "some.token", "some.api_tokens",
        "some.credentials", "some.secrets.1", "some.passwords.a.b"})
    BOOST_TEST(shown_value(key, "hush") == "the value", key);
}

BOOST_AUTO_TEST_SUITE_END()
