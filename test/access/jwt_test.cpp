// JSON Web Tokens: what is let in, and what is not.
#include "actors/access/jwt.hpp"
#include "support/jwt_signer.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;
using troupe::test::jwt_signer;
using troupe::test::to_base64url;

namespace troupe::access {

std::ostream& boost_test_print_type(std::ostream& out, jwt_status s) { return out << to_string(s); }

} // namespace troupe::access

namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr const char* algorithms[] = {"HS256", "HS384", "HS512", "RS256", "RS384",
                                      "RS512", "ES256", "ES384", "ES512"};
constexpr const char* claims = R"({"sub":"alice","exp":1700000001})";

jwt_keys keys_of(const jwt_signer& signer, std::string_view algorithm, const std::string& secret = "secret") {
  jwt_keys keys;
  if (algorithm.starts_with("HS"))
    keys.add_secret(secret);
  else
    BOOST_TEST(keys.add_pem(signer.pem()));
  return keys;
}

jwt_keys secret_keys() {
  jwt_keys keys;
  keys.add_secret("secret");
  return keys;
}

jwt_status status_of(std::string_view token, const jwt_keys& keys) {
  return verify_jwt(token, keys, now).status;
}

// Of a token with these claims that is signed well.
jwt_status claims_status(std::string_view text) {
  return status_of(jwt_signer{"HS256", "secret"}.token(text), secret_keys());
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_web_tokens)

BOOST_AUTO_TEST_CASE(every_algorithm) {
  for (const std::string name : algorithms)
    BOOST_TEST_CONTEXT(name) {
      const jwt_signer signer{name, "secret"}, other{name, "another secret"};
      const auto keys = keys_of(signer, name);
      const auto token = signer.token(claims);
      const auto verdict = verify_jwt(token, keys, now);
      BOOST_TEST(verdict.status == jwt_status::valid);
      BOOST_TEST(*claim_text(verdict.claims, "sub") == "alice");
      BOOST_TEST(status_of(other.token(claims), keys) == jwt_status::bad_signature);
      for (const auto at : {token.find('.') + 3, token.rfind('.') + 3}) {
        auto changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        BOOST_TEST(status_of(changed, keys) != jwt_status::valid);
      }
      BOOST_TEST(status_of(token.substr(0, token.rfind('.') + 1), keys) == jwt_status::bad_signature);
      BOOST_TEST(status_of(token, {}) == jwt_status::unknown_key);
    }
}

// RFC 7515 appendix A.1 and A.3.
BOOST_AUTO_TEST_CASE(the_examples_of_the_rfc) {
  jwt_keys keys;
  BOOST_TEST(keys.add_set(
      R"({"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},
                  {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})"));
  BOOST_TEST(keys.size() == 2U);
  const std::string body =
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
  const auto hs =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + body + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto es = "eyJhbGciOiJFUzI1NiJ9" + body +
                  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  for (const auto& token : {hs, es}) {
    BOOST_TEST(verify_jwt(token, keys, 1'300'819'379).status == jwt_status::valid);
    BOOST_TEST(verify_jwt(token, keys, 1'300'819'380).status == jwt_status::expired);
  }
}

BOOST_AUTO_TEST_CASE(forms_of_es_signatures) {
  const jwt_signer signer{"ES256"};
  auto keys = keys_of(signer, "ES256");
  const auto der = signer.token(claims, {}, true), raw = signer.token(claims);
  BOOST_TEST(status_of(der, keys) == jwt_status::valid);
  keys.use(jwt_signature_format::raw);
  BOOST_TEST(status_of(der, keys) == jwt_status::bad_signature);
  BOOST_TEST(status_of(raw, keys) == jwt_status::valid);
}

// The public key is no secret, and no algorithm stands for another.
BOOST_AUTO_TEST_CASE(algorithms_are_not_mixed_up) {
  const jwt_signer rsa{"RS256"};
  const auto keys = keys_of(rsa, "RS256");
  BOOST_TEST(status_of(jwt_signer{"HS256", rsa.pem()}.token(claims), keys) == jwt_status::unknown_key);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"none"})"), keys) == jwt_status::refused);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"None"})"), keys) == jwt_status::refused);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"PS256"})"), keys) == jwt_status::refused);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"RS512"})"), keys) == jwt_status::bad_signature);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":256})"), keys) == jwt_status::refused);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"RS256","crit":["x"]})"), keys) == jwt_status::refused);
  const jwt_signer curve{"ES256"};
  BOOST_TEST(status_of(curve.token(claims, R"({"alg":"ES384"})"), keys_of(curve, "ES256")) ==
             jwt_status::unknown_key);
  const auto unsigned_token = to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims) + ".";
  BOOST_TEST(status_of(unsigned_token, secret_keys()) == jwt_status::refused);
}

BOOST_AUTO_TEST_CASE(times) {
  BOOST_TEST(claims_status("{}") == jwt_status::valid);
  BOOST_TEST(claims_status(R"({"exp":1700000000})") == jwt_status::expired);
  BOOST_TEST(claims_status(R"({"exp":1700000000.5})") == jwt_status::valid);
  BOOST_TEST(claims_status(R"({"exp":-1})") == jwt_status::expired);
  BOOST_TEST(claims_status(R"({"nbf":1700000000,"exp":1800000000})") == jwt_status::valid);
  BOOST_TEST(claims_status(R"({"nbf":1700000001})") == jwt_status::not_yet);
  for (const char* odd : {R"({"exp":"1800000000"})", R"({"exp":null})", R"({"nbf":[1]})"})
    BOOST_TEST(claims_status(odd) == jwt_status::refused, odd);
}

BOOST_AUTO_TEST_CASE(what_is_no_token) {
  const auto keys = secret_keys();
  const auto good = jwt_signer{"HS256", "secret"}.token(claims);
  for (const std::string& text :
       {std::string{}, std::string{"password"}, std::string{".."}, std::string{"a.b.c"}, good + "=",
        good + ".", " " + good, good.substr(0, good.rfind('.')), std::string(20'000, 'a'),
        to_base64url("[]") + "." + to_base64url("{}") + ".", to_base64url(R"({"alg":"HS256"})") + "..x"}) {
    BOOST_TEST(status_of(text, keys) == jwt_status::no_token, text);
    BOOST_TEST(!is_jwt(text), text);
  }
  BOOST_TEST(is_jwt(good));
  BOOST_TEST(is_jwt(jwt_signer{"HS256", "another"}.token(R"({"exp":1})"))); // whatever it is worth
}

BOOST_AUTO_TEST_CASE(key_sets) {
  const jwt_signer a{"RS256"}, b{"RS256"}, curve{"ES512"}, secret{"HS256", "s"};
  jwt_keys keys;
  BOOST_TEST(keys.add_set(R"({"keys":[)" + a.jwk("a") + "," + b.jwk("b") + "," + curve.jwk("c") + "," +
                          secret.jwk("d") + R"(,{"kty":"OKP","crv":"Ed25519","x":"AA"},7]})"));
  BOOST_TEST(keys.size() == 4U);
  const auto named = [](const char* algorithm, const char* id) {
    return std::string{R"({"alg":")"} + algorithm + R"(","kid":")" + id + R"("})";
  };
  BOOST_TEST(status_of(a.token(claims, named("RS256", "a")), keys) == jwt_status::valid);
  BOOST_TEST(status_of(a.token(claims, named("RS256", "b")), keys) == jwt_status::bad_signature);
  BOOST_TEST(status_of(b.token(claims), keys) == jwt_status::valid); // any may fit
  BOOST_TEST(status_of(a.token(claims, named("RS256", "x")), keys) == jwt_status::unknown_key);
  BOOST_TEST(status_of(curve.token(claims, named("ES512", "c")), keys) == jwt_status::valid);
  BOOST_TEST(status_of(secret.token(claims, named("HS256", "d")), keys) == jwt_status::valid);
  for (const char* bad : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[)"})
    BOOST_TEST(!jwt_keys{}.add_set(bad), bad);
  for (const char* none : {R"({"keys":[]})", R"({"keys":[{"kty":"RSA"}]})",
                           R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})",
                           R"({"keys":[{"kty":"oct","k":""},{"kty":"oct"}]})",
                           R"({"keys":[{"kty":"oct","k":"AA","use":"enc"}]})"}) {
    jwt_keys empty;
    BOOST_TEST(empty.add_set(none), none);
    BOOST_TEST(empty.size() == 0U, none);
  }
}

// One with `alg` is for that alone.
BOOST_AUTO_TEST_CASE(keys_for_one_algorithm) {
  const auto keys_for = [](const jwt_signer& signer, const std::string& algorithm) {
    jwt_keys keys;
    auto one = signer.jwk("a");
    one.insert(1, R"("alg":)" + algorithm + ",");
    BOOST_TEST(keys.add_set(R"({"keys":[)" + one + "]}"));
    return keys;
  };
  const jwt_signer rsa{"RS256"}, rsa512{"RS512"}, curve{"ES256"}, secret{"HS256", "s"}, mac512{"HS512", "s"};
  const auto only = keys_for(rsa, R"("RS256")");
  BOOST_TEST(status_of(rsa.token(claims), only) == jwt_status::valid);
  BOOST_TEST(status_of(rsa.token(claims, R"({"alg":"RS512"})"), only) == jwt_status::unknown_key);
  BOOST_TEST(status_of(rsa512.token(claims), keys_for(rsa512, R"("RS512")")) == jwt_status::valid);
  BOOST_TEST(status_of(rsa512.token(claims), keys_for(rsa512, R"("RS256")")) == jwt_status::unknown_key);
  BOOST_TEST(status_of(curve.token(claims), keys_for(curve, R"("ES256")")) == jwt_status::valid);
  BOOST_TEST(status_of(secret.token(claims), keys_for(secret, R"("HS256")")) == jwt_status::valid);
  BOOST_TEST(status_of(mac512.token(claims), keys_for(secret, R"("HS256")")) == jwt_status::unknown_key);
  for (const char* other : {R"("ES512")", R"("RS256")", R"("PS256")", R"("RSA-OAEP")", R"("")", "256"})
    BOOST_TEST(keys_for(curve, other).size() == 0U, other);
}

BOOST_AUTO_TEST_CASE(keys_that_are_too_weak_or_none) {
  jwt_keys keys;
  BOOST_TEST(!keys.add_pem(""));
  BOOST_TEST(!keys.add_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  keys.add_secret("");
  BOOST_TEST(keys.size() == 0U);
  for (std::size_t i = 0; i < jwt_keys::most_keys + 5; ++i)
    keys.add_secret("s");
  BOOST_TEST(keys.size() == jwt_keys::most_keys);
}

BOOST_AUTO_TEST_CASE(claims_as_texts) {
  const boost::json::object c{{"s", "x"}, {"n", 5}, {"b", true}, {"a", boost::json::array{}}, {"z", nullptr}};
  BOOST_TEST(*claim_text(c, "s") == "x");
  BOOST_TEST(*claim_text(c, "n") == "5");
  BOOST_TEST(*claim_text(c, "b") == "true");
  for (const char* none : {"a", "z", "missing"})
    BOOST_TEST(!claim_text(c, none).has_value(), none);
}

BOOST_AUTO_TEST_SUITE_END()
