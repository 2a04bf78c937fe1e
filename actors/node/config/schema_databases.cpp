// Settings of the plugins of authentication that ask databases and directories.
#include "../../access/password_hash.hpp"
#include "../../access/sql_query.hpp"
#include "back_end_setters.hpp"
#include "troupe/access/url.hpp"

#include <iterator>

namespace troupe::config {

namespace {

using s = settings;
using server = server_settings;

// `127.0.0.1:5432`, or without a port.
template <class... Path>
setter<s> address(std::uint16_t default_port, Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    auto at = access::parse_place(v, default_port);
    if (!at)
      return "host:port";
    auto& server_at = field(to, path...);
    server_at.host = std::move(at->host);
    server_at.port = at->port;
    return nullptr;
  };
}

template <class... Path>
setter<s> hash(Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    if (!access::parse_hash_scheme(v))
      return "plain, md5, sha, sha256 or sha512, with `salt,` before or `,salt` behind it, bcrypt, or "
             "pbkdf2,sha256,1000,20";
    field(to, path...) = std::string{v};
    return nullptr;
  };
}

template <class... Path>
setter<s> query(access::parameter_marks marks, Path... path) {
  return [=](s& to, std::string_view v) -> const char* {
    if (!access::bind_query(v, marks))
      return "a query with placeholders such as '%u', and no other parameters";
    field(to, path...) = std::string{v};
    return nullptr;
  };
}

template <class Plugin>
void add_server(std::vector<row<s>>& rows, const std::string& head, Plugin s::*which, const char* whose) {
  const s shipped;
  const server& defaults = (shipped.*which).server;
  rows.push_back({head + "server", address(defaults.port, which, &Plugin::server),
                  defaults.host + ":" + std::to_string(defaults.port), whose});
  rows.push_back({head + "pool",
                  integer<s>(1, 256, "an integer from 1 to 256", which, &Plugin::server, &server::pool), "8",
                  "Connections at most"});
}

std::vector<row<s>> sql_rows(const std::string& head, sql_auth_settings s::*which,
                             access::parameter_marks marks, const char* whose) {
  using sql = sql_auth_settings;
  std::vector<row<s>> rows;
  const s shipped;
  const sql& defaults = shipped.*which;
  add_server(rows, head, which, whose);
  const row<s> others[] = {
      {head + "username", text<s>(which, &sql::server, &server::username), defaults.server.username,
       "User name of the broker there"},
      {head + "password", text<s>(which, &sql::server, &server::password), "", "Its password"},
      {head + "database", text<s>(which, &sql::server, &server::database), defaults.server.database,
       "Name of the database"},
      {head + "query_timeout", period<s>(which, &sql::server, &server::timeout), "5s",
       "Time to connect, and of a query"},
      {head + "auth_query", query(marks, which, &sql::auth_query), defaults.auth_query,
       "Password, and perhaps salt, of a client; placeholders become bound parameters; empty: nobody is "
       "asked"},
      {head + "password_hash", hash(which, &sql::password_hash), "sha256", "What of a password is there"},
      {head + "super_query", query(marks, which, &sql::super_query), defaults.super_query,
       "Whether a client may do everything: 1, or t; empty: nobody is asked"},
      {head + "acl_query", query(marks, which, &sql::acl_query), defaults.acl_query,
       "Rules: allow, ipaddr, username, clientid, access, topic; the first that matches decides; empty: "
       "nobody is "
       "asked"},
      {head + "ssl", flag<s>(which, &sql::server, &server::ssl), "off", "Speak by TLS"},
  };
  rows.insert(rows.end(), std::begin(others), std::end(others));
  add_tls(rows, head + "ssl_opts.", which, &sql::server, &server::tls);
  return rows;
}

// `10.0.0.1:26379, 10.0.0.2:26379`: the first is the one of a single server.
const char* set_redis_servers(s& to, std::string_view v) {
  auto& where = to.auth_redis.where;
  auto nodes = access::parse_places(v, s{}.auth_redis.where.server.port);
  if (nodes.empty())
    return "host:port, or several between commas";
  where.server.host = nodes.front().host;
  where.server.port = nodes.front().port;
  where.servers.clear();
  for (auto& n : nodes)
    where.servers.push_back({std::move(n.host), n.port});
  return nullptr;
}

const char* set_redis_type(s& to, std::string_view v) {
  auto& type = to.auth_redis.where.type;
  if (v == "single")
    type = redis_type::single;
  else if (v == "sentinel")
    type = redis_type::sentinel;
  else if (v == "cluster")
    type = redis_type::cluster;
  else
    return "single, sentinel or cluster";
  return nullptr;
}

std::vector<row<s>> redis_rows() {
  using redis = redis_auth_settings;
  using where = redis_settings;
  const redis defaults = s{}.auth_redis;
  const auto of_server = [](auto member) {
    return text<s>(&s::auth_redis, &redis::where, &where::server, member);
  };
  return {
      {"auth.redis.type", set_redis_type, "single",
       "What the servers are: single, sentinel (they name the master) or cluster"},
      {"auth.redis.server", set_redis_servers, "127.0.0.1:6379",
       "Redis server of emqx_auth_redis; with the other types several, between commas"},
      {"auth.redis.sentinel", text<s>(&s::auth_redis, &redis::where, &where::sentinel), "",
       "What the sentinels call the master"},
      {"auth.redis.pool",
       integer<s>(1, 256, "an integer from 1 to 256", &s::auth_redis, &redis::where, &where::server,
                  &server::pool),
       "8", "Connections at most; with a cluster, to each node"},
      {"auth.redis.username", of_server(&server::username), "",
       "Troupe's own: user name of the broker there"},
      {"auth.redis.password", of_server(&server::password), "", "Its password"},
      {"auth.redis.database", of_server(&server::database), defaults.where.server.database,
       "Number of the database; a cluster has only 0"},
      {"auth.redis.query_timeout", period<s>(&s::auth_redis, &redis::where, &where::server, &server::timeout),
       "5s", "Time to connect, and of a command"},
      {"auth.redis.auth_cmd", text<s>(&s::auth_redis, &redis::auth_cmd), defaults.auth_cmd,
       "Password, and perhaps salt, of a client; a placeholder stays within its word; empty: nobody is "
       "asked"},
      {"auth.redis.password_hash", hash(&s::auth_redis, &redis::password_hash), "plain",
       "What of a password is there"},
      {"auth.redis.super_cmd", text<s>(&s::auth_redis, &redis::super_cmd), defaults.super_cmd,
       "Whether a client may do everything: 1; empty: nobody is asked"},
      {"auth.redis.acl_cmd", text<s>(&s::auth_redis, &redis::acl_cmd), defaults.acl_cmd,
       "Topics with 1 (subscribe), 2 (publish) or 3 (both): who has any may do nothing else; empty: nobody "
       "is asked"},
  };
}

std::vector<row<s>> ldap_rows() {
  using ldap = ldap_auth_settings;
  const ldap defaults = s{}.auth_ldap;
  const auto word = [](auto member) { return text<s>(&s::auth_ldap, member); };
  std::vector<row<s>> rows{
      {"auth.ldap.servers", text<s>(&s::auth_ldap, &ldap::server, &server::host), defaults.server.host,
       "LDAP server of emqx_auth_ldap"},
      {"auth.ldap.port",
       integer<s>(1, 65'535, "an integer from 1 to 65535", &s::auth_ldap, &ldap::server, &server::port),
       "389", "Its port"},
      {"auth.ldap.pool",
       integer<s>(1, 256, "an integer from 1 to 256", &s::auth_ldap, &ldap::server, &server::pool), "8",
       "Connections at most"},
      {"auth.ldap.bind_dn", word(&ldap::bind_dn), defaults.bind_dn,
       "Name of the broker there; empty: anonymous"},
      {"auth.ldap.bind_password", word(&ldap::bind_password), defaults.bind_password, "Its password"},
      {"auth.ldap.timeout", period<s>(&s::auth_ldap, &ldap::server, &server::timeout), "30s",
       "Time to connect, and of a search"},
      {"auth.ldap.device_dn", word(&ldap::device_dn), defaults.device_dn, "Where users are"},
      {"auth.ldap.match_objectclass", word(&ldap::match_objectclass), defaults.match_objectclass,
       "Class of their entries"},
      {"auth.ldap.username.attributetype", word(&ldap::username_attribute), defaults.username_attribute,
       "Attribute of the user name"},
      {"auth.ldap.password.attributetype", word(&ldap::password_attribute), defaults.password_attribute,
       "Attribute of the password"},
      {"auth.ldap.ssl", flag<s>(&s::auth_ldap, &ldap::server, &server::ssl), "off", "Speak by TLS (ldaps)"},
  };
  add_tls(rows, "auth.ldap.ssl.", &s::auth_ldap, &ldap::server, &server::tls);
  return rows;
}

} // namespace

std::string check_redis(const redis_settings& redis) {
  if (redis.type == redis_type::sentinel && redis.sentinel.empty())
    return "auth.redis.type: sentinel needs auth.redis.sentinel";
  if (redis.type == redis_type::single && redis.servers.size() > 1)
    return "auth.redis.type: single has one auth.redis.server";
  return {};
}

std::vector<row<settings>> database_rows() {
  using marks = access::parameter_marks;
  std::vector<row<s>> out;
  for (const auto& more :
       {sql_rows("auth.pgsql.", &s::auth_pgsql, marks::numbered, "PostgreSQL server of emqx_auth_pgsql"),
        sql_rows("auth.mysql.", &s::auth_mysql, marks::question,
                 "MySQL or MariaDB server of emqx_auth_mysql"),
        redis_rows(), ldap_rows()})
    out.insert(out.end(), more.begin(), more.end());
  return out;
}

} // namespace troupe::config
