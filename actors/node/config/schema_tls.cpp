// The settings of TLS listeners, and the access rules of all.
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

const char* set_versions(tls_settings& t, std::string_view v) {
  static constexpr std::pair<std::string_view, std::uint8_t> names[] = {
      {"tlsv1", tls_1_0}, {"tlsv1.1", tls_1_1}, {"tlsv1.2", tls_1_2}, {"tlsv1.3", tls_1_3}};
  static constexpr const char* expected = "tlsv1.3, tlsv1.2, tlsv1.1 and tlsv1 with commas between";
  std::uint8_t versions = 0;
  while (!v.empty()) {
    const auto word = mqtt::take_part(v);
    const auto before = versions;
    for (const auto& [name, bit] : names)
      if (word == name)
        versions |= bit;
    if (versions == before)
      return expected;
  }
  if (versions == 0)
    return expected;
  t.versions = versions;
  return nullptr;
}

const char* set_verify(tls_settings& t, std::string_view v) {
  if (v != "verify_none" && v != "verify_peer")
    return "verify_none or verify_peer";
  t.verify_peer = v == "verify_peer";
  return nullptr;
}

} // namespace

std::span<const row<tls_settings>> tls_rows() {
  using t = tls_settings;
  static const std::vector<row<t>> rows{
      {"certfile", text<t>(&t::certfile), "",
       "PEM file of the certificate and those between it and the root; unset: a self-signed one is made"},
      {"keyfile", text<t>(&t::keyfile), "", "PEM file of its private key; unset: it is in certfile"},
      {"key_password", text<t>(&t::key_password), "", "Password of an encrypted key"},
      {"cacertfile", text<t>(&t::cacertfile), "",
       "PEM file of the roots that clients' certificates come from"},
      {"crlfile", text<t>(&t::crlfile), "",
       "PEM file of revocation lists, one of each issuer; a client whose issuer has none is refused"},
      {"verify", set_verify, "verify_none", "verify_peer: ask clients for a certificate and check it"},
      {"fail_if_no_peer_cert", flag<t>(&t::fail_if_no_peer_cert), "false", "And refuse those that show none"},
      {"depth", integer<t>(0, 100, "an integer from 0 to 100", &t::depth), "10",
       "Certificates between a client's and the root at most"},
      {"tls_versions", set_versions, "tlsv1.3,tlsv1.2", "tlsv1.3, tlsv1.2, tlsv1.1 and tlsv1, with commas"},
      {"ciphers", text<t>(&t::ciphers), "", "Cipher suites, with commas; unset: OpenSSL's own choice"},
      {"psk_ciphers", text<t>(&t::psk_ciphers), "",
       "Cipher suites with pre-shared keys, those of emqx_psk_file"},
      {"honor_cipher_order", flag<t>(&t::honor_cipher_order), "on",
       "The order of our list decides, not the client's"},
      {"dhfile", text<t>(&t::dhfile), "",
       "PEM file of Diffie-Hellman parameters; unset: they fit the certificate"},
      {"reuse_sessions", flag<t>(&t::reuse_sessions), "on", "Let clients resume sessions, by tickets"},
      {"handshake_timeout", duration<t>(1s, &t::handshake_timeout), "15s", "Time for the TLS handshake"},
  };
  return rows;
}

std::span<const row<tls_settings::host_certificate>> sni_rows() {
  using h = tls_settings::host_certificate;
  static const std::vector<row<h>> rows{
      {"host", text<h>(&h::host), "", "Name that the client asks for (SNI), perhaps with *. in front"},
      {"certfile", text<h>(&h::certfile), "", "PEM file of the certificate for it"},
      {"keyfile", text<h>(&h::keyfile), "", "PEM file of its private key; unset: it is in certfile"},
  };
  return rows;
}

const char* add_access_rule(std::vector<access_rule>& rules, std::string_view v) {
  static constexpr const char* expected =
      "allow or deny, and all, an address or a network such as 10.0.0.0/8";
  const auto blank = v.find_first_of(" \t");
  const auto verb = v.substr(0, blank);
  const auto whom = blank == std::string_view::npos ? std::string_view{} : mqtt::trimmed(v.substr(blank));
  if (verb != "allow" && verb != "deny")
    return expected;
  access_rule rule;
  rule.allow = verb == "allow";
  if (whom != "all") {
    rule.network = mqtt::ip_network::parse(whom);
    if (!rule.network)
      return expected;
  }
  rules.push_back(rule);
  return nullptr;
}

} // namespace troupe::config

namespace troupe {

bool allows(const std::vector<access_rule>& rules, const mqtt::ip_address& address) noexcept {
  for (const auto& rule : rules)
    if (!rule.network || rule.network->contains(address))
      return rule.allow;
  return true;
}

} // namespace troupe
