// How `troupe ctl` makes sure that it talks to the broker before it tells a secret.
#pragma once

#include "access.hpp"

#include <memory>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string>

namespace troupe::ctl {

struct certificate_deleter {
  void operator()(X509* c) const noexcept { X509_free(c); }
};

class server_identity {
public:
  /// Lets handshakes of the context fail unless the server shows the certificate of `where.certificate`, or
  /// one for its host that `where.cacertfile` (or the system) vouches for. Empty, or why that cannot be. This
  /// must outlive the context.
  std::string demand(SSL_CTX* context, const access& where);

private:
  std::unique_ptr<X509, certificate_deleter> expected_;
};

} // namespace troupe::ctl
