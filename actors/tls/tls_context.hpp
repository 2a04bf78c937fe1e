// The TLS side of a listener: its certificates and rules, as OpenSSL holds them. They can be loaded again
// while the listener runs; connections keep what they began with.
#pragma once

#include "psk_identities.hpp"
#include "tls_session.hpp"
#include "troupe/actors/config.hpp"

#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace troupe {

/// Any thread may use it.
class tls_context {
public:
  /// Loads the files of `config`. `psk` has the pre-shared keys, which are used when psk_ciphers are
  /// configured. Null, with `error` saying which file or key is wrong and why, when that fails.
  static std::unique_ptr<tls_context> load(const tls_settings& config,
                                           std::shared_ptr<const psk_identities> psk, std::string& error);

  /// The server's side of a connection over `descriptor`, which must outlive it. Null when memory is short.
  tls_session new_session(int descriptor) const;

  /// Loads the files again; new sessions use them. Returns the error, after which all is as before.
  std::string reload();

  milliseconds handshake_timeout() const noexcept { return config_.handshake_timeout; }

private:
  using context = std::shared_ptr<ssl_ctx_st>;

  tls_context(const tls_settings& config, std::shared_ptr<const psk_identities> psk);
  context make(std::string& error) const;

  const tls_settings config_;
  const std::shared_ptr<const psk_identities> psk_;
  mutable std::mutex mutex_; // of current_
  context current_;
};

} // namespace troupe
