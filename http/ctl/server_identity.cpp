#include "server_identity.hpp"

#include "troupe/access/url.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

namespace troupe::ctl {

namespace {

// In the place of OpenSSL's own check: who shows exactly this certificate has its key, whatever name it has.
int is_expected(X509_STORE_CTX* shown, void* expected) {
  const auto* leaf = X509_STORE_CTX_get0_cert(shown);
  const bool same = leaf != nullptr && X509_cmp(leaf, static_cast<const X509*>(expected)) == 0;
  X509_STORE_CTX_set_error(shown, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return same ? 1 : 0;
}

X509* first_certificate(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in{BIO_new_file(file.c_str(), "r"), &BIO_free};
  return in == nullptr ? nullptr : PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr);
}

bool expect_host(SSL_CTX* context, const std::string& host) {
  auto* rules = SSL_CTX_get0_param(context);
  return X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1 ||
         X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1;
}

} // namespace

std::string server_identity::demand(SSL_CTX* context, const access& where) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!where.certificate.empty()) {
    expected_.reset(first_certificate(where.certificate));
    if (expected_ == nullptr)
      return "the broker's certificate " + where.certificate +
             " cannot be read; name one that vouches for it by --cacert";
    SSL_CTX_set_cert_verify_callback(context, is_expected, expected_.get());
    return {};
  }
  const bool loaded = where.cacertfile.empty()
                          ? SSL_CTX_set_default_verify_paths(context) == 1
                          : SSL_CTX_load_verify_file(context, where.cacertfile.c_str()) == 1;
  if (!loaded)
    return where.cacertfile + ": no certificates can be read from it";
  const auto parts = troupe::access::parse_url(where.url);
  return parts && expect_host(context, parts->host) ? std::string{}
                                                    : where.url + ": no address of the HTTP API";
}

} // namespace troupe::ctl
