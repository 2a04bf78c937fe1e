#include "tls_files.hpp"

#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace troupe {

namespace {

struct context_freed {
  void operator()(SSL_CTX* c) const noexcept { SSL_CTX_free(c); }
};

int no_password(char*, int, int, void*) { return 0; }

// Of the first thing that OpenSSL complains about, which is the cause of the others.
std::string reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* text = ERR_SYSTEM_ERROR(code) ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "it cannot be read" : text;
}

} // namespace

std::string check_tls_files(const outgoing_tls& tls) {
  if (tls.certfile.empty() != tls.keyfile.empty())
    return tls.keyfile.empty() ? tls.certfile + ": its key is missing"
                               : tls.keyfile + ": its certificate is missing";
  const std::unique_ptr<SSL_CTX, context_freed> context{SSL_CTX_new(TLS_client_method())};
  if (!context)
    return "no memory";
  auto* c = context.get();
  SSL_CTX_set_default_passwd_cb(c, no_password);
  ERR_clear_error();
  if (!tls.cacertfile.empty() && SSL_CTX_load_verify_file(c, tls.cacertfile.c_str()) != 1)
    return tls.cacertfile + ": " + reason();
  if (tls.certfile.empty())
    return {};
  if (SSL_CTX_use_certificate_chain_file(c, tls.certfile.c_str()) != 1)
    return tls.certfile + ": " + reason();
  if (SSL_CTX_use_PrivateKey_file(c, tls.keyfile.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(c) != 1)
    return tls.keyfile + ": " + reason();
  return {};
}

} // namespace troupe
