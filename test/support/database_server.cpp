#include "support/database_server.hpp"

#include "support/broker.hpp"
#include "support/socket.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>

namespace troupe::test {

namespace {

constexpr milliseconds slow{60'000}; // to make the files of a database
constexpr const char* pgsql_folders = "/usr/lib/postgresql";

bool there(const std::string& program) { return std::filesystem::exists(program); }

std::string must(const outcome& o, const std::string& what) {
  if (o.status != 0)
    throw unexpected(what + " failed: " + o.output);
  return o.output;
}

// The highest version that is installed.
std::string pgsql_program(const std::string& name) {
  std::vector<std::filesystem::path> found;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator{pgsql_folders, none})
    if (there((version.path() / "bin" / name).string()))
      found.push_back(version.path() / "bin" / name);
  std::sort(found.begin(), found.end());
  return found.empty() ? std::string{} : found.back().string();
}

// PostgreSQL does not run as root.
std::vector<std::string> as_postgres(std::vector<std::string> arguments) {
  if (geteuid() == 0) {
    const std::vector<std::string> other{"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres",
                                         "--clear-groups"};
    arguments.insert(arguments.begin(), other.begin(), other.end());
  }
  return arguments;
}

} // namespace

tls_files::tls_files(const std::filesystem::path& folder)
    : authority((folder / "ca.pem").string()),
      certificate((folder / "server.pem").string()),
      key((folder / "server.key").string()) {
  const auto make = [&](const std::string& file, const std::string& key_file, const std::string& name,
                        const std::vector<std::string>& more) {
    std::vector<std::string> all{"/usr/bin/openssl",
                                 "req",
                                 "-x509",
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:P-256",
                                 "-nodes",
                                 "-days",
                                 "2",
                                 "-subj",
                                 "/CN=" + name,
                                 "-keyout",
                                 key_file,
                                 "-out",
                                 file};
    all.insert(all.end(), more.begin(), more.end());
    must(run(all), "openssl");
  };
  const auto ca_key = (folder / "ca.key").string();
  make(authority, ca_key, "Test CA", {});
  make(certificate, key, "127.0.0.1",
       {"-CA", authority, "-CAkey", ca_key, "-addext", "subjectAltName=IP:127.0.0.1", "-addext",
        "basicConstraints=critical,CA:FALSE"});
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

database_server::database_server(bool by_tls)
    : port_(free_port()), tls_(by_tls ? std::make_unique<const tls_files>(folder()) : nullptr) {}

int database_server::end_signal() const { return SIGKILL; }

bool database_server::answers() const { return can_connect(port_); }

void database_server::stop() {
  if (!process_)
    return;
  process_->signal(end_signal());
  process_->wait(patience);
  process_.reset();
}

void database_server::start() {
  const auto output = folder() / "output";
  process_ = std::make_unique<child_process>(command(), output);
  if (!eventually([&] { return answers() || !process_->running(); }, slow) || !process_->running())
    throw unexpected(command().front() + " does not answer: " + read_text(output));
}

// -- PostgreSQL ---------------------------------------------------------------------------------------------

std::string pgsql_server::missing() {
  return !pgsql_program("initdb").empty() && there("/usr/bin/psql") ? "" : "postgresql";
}

pgsql_server::pgsql_server(const std::string& sql, bool by_tls) : database_server(by_tls) {
  const auto data = folder() / "data";
  std::filesystem::create_directory(data);
  write_text(folder() / "password", "there\n");
  if (geteuid() == 0)
    must(run({"/usr/bin/chown", "-R", "postgres", folder().string()}), "chown");
  must(run(as_postgres({pgsql_program("initdb"), "-D", data.string(), "-U", "troupe", "--auth=scram-sha-256",
                        "--pwfile=" + (folder() / "password").string(), "-E", "UTF8", "--no-sync",
                        "--no-locale"}),
           slow),
       "initdb");
  if (tls() != nullptr)
    write_text(data / "pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
  start();
  query(sql);
}

bool pgsql_server::answers() const { return run(client("select 1"), slow).status == 0; }

std::vector<std::string> pgsql_server::client(const std::string& sql) const {
  return {"/usr/bin/psql",
          "-X",
          "-q",
          "-A",
          "-t",
          "-v",
          "ON_ERROR_STOP=1",
          "postgresql://troupe:there@127.0.0.1:" + std::to_string(port()) + "/postgres",
          "-c",
          sql};
}

std::string pgsql_server::query(const std::string& sql) const { return must(run(client(sql), slow), "psql"); }

std::vector<std::string> pgsql_server::command() const {
  std::vector<std::string> out{pgsql_program("postgres"),
                               "-D",
                               (folder() / "data").string(),
                               "-p",
                               std::to_string(port()),
                               "-c",
                               "listen_addresses=127.0.0.1",
                               "-c",
                               "unix_socket_directories=",
                               "-c",
                               "fsync=off"};
  if (tls() != nullptr)
    for (const auto& setting :
         {std::string{"ssl=on"}, "ssl_cert_file=" + tls()->certificate, "ssl_key_file=" + tls()->key}) {
      out.emplace_back("-c");
      out.push_back(setting);
    }
  return as_postgres(std::move(out));
}

int pgsql_server::end_signal() const { return SIGQUIT; }

// -- MariaDB -----------------------------------------------------------------------------------------------

std::string mysql_server::missing() { return there("/usr/sbin/mariadbd") ? "" : "mariadb-server"; }

mysql_server::mysql_server(const std::string& sql, bool by_tls) : database_server(by_tls) {
  must(run({"/usr/bin/mariadb-install-db", "--no-defaults", "--datadir=" + (folder() / "data").string(),
            "--tmpdir=" + folder().string(), "--auth-root-authentication-method=normal", "--skip-test-db",
            "--user=" + std::string{geteuid() == 0 ? "root" : ""}},
           slow),
       "mariadb-install-db");
  write_text(folder() / "first.sql", "CREATE DATABASE IF NOT EXISTS mqtt;\n"
                                     "CREATE USER IF NOT EXISTS troupe IDENTIFIED BY 'there';\n"
                                     "GRANT ALL ON mqtt.* TO troupe;\nUSE mqtt;\n" +
                                         sql + "\n");
  start();
  loaded_ = true;
}

std::string mysql_server::query(const std::string& sql) const {
  return must(run({"/usr/bin/mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
                   "--port=" + std::to_string(port()), "--user=troupe", "--password=there",
                   tls() != nullptr ? "--ssl" : "--skip-ssl", "--batch", "--skip-column-names", "mqtt",
                   "--execute=" + sql},
                  slow),
              "mariadb");
}

std::vector<std::string> mysql_server::command() const {
  std::vector<std::string> out{"/usr/sbin/mariadbd",
                               "--no-defaults",
                               "--datadir=" + (folder() / "data").string(),
                               "--tmpdir=" + folder().string(), // or one removes another's tables
                               "--socket=" + (folder() / "socket").string(),
                               "--pid-file=" + (folder() / "pid").string(),
                               "--bind-address=127.0.0.1",
                               "--port=" + std::to_string(port()),
                               "--skip-name-resolve",
                               "--innodb-flush-log-at-trx-commit=2"};
  if (tls() != nullptr)
    out.insert(out.end(), {"--ssl-ca=" + tls()->authority, "--ssl-cert=" + tls()->certificate,
                           "--ssl-key=" + tls()->key, "--require-secure-transport=ON"});
  if (!loaded_)
    out.push_back("--init-file=" + (folder() / "first.sql").string());
  if (geteuid() == 0)
    out.push_back("--user=root");
  return out;
}

// -- Redis -------------------------------------------------------------------------------------------------

std::string redis_server::missing() {
  return there("/usr/bin/redis-server") && there("/usr/bin/redis-cli") ? "" : "redis-server";
}

redis_server::redis_server(std::vector<std::string> options) : options_(std::move(options)) { start(); }

std::vector<std::string> redis_server::command() const {
  std::vector<std::string> out{"/usr/bin/redis-server",
                               "--port",
                               std::to_string(port()),
                               "--bind",
                               "127.0.0.1",
                               "--dir",
                               folder().string(),
                               "--appendonly",
                               "yes",
                               "--requirepass",
                               "there",
                               "--masterauth",
                               "there"};
  out.insert(out.end(), options_.begin(), options_.end());
  return out;
}

bool redis_server::answers() const { return run(client({"PING"})).output == "PONG\n"; }

std::string redis_server::run_command(const std::vector<std::string>& words) const {
  return must(run(client(words)), "redis-cli");
}

std::vector<std::string> redis_server::client(const std::vector<std::string>& words) const {
  std::vector<std::string> all{"/usr/bin/redis-cli", "-e", "-p",   std::to_string(port()),
                               "--no-auth-warning",  "-a", "there"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

redis_sentinel::redis_sentinel(const redis_server& master) {
  write_text(folder() / "sentinel.conf",
             "port " + std::to_string(port()) + "\nbind 127.0.0.1\ndir " + folder().string() +
                 "\nsentinel monitor there 127.0.0.1 " + std::to_string(master.port()) +
                 " 1\nsentinel auth-pass there there\nsentinel down-after-milliseconds there 300\n"
                 "sentinel failover-timeout there 3000\n");
  start();
}

std::string redis_sentinel::ask(const std::vector<std::string>& words) const {
  std::vector<std::string> all{"/usr/bin/redis-cli", "-e", "-p", std::to_string(port())};
  all.insert(all.end(), words.begin(), words.end());
  return run(all).output;
}

bool redis_sentinel::answers() const { return ask({"PING"}) == "PONG\n"; }

std::size_t redis_sentinel::replicas() const {
  const auto said = ask({"SENTINEL", "REPLICAS", "there"});
  std::size_t count = 0;
  for (auto at = said.find("master-link-status\nok"); at != std::string::npos;
       at = said.find("master-link-status\nok", at + 1))
    ++count;
  return count;
}

std::string redis_sentinel::master_port() const {
  const auto said = ask({"SENTINEL", "get-master-addr-by-name", "there"});
  const auto line = said.find('\n');
  return line == std::string::npos ? "" : said.substr(line + 1, said.size() - line - 2);
}

std::vector<std::string> redis_sentinel::command() const {
  return {"/usr/bin/redis-server", (folder() / "sentinel.conf").string(), "--sentinel"};
}

redis_cluster::redis_cluster() {
  constexpr std::size_t slots = 16'384;
  std::vector<std::string> buses;
  for (std::size_t i = 0; i < size; ++i) {
    buses.push_back(std::to_string(free_port()));
    nodes_.push_back(std::make_unique<redis_server>(std::vector<std::string>{
        "--cluster-enabled", "yes", "--cluster-port", buses.back(), "--cluster-node-timeout", "2000"}));
    nodes_[i]->run_command({"CLUSTER", "ADDSLOTSRANGE", std::to_string(slots * i / size),
                            std::to_string(slots * (i + 1) / size - 1)});
    nodes_[i]->run_command({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
  }
  for (std::size_t i = 1; i < size; ++i)
    nodes_[0]->run_command({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[i]->port()), buses[i]});
  for (const auto& node : nodes_)
    if (!eventually(
            [&] {
              const auto info = node->run_command({"CLUSTER", "INFO"});
              return info.find("cluster_state:ok") != std::string::npos &&
                     info.find("cluster_slots_assigned:16384") != std::string::npos;
            },
            slow))
      throw unexpected("the nodes of a cluster do not find each other");
}

// -- OpenLDAP ----------------------------------------------------------------------------------------------

namespace {

// Of EMQ X's documentation: emqx.schema.
constexpr const char* mqtt_schema =
    R"(attributetype ( 1.3.6.1.4.1.11.2.53.2.2.3.1.2.3.1.3 NAME 'mqttPublishTopic'
  EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.11.2.53.2.2.3.1.2.3.1.4 NAME 'mqttSubscriptionTopic'
  EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.11.2.53.2.2.3.1.2.3.1.5 NAME 'mqttPubSubTopic'
  EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.11.2.53.2.2.3.1.2.3.4 NAME 'mqttUser' AUXILIARY
  MAY ( mqttPublishTopic $ mqttSubscriptionTopic $ mqttPubSubTopic ) )
)";

} // namespace

std::string ldap_server::missing() { return there("/usr/sbin/slapd") ? "" : "slapd"; }

ldap_server::ldap_server(const std::string& ldif) {
  const auto conf = (folder() / "slapd.conf").string();
  std::filesystem::create_directory(folder() / "data");
  write_text(folder() / "mqtt.schema", mqtt_schema);
  write_text(conf, "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\ninclude " +
                       (folder() / "mqtt.schema").string() +
                       "\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n" + "pidfile " +
                       (folder() / "pid").string() +
                       "\ndatabase mdb\nsuffix \"dc=emqx,dc=io\"\nrootdn \"cn=root,dc=emqx,dc=io\"\n"
                       "rootpw public\ndirectory " +
                       (folder() / "data").string() + "\n");
  write_text(folder() / "data.ldif", ldif);
  must(run({"/usr/sbin/slapadd", "-f", conf, "-l", (folder() / "data.ldif").string()}, slow), "slapadd");
  start();
}

std::vector<std::string> ldap_server::command() const {
  return {"/usr/sbin/slapd",
          "-f",
          (folder() / "slapd.conf").string(),
          "-h",
          "ldap://127.0.0.1:" + std::to_string(port()),
          "-d",
          "0"};
}

} // namespace troupe::test
