#include "development_certificate.hpp"

#include "../access/openssl_pointers.hpp"
#include "tls_files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe {

namespace {

using key_ptr = openssl_owned<EVP_PKEY, EVP_PKEY_free>;
using certificate_ptr = openssl_owned<X509, X509_free>;

constexpr long ten_years = 10L * 365 * 24 * 3600;

void require(bool fine, const char* what) {
  if (!fine)
    throw tls_error{what};
}

void add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const openssl_owned<X509_EXTENSION, X509_EXTENSION_free> e{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value)};
  require(e != nullptr && X509_add_ext(certificate, e.get(), -1) == 1, "certificate extension");
}

certificate_ptr make_certificate(EVP_PKEY* key) {
  certificate_ptr certificate{X509_new()};
  require(certificate != nullptr, "certificate");
  X509* c = certificate.get();
  std::array<unsigned char, 16> serial{};
  require(RAND_bytes(serial.data(), serial.size()) == 1, "random numbers");
  serial[0] &= 0x7F; // positive
  const openssl_owned<BIGNUM, BN_free> number{BN_bin2bn(serial.data(), serial.size(), nullptr)};
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(c));
  X509_set_version(c, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(c), -3600); // clocks differ
  X509_gmtime_adj(X509_getm_notAfter(c), ten_years);
  X509_set_pubkey(c, key);
  X509_NAME* name = X509_get_subject_name(c);
  const auto text = reinterpret_cast<const unsigned char*>("Troupe development certificate");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(c, name);
  add_extension(c, NID_basic_constraints, "critical,CA:TRUE"); // so that clients can take it as their CA
  add_extension(c, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  add_extension(c, NID_subject_key_identifier, "hash");
  require(X509_sign(c, key, EVP_sha256()) > 0, "signature");
  return certificate;
}

// Complete or not at all: under another name until it is written.
void write_file(const std::string& path, mode_t mode, const std::function<bool(BIO*)>& content) {
  const std::string unfinished = path + ".new";
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0)
    throw tls_error{unfinished + ": " + std::strerror(errno)};
  const openssl_bio out{BIO_new_fd(fd, BIO_CLOSE)};
  const bool written = out != nullptr && ::fchmod(fd, mode) == 0 && content(out.get()) && ::fsync(fd) == 0;
  if (!written || ::rename(unfinished.c_str(), path.c_str()) != 0)
    throw tls_error{path + ": cannot be written"};
}

void create(const std::string& certfile, const std::string& keyfile) {
  const key_ptr key{EVP_EC_gen("P-256")};
  require(key != nullptr, "EC key");
  const auto certificate = make_certificate(key.get());
  write_file(keyfile, 0600, [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
  write_file(certfile, 0644, [&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()) == 1; });
}

} // namespace

std::string development_certfile(const std::string& folder) {
  return std::filesystem::path{folder} / "cert.pem";
}

development_certificate ensure_development_certificate(const std::string& folder) {
  development_certificate result;
  const std::filesystem::path place{folder};
  result.certfile = development_certfile(folder);
  result.keyfile = place / "key.pem";
  std::error_code failed;
  if (std::filesystem::exists(result.certfile, failed) && std::filesystem::exists(result.keyfile, failed))
    return result;
  std::filesystem::create_directories(place, failed);
  try {
    if (failed)
      throw tls_error{folder + ": " + failed.message()};
    create(result.certfile, result.keyfile);
    result.created = true;
  } catch (const tls_error& e) {
    result.error = e.what();
  }
  return result;
}

} // namespace troupe
