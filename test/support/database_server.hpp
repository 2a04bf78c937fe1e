// The servers that plugins of authentication ask, as Debian has them: each runs in a temporary folder, on a
// free port of 127.0.0.1, while the object lives.
#pragma once

#include "support/process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

/// Files in PEM, made by `openssl`: a CA, and a certificate of it for 127.0.0.1.
struct tls_files {
  explicit tls_files(const std::filesystem::path& folder);

  std::string authority, certificate, key;
};

class database_server {
public:
  database_server(const database_server&) = delete;
  database_server& operator=(const database_server&) = delete;
  virtual ~database_server() = default;

  std::uint16_t port() const noexcept { return port_; }

  /// The file of its CA; empty: it does not speak by TLS.
  std::string authority() const { return tls_ ? tls_->authority : ""; }

  /// Ends it at once.
  void stop();

  /// Starts it, with the data that it had; returns when it answers. Throws `unexpected` with its output
  /// when it does not.
  void start();

protected:
  explicit database_server(bool by_tls = false);

  virtual std::vector<std::string> command() const = 0;
  virtual int end_signal() const;
  virtual bool answers() const; // by default, that its port does

  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  const tls_files* tls() const noexcept { return tls_.get(); } // null: it does not speak by TLS

private:
  temporary_folder folder_;
  std::uint16_t port_;
  std::unique_ptr<const tls_files> tls_;
  std::unique_ptr<child_process> process_;
};

/// PostgreSQL, as its own user where the test runs as root. The user is `troupe`, his password `there`.
class pgsql_server final : public database_server {
public:
  static std::string missing(); // the package; empty: it is there
  explicit pgsql_server(const std::string& sql, bool by_tls = false);

  /// What statements give: values between bars, rows in lines. Throws `unexpected` when it fails.
  std::string query(const std::string& sql) const;

private:
  std::vector<std::string> client(const std::string& sql) const;
  std::vector<std::string> command() const override;
  int end_signal() const override; // its processes end, too
  bool answers() const override;   // it lets its user in: not while it looks at its files
};

/// MariaDB. The user is `troupe`, his password `there`, the database `mqtt`.
class mysql_server final : public database_server {
public:
  static std::string missing();
  explicit mysql_server(const std::string& sql, bool by_tls = false);

  /// What statements give: values between tabs, rows in lines. Throws `unexpected` when it fails.
  std::string query(const std::string& sql) const;

private:
  std::vector<std::string> command() const override;

  bool loaded_ = false; // the files have what the statements made
};

/// Redis, with the password `there`.
class redis_server final : public database_server {
public:
  static std::string missing();

  /// `options` are of its command line: `--replicaof`, …
  explicit redis_server(std::vector<std::string> options = {});

  /// What it gives. Throws `unexpected` when it fails.
  std::string run_command(const std::vector<std::string>& words) const;

private:
  std::vector<std::string> client(const std::vector<std::string>& words) const;
  std::vector<std::string> command() const override;
  bool answers() const override; // not while it loads its file

  std::vector<std::string> options_;
};

/// A sentinel of Redis, alone and without a password, which knows a master as `there`.
class redis_sentinel final : public database_server {
public:
  explicit redis_sentinel(const redis_server& master);

  /// How many replicas of the master it knows.
  std::size_t replicas() const;

  /// The port of the master.
  std::string master_port() const;

private:
  std::string ask(const std::vector<std::string>& words) const;
  std::vector<std::string> command() const override;
  bool answers() const override;
};

/// Three masters of Redis with a third of the slots each, which know each other.
class redis_cluster {
public:
  redis_cluster();

  const redis_server& node(std::size_t i) const { return *nodes_[i]; }
  static constexpr std::size_t size = 3;

private:
  std::vector<std::unique_ptr<redis_server>> nodes_;
};

/// OpenLDAP with the schema of EMQ X, below `dc=emqx,dc=io`; the name is `cn=root,dc=emqx,dc=io`, its
/// password `public`.
class ldap_server final : public database_server {
public:
  static std::string missing();
  explicit ldap_server(const std::string& ldif);

private:
  std::vector<std::string> command() const override;
};

} // namespace troupe::test
