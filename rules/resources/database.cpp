#include "database.hpp"

#include "outage.hpp"
#include "resource_config.hpp"
#include "resources.hpp"
#include "troupe/access/url.hpp"

#include <boost/json/string.hpp>

#include <array>
#include <chrono>

namespace troupe {

namespace json = boost::json;

namespace {

using rules::parameter;

constexpr std::int64_t most_seconds_to_wait = 3600, most_database_connections = 64;

constexpr parameter server_parameter(const char* default_json) {
  return {.name = "server",
          .type = "string",
          .required = true,
          .default_json = default_json,
          .heading = {"Server", "服务器"},
          .description = {"Address of the server: host:port, or host", "服务器地址：主机:端口，或主机"}};
}

constexpr parameter database_parameter(bool required, const char* default_json) {
  return {.name = "database",
          .type = "string",
          .required = required,
          .default_json = default_json,
          .heading = {"Database", "数据库"},
          .description = {"Name of the database; a number for Redis", "数据库名称；Redis 为编号"}};
}

constexpr parameter optional(const char* name, const char* type, const char* default_json,
                             rules::title heading, rules::title description) {
  return {.name = name,
          .type = type,
          .required = false,
          .default_json = default_json,
          .heading = heading,
          .description = description};
}

constexpr parameter optional_number(const char* name, const char* default_json, std::int64_t most,
                                    rules::title heading, rules::title description) {
  auto out = optional(name, "number", default_json, heading, description);
  out.least = 1;
  out.most = most;
  return out;
}

constexpr parameter optional_text(const char* name, rules::title heading, rules::title description) {
  return optional(name, "string", R"("")", heading, description);
}

constexpr parameter optional_file(const char* name, rules::title heading, rules::title description) {
  return optional(name, "file", R"("")", heading, description);
}

constexpr auto user_parameter =
    optional_text("user", {"User Name", "用户名"}, {"User name at the server", "服务器上的用户名"});
constexpr auto password_parameter = optional_text("password", {"Password", "密码"}, {"Its password", "密码"});
constexpr auto pool_size_parameter =
    optional_number("pool_size", "8", most_database_connections, {"Pool Size", "连接池大小"},
                    {"Connections at most", "最大连接数"});
constexpr auto query_timeout_parameter =
    optional_number("query_timeout", "5", most_seconds_to_wait, {"Timeout", "超时时间"},
                    {"Time to connect, and of a statement, in seconds", "连接及执行语句的超时时间，单位秒"});
constexpr auto ssl_parameter =
    optional("ssl", "boolean", "false", {"Enable SSL", "开启 SSL"}, {"Speak by TLS", "使用 TLS 连接"});
constexpr auto verify_parameter =
    optional("verify", "boolean", "true", {"Verify Server Certificate", "校验服务器证书"},
             {"Whether the server's certificate has to be of its name or address",
              "服务器证书是否必须与其名称或地址相符"});
constexpr auto cacertfile_parameter =
    optional_file("cacertfile", {"CA Certificate File", "CA 证书文件"},
                  {"Whom to trust; empty: whom the system trusts", "信任的 CA 证书；为空则使用系统证书"});
constexpr auto certfile_parameter =
    optional_file("certfile", {"Certificate File", "证书文件"}, {"To show to the server", "客户端证书"});
constexpr auto keyfile_parameter =
    optional_file("keyfile", {"Key File", "密钥文件"}, {"Its key", "客户端密钥"});

constexpr auto sql_parameters(const char* server_json) {
  return std::array{server_parameter(server_json),
                    database_parameter(true, R"("mqtt")"),
                    user_parameter,
                    password_parameter,
                    pool_size_parameter,
                    query_timeout_parameter,
                    ssl_parameter,
                    verify_parameter,
                    cacertfile_parameter,
                    certfile_parameter,
                    keyfile_parameter,
                    keep_time_parameter};
}
constexpr auto pgsql_parameters = sql_parameters(R"("127.0.0.1:5432")");
constexpr auto mysql_parameters = sql_parameters(R"("127.0.0.1:3306")");
constexpr parameter redis_type_parameter{
    .name = "redis_type",
    .type = "string",
    .required = false,
    .default_json = R"("single")",
    .heading = {"Redis Type", "Redis 类型"},
    .description = {"What the servers are, several between commas: sentinels, or nodes of a cluster",
                    "服务器的类型，多个服务器以逗号分隔：哨兵或集群节点"},
    .choices_json = R"(["single","sentinel","cluster"])"};
constexpr auto sentinel_parameter =
    optional_text("sentinel", {"Sentinel Master", "哨兵主节点"},
                  {"What the sentinels call the master", "哨兵中主节点的名称"});
constexpr parameter redis_parameters[] = {server_parameter(R"("127.0.0.1:6379")"),
                                          database_parameter(false, R"("0")"),
                                          user_parameter,
                                          password_parameter,
                                          pool_size_parameter,
                                          query_timeout_parameter,
                                          redis_type_parameter,
                                          sentinel_parameter,
                                          keep_time_parameter};

constexpr std::uint16_t usual_port(database_kind kind) noexcept {
  return kind == database_kind::pgsql ? 5432 : kind == database_kind::mysql ? 3306 : 6379;
}

server_settings database_settings_of(const json::object& config, const access::place& at) {
  server_settings s;
  s.host = at.host;
  s.port = at.port;
  s.username = config_text(config, "user");
  s.password = config_text(config, "password");
  s.database = config_text(config, "database");
  s.timeout = std::chrono::seconds{config_number(config, "query_timeout", 5, most_seconds_to_wait)};
  s.ssl = config_flag(config, "ssl", false);
  s.tls.verify_peer = config_flag(config, "verify", true);
  s.tls.cacertfile = config_text(config, "cacertfile");
  s.tls.certfile = config_text(config, "certfile");
  s.tls.keyfile = config_text(config, "keyfile");
  return s;
}

redis_type redis_type_of(const std::string& name) {
  return name == "sentinel"  ? redis_type::sentinel
         : name == "cluster" ? redis_type::cluster
                             : redis_type::single;
}

// What is wrong with it; empty: nothing.
std::string read_redis(const json::object& config, const std::vector<access::place>& places,
                       redis_settings& where) {
  where.type = redis_type_of(config_text(config, "redis_type", "single"));
  where.sentinel = config_text(config, "sentinel");
  if (where.type != redis_type::single)
    for (const auto& p : places)
      where.servers.push_back({p.host, p.port});
  if (where.server.database.empty())
    where.server.database.assign(1, '0');
  return where.type == redis_type::sentinel && where.sentinel.empty() ? "{required_field_missing,sentinel}"
                                                                      : "";
}

template <database_kind kind>
std::variant<resource_ptr, std::string> make_database(const rules::resource_definition& d,
                                                      caf::actor_system* system, const alarms_actor& alarms) {
  const auto places = access::parse_places(config_text(d.config, "server"), usual_port(kind));
  redis_settings where;
  if (!places.empty())
    where.server = database_settings_of(d.config, places.front());
  if (kind == database_kind::redis)
    if (auto wrong = read_redis(d.config, places, where); !wrong.empty())
      return wrong;
  if (places.empty() || (places.size() > 1 && where.type == redis_type::single))
    return "{invalid_data_type,{server,server}}";
  pool_settings pool;
  pool.name = d.id;
  pool.type = d.type;
  pool.workers = static_cast<std::size_t>(config_number(d.config, "pool_size", 8, most_database_connections));
  // To connect, to log in, and of the statement; the sentinels are asked, or other nodes, before.
  pool.longest = (3 + 2 * where.servers.size()) * where.server.timeout;
  go_through_outages(pool, d.config);
  auto client =
      system == nullptr ? database_actor{} : spawn_database_client(*system, kind, where, pool, alarms);
  return std::make_shared<const database_resource>(d, kind, client);
}

} // namespace

const resource_row backend_pgsql_row{"backend_pgsql",
                                     "emqx_backend_pgsql",
                                     {"PostgreSQL", "PostgreSQL"},
                                     {"PostgreSQL Database", "PostgreSQL 数据库"},
                                     pgsql_parameters,
                                     make_database<database_kind::pgsql>};
const resource_row backend_mysql_row{
    "backend_mysql",    "emqx_backend_mysql",
    {"MySQL", "MySQL"}, {"MySQL or MariaDB Database", "MySQL 或 MariaDB 数据库"},
    mysql_parameters,   make_database<database_kind::mysql>};
const resource_row backend_redis_row{"backend_redis",    "emqx_backend_redis",
                                     {"Redis", "Redis"}, {"Redis Database", "Redis 数据库"},
                                     redis_parameters,   make_database<database_kind::redis>};

} // namespace troupe
