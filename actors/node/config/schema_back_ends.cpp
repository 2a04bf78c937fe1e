// Settings of the plugins of authentication that ask back ends.
#include "back_end_setters.hpp"
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/access/client_facts.hpp"
#include "troupe/access/url.hpp"

#include <algorithm>

namespace troupe::config {

namespace {

using namespace std::chrono_literals;
using s = settings;
using http = auth_http_settings;
using question = http_question_settings;

template <class... Path>
setter<s> url(Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    if (!v.empty() && !access::parse_url(v))
      return "http://host:port/path or https://…, perhaps with user:password@ before the host";
    field(to, path...) = std::string{v};
    return nullptr;
  };
}

template <class... Path>
setter<s> content_type(Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    const bool json = v == "json" || v == "application/json";
    if (!json && v != "x-www-form-urlencoded" && v != "application/x-www-form-urlencoded")
      return "x-www-form-urlencoded or json";
    field(to, path...) = json;
    return nullptr;
  };
}

template <class... Path>
setter<s> params(Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    if (!access::parse_named_patterns(v))
      return "name=value,name=value with placeholders such as %u";
    field(to, path...) = std::string{v};
    return nullptr;
  };
}

setter<s> backoff(double http::*member) {
  return [=](s& to, std::string_view v) -> const char* {
    const auto n = parse_number(v);
    if (!n || !(*n >= 1 && *n <= 10))
      return "a number from 1 to 10";
    to.auth_http.*member = *n;
    return nullptr;
  };
}

// Those of one question: `auth.http.<name>`, `.method`, `.content_type` and `.params`.
void add_question(std::vector<row<s>>& rows, const std::string& name, question http::*which,
                  const char* what) {
  const auto key = "auth.http." + name;
  const http shipped;
  const question& defaults = shipped.*which;
  rows.push_back({key, url(&s::auth_http, which, &question::url), defaults.url, what});
  rows.push_back({key + ".method", one_of("get", "post", "get or post", &s::auth_http, which, &question::get),
                  defaults.get ? "get" : "post", "How: get, or post"});
  rows.push_back({key + ".content_type", content_type(&s::auth_http, which, &question::json),
                  "x-www-form-urlencoded", "The body of a post: x-www-form-urlencoded or json"});
  rows.push_back({key + ".params", params(&s::auth_http, which, &question::params), defaults.params,
                  "What it is told; placeholders stand for the client"});
}

std::vector<row<s>> http_auth_rows() {
  std::vector<row<s>> rows;
  add_question(rows, "auth_req", &http::auth, "What emqx_auth_http asks whether a client may connect");
  add_question(rows, "super_req", &http::super,
               "What it asks whether a client may do everything; empty: nobody is asked");
  add_question(rows, "acl_req", &http::acl,
               "What it asks whether a client may publish or subscribe; empty: nobody is asked");
  const row<s> others[] = {
      {"auth.http.request.timeout", duration<s>(1s, &s::auth_http, &http::request_timeout), "0",
       "Time without any byte of the answer; 0: 5s"},
      {"auth.http.request.connect_timeout", duration<s>(1s, &s::auth_http, &http::connect_timeout), "0",
       "Time for the connection; 0: 5s"},
      {"auth.http.request.retry_times",
       integer<s>(0, 10, "an integer from 0 to 10", &s::auth_http, &http::retry_times), "3",
       "Repetitions of a request that was not answered"},
      {"auth.http.request.retry_interval", duration<s>(1s, &s::auth_http, &http::retry_interval), "1s",
       "Time before the first of them"},
      {"auth.http.request.retry_backoff", backoff(&http::retry_backoff), "2.0",
       "The next interval is so many times longer"},
      {"auth.http.pool", integer<s>(1, 256, "an integer from 1 to 256", &s::auth_http, &http::pool), "8",
       "Troupe's own: questions at a time; each has a thread and connections of its own"},
  };
  rows.insert(rows.end(), std::begin(others), std::end(others));
  add_tls(rows, "auth.http.ssl.", &s::auth_http, &http::tls);
  return rows;
}

std::vector<row<s>> jwt_auth_rows() {
  using jwt = auth_jwt_settings;
  std::vector<row<s>> rows{
      {"auth.jwt.secret", text<s>(&s::auth_jwt, &jwt::secret), "emqxsecret",
       "Secret of emqx_auth_jwt for HS256, HS384 and HS512; the default counts only while there are no other "
       "keys"},
      {"auth.jwt.from",
       one_of("username", "password", "username or password", &s::auth_jwt, &jwt::from_username), "password",
       "What of a CONNECT is the token: username or password"},
      {"auth.jwt.pubkey", text<s>(&s::auth_jwt, &jwt::pubkey), "",
       "File of the public key for RS256 to RS512 or ES256 to ES512, in PEM"},
      {"auth.jwt.jwks", text<s>(&s::auth_jwt, &jwt::jwks), "",
       "Key set, in a file or behind an http or https URL"},
      {"auth.jwt.jwks.refresh_interval", period<s>(&s::auth_jwt, &jwt::jwks_refresh), "5m",
       "When keys are read again"},
      {"auth.jwt.verify_claims", flag<s>(&s::auth_jwt, &jwt::verify_claims), "off",
       "Whether claims must be what auth.jwt.verify_claims.<claim> say"},
      {"auth.jwt.signature_format", one_of("raw", "der", "der or raw", &s::auth_jwt, &jwt::raw_signatures),
       "der", "Signatures of ES256 to ES512: raw (as RFC 7518 has them) alone, or in DER, too"},
      {"auth.jwt.pool", integer<s>(1, 64, "an integer from 1 to 64", &s::auth_jwt, &jwt::pool), "4",
       "Troupe's own: tokens at a time; each has a thread"},
  };
  add_tls(rows, "auth.jwt.jwks.ssl.", &s::auth_jwt, &jwt::tls);
  return rows;
}

} // namespace

std::span<const row<settings>> back_end_rows() {
  static const auto rows = [] {
    auto all = http_auth_rows();
    for (const auto& more : {jwt_auth_rows(), database_rows()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

} // namespace troupe::config
