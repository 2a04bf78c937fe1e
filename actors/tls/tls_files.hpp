// Builds OpenSSL contexts from settings; only tls_context needs it.
#pragma once

#include "psk_identities.hpp"
#include "troupe/actors/config.hpp"

#include <memory>
#include <openssl/ssl.h>
#include <stdexcept>
#include <string>

namespace troupe {

/// A file or value that OpenSSL does not take; the text says which and why.
class tls_error : public std::runtime_error {
public:
  /// `what`, and the reason that OpenSSL's error queue holds, which is emptied.
  explicit tls_error(const std::string& what);
};

using ssl_context = std::shared_ptr<SSL_CTX>;

/// A context with all certificates, those per host name too. Null `psk`: no pre-shared keys are used. Throws
/// tls_error.
ssl_context build_ssl_context(const tls_settings& config, const std::shared_ptr<const psk_identities>& psk);

} // namespace troupe
