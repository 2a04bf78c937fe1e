// Settings of the plugins of authentication that ask back ends (reference/config.md section 10).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe {

/// TLS towards a server outside. Its certificate must be of the name or address that it was asked by.
struct outgoing_tls {
  std::string cacertfile;        // whom to trust; empty: whom the system trusts
  std::string certfile, keyfile; // to show; empty: none
  bool verify_peer = true;
};

/// `auth.http.auth_req.*`, `auth.http.super_req.*` and `auth.http.acl_req.*`.
struct http_question_settings {
  std::string url;                                               // empty: it is not asked
  bool get = false;                                              // else POST
  bool json = false;                                             // the body of a POST; else a form
  std::string params;                                            // with placeholders
  std::vector<std::pair<std::string, std::string>> headers = {}; // its own, beside those of all
};

/// `auth.http.*`.
struct auth_http_settings {
  http_question_settings auth{"http://127.0.0.1:8991/mqtt/auth", false, false,
                              "clientid=%c,username=%u,password=%P"};
  http_question_settings super{"", false, false, "clientid=%c,username=%u"};
  http_question_settings acl{"", true, false,
                             "access=%A,username=%u,clientid=%c,ipaddr=%a,topic=%t,mountpoint=%m"};
  std::vector<std::pair<std::string, std::string>> headers;         // `auth.http.header.<field>`
  std::chrono::milliseconds request_timeout{0}, connect_timeout{0}; // 0: 5 s
  unsigned retry_times = 3;
  std::chrono::milliseconds retry_interval{1'000};
  double retry_backoff = 2;
  std::size_t pool = 8; // Troupe's own: questions at a time
  outgoing_tls tls;
};

/// `auth.jwt.*`.
struct auth_jwt_settings {
  std::string secret;         // of HS; empty: EMQ X's, if there are no other keys
  bool from_username = false; // `auth.jwt.from`: the token is the user name, else the password
  std::string pubkey;         // file in PEM
  std::string jwks;           // file, or URL
  std::chrono::milliseconds jwks_refresh{300'000};
  bool verify_claims = false;
  std::vector<std::pair<std::string, std::string>> claims; // `auth.jwt.verify_claims.<claim>`
  bool raw_signatures = false;                             // `auth.jwt.signature_format`
  std::size_t pool = 4;                                    // Troupe's own: tokens at a time
  outgoing_tls tls;                                        // towards an https URL
};

/// Where a server outside is, and how it is spoken to.
struct server_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string username = {}, password = {}, database = {};
  std::size_t pool = 8;                     // connections
  std::chrono::milliseconds timeout{5'000}; // to connect, and of each question
  bool ssl = false;
  outgoing_tls tls = {};
};

/// `auth.redis.type`: a server, the master that sentinels name, or a cluster.
enum class redis_type : std::uint8_t { single, sentinel, cluster };

struct redis_node {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const redis_node& o) const = default;
  bool operator<(const redis_node& o) const { return std::tie(host, port) < std::tie(o.host, o.port); }
};

/// Which Redis is meant.
struct redis_settings {
  server_settings server = {}; // of a single one; what else it says is for all of them, but the sentinels
  redis_type type = redis_type::single;
  std::vector<redis_node> servers = {}; // the sentinels, or some nodes of the cluster
  std::string sentinel = {};            // the master's name there
};

/// `auth.pgsql.*` and `auth.mysql.*`. Queries with placeholders; empty: it is not asked.
struct sql_auth_settings {
  server_settings server;
  std::string auth_query = "select password from mqtt_user where username = '%u' limit 1";
  std::string super_query = "select is_superuser from mqtt_user where username = '%u' limit 1";
  std::string acl_query =
      "select allow, ipaddr, username, clientid, access, topic from mqtt_acl where ipaddr = "
      "'%a' or username = '%u' or username = '$all' or clientid = '%c'";
  std::string password_hash = "sha256";
};

/// `auth.redis.*`. Commands with placeholders; empty: it is not asked.
struct redis_auth_settings {
  redis_settings where;
  std::string auth_cmd = "HMGET mqtt_user:%u password";
  std::string super_cmd = "HGET mqtt_user:%u is_superuser";
  std::string acl_cmd = "HGETALL mqtt_acl:%u";
  std::string password_hash = "plain";
};

/// `auth.ldap.*`.
struct ldap_auth_settings {
  server_settings server;
  std::string bind_dn = "cn=root,dc=emqx,dc=io", bind_password = "public";
  std::string device_dn = "ou=device,dc=emqx,dc=io";
  std::string match_objectclass = "mqttUser";
  std::string username_attribute = "uid", password_attribute = "userPassword";
};

} // namespace troupe
