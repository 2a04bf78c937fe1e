// SCRAM against the examples of its RFCs, and against clients that get something wrong.
#include "troupe/mqtt/scram.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::mqtt;

namespace {

struct example {
  scram_hash hash;
  const char* client_nonce;
  const char* server_nonce;
  const char* salt_bytes;
  const char* salt; // in base64
  const char* proof;
  const char* signature;
};

// RFC 5802 section 5 and RFC 7677 section 3: user "user", password "pencil", 4,096 iterations.
const example rfc5802{scram_hash::sha1,
                      "fyko+d2lbbFgONRv9qkxdawL",
                      "3rfcNHYJY1ZVvWVs7j",
                      "\x41\x25\xC2\x47\xE4\x3A\xB1\xE9\x3C\x6D\xFF\x76",
                      "QSXCR+Q6sek8bf92",
                      "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                      "rmF9pqV8S7suAoZWja4dJRkFsKQ="};
const example rfc7677{scram_hash::sha256,
                      "rOprNGfwEbeRWgbNEkqO",
                      "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                      "\x5B\x6D\x99\x68\x9D\x12\x35\x8E\xEC\xA0\x4B\x14\x12\x36\xFA\x81",
                      "W22ZaJ0SNY7soEsUEjb6gQ==",
                      "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                      "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="};

scram_users users_of(const example& e) {
  scram_users users{4096, "secret"};
  users.add("user", scram_derive(e.hash, "pencil", e.salt_bytes, 4096), e.hash);
  return users;
}

std::string final_message(const example& e) {
  return std::string{"c=biws,r="} + e.client_nonce + e.server_nonce + ",p=" + e.proof;
}

std::string first_message(const example& e) { return std::string{"n,,n=user,r="} + e.client_nonce; }

// A server that has sent its first message for `e`.
struct begun {
  explicit begun(const example& e) : users(users_of(e)), server(e.hash, users) {
    BOOST_TEST_REQUIRE(server.first(first_message(e), e.server_nonce).ok);
  }
  scram_users users;
  scram_server server;
};

} // namespace

BOOST_AUTO_TEST_SUITE(scram)

BOOST_AUTO_TEST_CASE(examples_of_the_rfcs) {
  for (const auto& e : {rfc5802, rfc7677}) {
    const auto users = users_of(e);
    scram_server server{e.hash, users};
    const auto first = server.first(first_message(e), e.server_nonce);
    BOOST_TEST_REQUIRE(first.ok);
    BOOST_TEST(first.message ==
               std::string{"r="} + e.client_nonce + e.server_nonce + ",s=" + e.salt + ",i=4096");
    BOOST_TEST(server.username() == "user");
    const auto last = server.last(final_message(e));
    BOOST_TEST_REQUIRE(last.ok);
    BOOST_TEST(last.message == std::string{"v="} + e.signature);
  }
}

BOOST_AUTO_TEST_CASE(an_exchange_is_over_after_one_proof) {
  begun b{rfc7677};
  BOOST_TEST(b.server.last(final_message(rfc7677)).ok);
  BOOST_TEST(!b.server.last(final_message(rfc7677)).ok);
  begun wrong{rfc7677};
  auto message = final_message(rfc7677);
  message.replace(message.find(",p=") + 3, 4, "AAAA");
  BOOST_TEST(wrong.server.last(message).error == "invalid-proof");
  BOOST_TEST(!wrong.server.last(final_message(rfc7677)).ok);
}

BOOST_AUTO_TEST_CASE(final_messages_that_are_refused) {
  struct row {
    const char* message;
    const char* error;
  };
  const std::string nonce = std::string{rfc5802.client_nonce} + rfc5802.server_nonce;
  const std::string proof = std::string{",p="} + rfc5802.proof;
  for (const auto& [message, error] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "other-error"},
           {"c=biws,r=" + nonce, "other-error"},
           {"c=eSws,r=" + nonce + proof, "channel-bindings-dont-match"},
           {"r=" + nonce + proof, "channel-bindings-dont-match"},
           {"c=biws,m=x,r=" + nonce + proof, "extensions-not-supported"},
           {"c=biws,r=" + nonce + "x" + proof, "other-error"},
           {std::string{"c=biws,r="} + rfc5802.client_nonce + proof, "other-error"},
           {"c=biws,r=" + nonce + ",p=", "invalid-encoding"},
           {"c=biws,r=" + nonce + ",p=v0X8", "invalid-encoding"},
           {"c=biws,r=" + nonce + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4T?=", "invalid-encoding"},
           {"c=biws,r=" + nonce + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Tt=", "invalid-encoding"}, // stray bits
           {"c=biws,r=" + nonce + ",x=1" + proof, "invalid-proof"}, // signed with what it says
           {"c=biws,r=" + nonce + proof + ",x=1", "invalid-encoding"},
           {std::string(5000, 'c') + proof, "other-error"}}) {
    begun b{rfc5802};
    BOOST_TEST_CONTEXT(message) { BOOST_TEST(b.server.last(message).error == error); }
  }
}

BOOST_AUTO_TEST_CASE(first_messages) {
  for (const auto& [message, error] : std::initializer_list<std::pair<std::string, std::string>>{
           {"n,,n=user,r=abc", ""},
           {"y,,n=user,r=abc", ""},
           {"n,a=user,n=user,r=abc", ""},
           {"n,,n=user,r=abc,x=extension", ""},
           {"n,,n=a=2Cb=3Dc,r=abc", ""},
           {"p=tls-unique,,n=user,r=abc", "channel-binding-not-supported"},
           {"n,a=other,n=user,r=abc", "other-error"},
           {"n,x,n=user,r=abc", "other-error"},
           {"n,,m=mandatory,n=user,r=abc", "extensions-not-supported"},
           {"n,,n=a=2cb,r=abc", "invalid-username-encoding"},
           {"n,,n=a=,r=abc", "invalid-username-encoding"},
           {"n,,n=,r=abc", "invalid-username-encoding"},
           {"n,,n=\xC3\xA4,r=abc", "invalid-username-encoding"},
           {"n,,n=a\x01,r=abc", "invalid-username-encoding"},
           {"n,,n=user", "other-error"},
           {"n,,n=user,r=", "other-error"},
           {"n,,n=user,r=a b", "other-error"},
           {"n,,r=abc,n=user", "other-error"},
           {"", "other-error"},
           {"n", "other-error"},
           {"n,", "other-error"},
           {"x,,n=user,r=abc", "other-error"},
           {"n,,n=" + std::string(5000, 'u') + ",r=abc", "other-error"}}) {
    const auto users = users_of(rfc5802);
    scram_server server{scram_hash::sha1, users};
    const auto answer = server.first(message, "nonce");
    BOOST_TEST_CONTEXT(message) {
      BOOST_TEST(answer.ok == error.empty());
      BOOST_TEST(answer.error == error);
    }
  }
  const auto users = users_of(rfc5802);
  scram_server server{scram_hash::sha1, users};
  BOOST_TEST(server.first("n,,n=a=2Cb=3Dc,r=abc", "nonce").ok);
  BOOST_TEST(server.username() == "a,b=c");
}

BOOST_AUTO_TEST_CASE(nobody_can_tell_who_exists) {
  scram_users users{4096, "secret"};
  BOOST_TEST(users.add("known", "password"));
  const auto salt = [&](std::string_view name, const char* nonce) {
    scram_server server{scram_hash::sha256, users};
    const auto text = server.first("n,,n=" + std::string{name} + ",r=c", nonce).message;
    const auto at = text.find(",s=");
    return text.substr(at);
  };
  BOOST_TEST(salt("known", "1") == salt("known", "2"));
  BOOST_TEST(salt("unknown", "1") == salt("unknown", "2"));
  BOOST_TEST(salt("unknown", "1") != salt("known", "1"));
  BOOST_TEST(salt("unknown", "1") != salt("unknown2", "1"));
  BOOST_TEST(salt("unknown", "1").size() == salt("known", "1").size());
  scram_server server{scram_hash::sha256, users};
  BOOST_TEST(server.first("n,,n=unknown,r=c", "s").ok);
  const std::string proof(43, 'A');
  BOOST_TEST(server.last("c=biws,r=cs,p=" + proof + "=").error == "invalid-proof");
  // Another secret gives other salts.
  const scram_users others{4096, "secret 2"};
  BOOST_TEST(others.find(scram_hash::sha256, "x").credentials.salt !=
             users.find(scram_hash::sha256, "x").credentials.salt);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_prepared_is_refused) {
  scram_users users{4096, "secret"};
  BOOST_TEST(!users.add("", "password"));
  BOOST_TEST(!users.add("user", ""));
  BOOST_TEST(!users.add("us\xC3\xA9r", "password"));
  BOOST_TEST(!users.add("user", "pass\nword"));
  BOOST_TEST(users.empty());
  BOOST_TEST(users.add("user name", "pass word ~"));
  BOOST_TEST(!users.empty());
  BOOST_TEST(users.find(scram_hash::sha1, "user name").exists);
  BOOST_TEST(!users.find(scram_hash::sha1, "user").exists);
}

BOOST_AUTO_TEST_CASE(mechanisms) {
  BOOST_TEST((scram_mechanism("SCRAM-SHA-1") == scram_hash::sha1));
  BOOST_TEST((scram_mechanism("SCRAM-SHA-256") == scram_hash::sha256));
  for (const char* other : {"", "SCRAM-SHA-256-PLUS", "scram-sha-256", "PLAIN"})
    BOOST_TEST(!scram_mechanism(other).has_value());
  BOOST_TEST(scram_nonce().size() == 24U);
  BOOST_TEST(scram_nonce() != scram_nonce());
}

BOOST_AUTO_TEST_CASE(users_by_hash) {
  scram_users users{4096, "secret"};
  users.add("user", scram_derive(scram_hash::sha1, "one", "salt", 4096), scram_hash::sha1);
  BOOST_TEST(users.credentials_of(scram_hash::sha256, "user") == nullptr);
  users.add("user", scram_derive(scram_hash::sha256, "two", "salt", 5000), scram_hash::sha256);
  BOOST_TEST(users.credentials_of(scram_hash::sha256, "user")->iterations == 5000u);
  BOOST_TEST(users.size() == 1u);
  users.remove(scram_hash::sha1, "user");
  users.remove(scram_hash::sha1, "nobody");
  BOOST_TEST(users.credentials_of(scram_hash::sha1, "user") == nullptr);
  BOOST_TEST(users.find(scram_hash::sha256, "user").exists);
  users.remove(scram_hash::sha256, "user");
  BOOST_TEST(users.empty());
}

BOOST_AUTO_TEST_SUITE_END()
