#include "peer_certificate.hpp"

#include "../access/openssl_pointers.hpp"
#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/hex.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace troupe {

namespace {

std::string content(const openssl_bio& from) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(from.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

// The last of them is the most specific one.
std::string common_name(const X509_NAME* subject) {
  int found = -1;
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
    found = i;
  if (found < 0)
    return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, found)));
  if (size < 0)
    return {};
  std::string result(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return result;
}

std::string distinguished_name(const X509_NAME* subject) {
  const openssl_bio out{BIO_new(BIO_s_mem())};
  constexpr unsigned long form =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB); // UTF-8 as it is
  if (out == nullptr || X509_NAME_print_ex(out.get(), subject, 0, form) < 0)
    return {};
  return content(out);
}

std::string to_der(const X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  if (size < 0)
    return {};
  std::string result(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return result;
}

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string pem(const std::string& der) {
  const openssl_bio out{BIO_new(BIO_s_mem())};
  if (out == nullptr ||
      PEM_write_bio(out.get(), PEM_STRING_X509, "", bytes(der), static_cast<long>(der.size())) <= 0)
    return {};
  return content(out);
}

std::string md5(const std::string& data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), digest, &size, EVP_md5(), nullptr) != 1)
    return {};
  return mqtt::to_hex({reinterpret_cast<const char*>(digest), size});
}

std::string text_of(const peer_certificate& c, certificate_field field) {
  switch (field) {
    case certificate_field::none: return {};
    case certificate_field::cn: return c.common_name;
    case certificate_field::dn: return c.subject;
    case certificate_field::crt: return mqtt::to_base64(c.der);
    case certificate_field::pem: return c.der.empty() ? std::string{} : pem(c.der);
    case certificate_field::md5: return c.der.empty() ? std::string{} : md5(c.der);
  }
  return {};
}

} // namespace

std::unique_ptr<peer_certificate> read_certificate(const x509_st* certificate) {
  if (certificate == nullptr)
    return nullptr;
  auto result = std::make_unique<peer_certificate>();
  const X509_NAME* subject = X509_get_subject_name(certificate);
  result->common_name = common_name(subject);
  result->subject = distinguished_name(subject);
  result->der = to_der(certificate);
  return result;
}

std::string field_of(const peer_certificate& certificate, certificate_field field) {
  auto text = text_of(certificate, field);
  return text.size() <= 65535 && mqtt::is_valid_utf8(text) ? text : std::string{};
}

} // namespace troupe
