// Password hashes against known answers, and what is no hash, no scheme and no salt.
#include "actors/access/password_hash.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace troupe::access;

namespace {

struct known_answer {
  const char *scheme, *salt, *password, *hash;
};

// Digests by coreutils; PBKDF2 of RFC 6070 and RFC 7914 section 11; bcrypt of crypt_blowfish's own test.
const known_answer answers[] = {
    {"plain", "", "secret", "secret"},
    {"plain,salt", "abcd", "secret", "secretabcd"},
    {"md5", "ignored", "secret", "5ebe2294ecd0e0f08eab7690d2a6ee69"},
    {"salt,sha", "salt", "secret", "da00ec2e6ff9ed4d342b24a16e262c82f3c8b10b"},
    {"sha256,salt", "salt", "secret", "f84fa2149dbb62ed4e0cf1f550d2949b33a6513d3a7707e08502511c79ccb0ee"},
    {"sha512", "", "secret",
     "bd2b1aaf7ef4f09be9f52ce2d8d599674d81aa9d6a4421696dc4d93dd0619d682ce56b4d64a9ef097761ced99e0f67265b5f760"
     "85e"
     "5b0ee7ca4696b2ad6fe2b2"},
    {"pbkdf2,sha,2,20", "salt", "password", "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
    {"pbkdf2, sha, 4096, 20", "salt", "password", "4b007901b765489abead49d926f721d065a429c1"},
    {"pbkdf2,sha256,1,64", "salt", "passwd",
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b84"
     "5b1"
     "e30bd509112041d3a19783"},
    {"bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.", "U*U",
     "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"salt,bcrypt", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.", "U*U",
     "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
};

std::string upper(std::string text) {
  for (char& c : text)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_hashes)

BOOST_AUTO_TEST_CASE(known_answers) {
  for (const auto& a : answers)
    BOOST_TEST_CONTEXT(a.scheme) {
      const auto scheme = parse_hash_scheme(a.scheme);
      BOOST_TEST_REQUIRE(scheme.has_value());
      BOOST_TEST(hash_password(*scheme, a.salt, a.password).value_or("nothing") == a.hash);
      BOOST_TEST(matches_password(*scheme, a.hash, a.salt, a.password));
      BOOST_TEST(!matches_password(*scheme, a.hash, a.salt, std::string{a.password} + "x"));
      BOOST_TEST(!matches_password(*scheme, "", a.salt, a.password));
      BOOST_TEST(!matches_password(*scheme, std::string{a.hash} + "0", a.salt, a.password));
      const bool digits = scheme->kind != hash_kind::plain && scheme->kind != hash_kind::bcrypt;
      BOOST_TEST(matches_password(*scheme, upper(a.hash), a.salt, a.password) ==
                 (digits || upper(a.hash) == a.hash));
    }
}

BOOST_AUTO_TEST_CASE(the_salt_counts) {
  for (const char* text : {"salt,md5", "md5,salt", "salt,sha512", "salt,plain", "pbkdf2,sha512,3,32"}) {
    const auto scheme = parse_hash_scheme(text);
    BOOST_TEST_REQUIRE(scheme.has_value());
    BOOST_TEST(*hash_password(*scheme, "a", "p") != *hash_password(*scheme, "b", "p"), text);
  }
}

BOOST_AUTO_TEST_CASE(no_scheme) {
  for (const char* text : {"",
                           "sha3",
                           "SHA256",
                           "salt",
                           "salt,",
                           ",sha256",
                           "sha256,",
                           "salt,sha256,salt",
                           "md5,md5",
                           "bcrypt,salt",
                           "pbkdf2",
                           "pbkdf2,sha256,1000",
                           "pbkdf2,sha256,0,20",
                           "pbkdf2,sha256,1000,0",
                           "pbkdf2,sha256,1000,1025",
                           "pbkdf2,sha256,1000001,20",
                           "pbkdf2,plain,1000,20",
                           "pbkdf2,sha256,-1,20",
                           "pbkdf2,sha256,1e3,20",
                           "salt,pbkdf2"})
    BOOST_TEST(!parse_hash_scheme(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(no_bcrypt) {
  const auto bcrypt = *parse_hash_scheme("bcrypt");
  for (const char* salt : {"", "salt", "$1$saltsalt", "$2b$", "$2b$99$CCCCCCCCCCCCCCCCCCCCC.", "*0"}) {
    BOOST_TEST(!hash_password(bcrypt, salt, "p").has_value(), salt);
    BOOST_TEST(!matches_password(bcrypt, salt, "", "p"), salt);
  }
  using namespace std::string_view_literals;
  BOOST_TEST(!matches_password(bcrypt, answers[9].hash, "", "U*U\0and more"sv));
}

BOOST_AUTO_TEST_CASE(hashes_of_users) {
  BOOST_TEST(matches_user_hash(hash_kind::sha256,
                               "abcd7666c73ae7b8a41de64b0128607f4dca586b8ecd01b17935c55abe44d2f26822",
                               "secret")); // sha256sum of abcdsecret
  for (const auto kind : {hash_kind::plain, hash_kind::md5, hash_kind::sha, hash_kind::sha256}) {
    BOOST_TEST(is_user_hash_kind(kind));
    std::set<std::string> salts;
    for (int i = 0; i < 8; ++i) {
      const auto kept = make_user_hash(kind, "secret");
      salts.insert(kept.substr(0, user_salt_size));
      BOOST_TEST(matches_user_hash(kind, kept, "secret"));
      BOOST_TEST(!matches_user_hash(kind, kept, "Secret"));
      BOOST_TEST(!matches_user_hash(kind, kept, ""));
      BOOST_TEST(user_hash_text(kept) == kept.substr(user_salt_size));
    }
    BOOST_TEST(salts.size() > 1U);
  }
  BOOST_TEST(!is_user_hash_kind(hash_kind::bcrypt));
  BOOST_TEST(user_hash_text("abc").empty());
  for (const char* kept : {"", "abc", "abcd"})
    BOOST_TEST(!matches_user_hash(hash_kind::md5, kept, ""), kept);
}

BOOST_AUTO_TEST_CASE(names) {
  for (const char* name : {"plain", "md5", "sha", "sha256", "sha512", "bcrypt", "pbkdf2"}) {
    BOOST_TEST_REQUIRE(find_hash_kind(name).has_value());
    BOOST_TEST(to_string(*find_hash_kind(name)) == name);
  }
  BOOST_TEST(!find_hash_kind("sha1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
