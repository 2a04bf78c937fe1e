// Who a client is according to its certificate.
#pragma once

#include "troupe/actors/config.hpp"

#include <memory>
#include <string>

struct x509_st; // OpenSSL's X509

namespace troupe {

/// The certificate that a peer has shown and that was accepted.
struct peer_certificate {
  std::string common_name; // of the subject; UTF-8, empty when there is none
  std::string subject;     // distinguished name as RFC 4514 writes it: "CN=device-1,O=Example,C=DE"
  std::string der;
};

/// Reads a certificate; null for null.
std::unique_ptr<peer_certificate> read_certificate(const x509_st* certificate);

/// The text of a field. The DER form is base64, to be text at all; MD5 is 32 hexadecimal digits. Empty when
/// the certificate lacks it, or holds what cannot stand in an MQTT string.
std::string field_of(const peer_certificate& certificate, certificate_field field);

} // namespace troupe
