#include "tls_files.hpp"

#include "../access/openssl_pointers.hpp"
#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <cstring>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <vector>

namespace troupe {

namespace {

// What hangs on an SSL_CTX and lives as long: handshakes outlive a reload.
struct context_data {
  struct host {
    std::string name; // as configured, perhaps with "*." in front
    ssl_context context;
  };
  std::shared_ptr<const psk_identities> psk;
  std::vector<host> hosts;
};

void free_data(void*, void* data, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<context_data*>(data);
}

int data_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_data);
  return index;
}

context_data& data_of(const SSL_CTX* context) {
  return *static_cast<context_data*>(SSL_CTX_get_ex_data(context, data_index()));
}

void require(bool fine, const std::string& what) {
  if (!fine)
    throw tls_error{what};
}

// -- callbacks: C calls them, so nothing may be thrown -----------------------------------------------

bool matches(std::string_view pattern, std::string_view host) {
  if (pattern.substr(0, 2) == "*.") { // one label
    const auto dot = host.find('.');
    if (dot == std::string_view::npos || dot == 0)
      return false;
    pattern.remove_prefix(1);
    host.remove_prefix(dot);
  }
  return mqtt::same_word(pattern, host);
}

int choose_certificate(SSL* session, int*, void*) {
  const char* host = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (host == nullptr)
    return SSL_TLSEXT_ERR_NOACK;
  for (const auto& h : data_of(SSL_get_SSL_CTX(session)).hosts)
    if (matches(h.name, host)) {
      SSL_set_SSL_CTX(session, h.context.get());
      return SSL_TLSEXT_ERR_OK;
    }
  return SSL_TLSEXT_ERR_NOACK; // the listener's own certificate
}

unsigned find_secret(SSL* session, const char* identity, unsigned char* secret, unsigned size) {
  const auto& psk = data_of(SSL_get_SSL_CTX(session)).psk;
  if (identity == nullptr || psk == nullptr)
    return 0;
  const auto known = psk->secret_of(identity);
  if (!known || known->size() > size)
    return 0;
  std::copy_n(known->data(), known->size(), secret);
  return static_cast<unsigned>(known->size());
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<std::size_t>(size))
    return -1;
  std::copy_n(text.data(), text.size(), buffer);
  return static_cast<int>(text.size());
}

// -- the parts of a context ------------------------------------------------------------------------------

void set_protocol(SSL_CTX* context, const tls_settings& config) {
  struct version {
    std::uint8_t bit;
    std::uint64_t off;
  };
  static constexpr version versions[] = {{tls_1_0, SSL_OP_NO_TLSv1},
                                         {tls_1_1, SSL_OP_NO_TLSv1_1},
                                         {tls_1_2, SSL_OP_NO_TLSv1_2},
                                         {tls_1_3, SSL_OP_NO_TLSv1_3}};
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION); // not what the machine's openssl.cnf says
  SSL_CTX_set_max_proto_version(context, 0);
  for (const auto& v : versions)
    if ((config.versions & v.bit) == 0)
      SSL_CTX_set_options(context, v.off);
  if ((config.versions & (tls_1_0 | tls_1_1)) != 0)
    SSL_CTX_set_security_level(context, 0); // they need SHA-1
}

void set_behaviour(SSL_CTX* context, const tls_settings& config) {
  // A connection costs no buffers while it is idle, and one read takes all records that have come.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context, 1);
  // MQTT has its own goodbye: the end of the stream needs none of TLS. A client must not make us work for
  // renegotiations.
  SSL_CTX_set_options(context,
                      SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (config.honor_cipher_order)
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Sessions are resumed with tickets, which cost the server no memory.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  static constexpr unsigned char name[] = "troupe";
  SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
  SSL_CTX_set_num_tickets(context, config.reuse_sessions ? 1 : 0);
  if (!config.reuse_sessions)
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

// EMQ X writes names with commas between, of all versions of TLS together.
void set_ciphers(SSL_CTX* context, const tls_settings& config) {
  std::string names, suites;
  const auto add = [](std::string& to, std::string_view name) {
    if (!name.empty())
      to.append(to.empty() ? "" : ":").append(name);
  };
  std::string_view all = config.ciphers;
  while (!all.empty()) {
    const auto end = all.find_first_of(",: ");
    const std::string name{all.substr(0, end)};
    all = end == std::string_view::npos ? std::string_view{} : all.substr(end + 1);
    if (name.starts_with("TLS_") && name.find("_WITH_") == std::string::npos)
      add(suites, name);
    else if (name.starts_with("TLS_")) // RFC names of TLS 1.2
      add(names, OPENSSL_cipher_name(name.c_str()));
    else
      add(names, name);
  }
  // A pre-shared key of TLS 1.3 goes with SHA-256 only: such a suite must win.
  if (suites.empty() && !config.psk_ciphers.empty())
    suites = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
  if (!suites.empty())
    require(SSL_CTX_set_ciphersuites(context, suites.c_str()) == 1, "ciphers: " + config.ciphers);
  std::string psk = config.psk_ciphers;
  std::replace(psk.begin(), psk.end(), ',', ':');
  if (names.empty() && !psk.empty() && !config.certfile.empty())
    names = std::string{OSSL_default_cipher_list()} + ":-PSK"; // of these only what psk_ciphers names
  add(names, psk);
  if (!names.empty())
    require(SSL_CTX_set_cipher_list(context, names.c_str()) == 1, "ciphers: " + names);
}

void set_certificate(SSL_CTX* context, const std::string& certfile, const std::string& keyfile,
                     std::string password) {
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  require(SSL_CTX_use_certificate_chain_file(context, certfile.c_str()) == 1, "certfile " + certfile);
  require(SSL_CTX_use_PrivateKey_file(context, keyfile.c_str(), SSL_FILETYPE_PEM) == 1, "keyfile " + keyfile);
  require(SSL_CTX_check_private_key(context) == 1, "keyfile " + keyfile + " and certfile " + certfile);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
}

// Every certificate of every list in the file; OpenSSL's own loader would not say when a list is missing.
void add_revocations(SSL_CTX* context, const std::string& file) {
  const openssl_bio in{BIO_new_file(file.c_str(), "r")};
  require(in != nullptr, "crlfile " + file);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int lists = 0;
  while (X509_CRL* list = PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_crl(store, list);
    X509_CRL_free(list);
    ++lists;
  }
  require(lists > 0, "crlfile " + file);
  ERR_clear_error(); // the end of the file is one
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
}

void set_verification(SSL_CTX* context, const tls_settings& config) {
  if (!config.cacertfile.empty()) {
    require(SSL_CTX_load_verify_locations(context, config.cacertfile.c_str(), nullptr) == 1,
            "cacertfile " + config.cacertfile);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(config.cacertfile.c_str()));
  }
  if (!config.crlfile.empty())
    add_revocations(context, config.crlfile);
  SSL_CTX_set_verify_depth(context, config.depth);
  const int must = config.fail_if_no_peer_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, config.verify_peer ? SSL_VERIFY_PEER | must : SSL_VERIFY_NONE, nullptr);
}

void set_key_exchange(SSL_CTX* context, const tls_settings& config) {
  if (config.dhfile.empty()) {
    SSL_CTX_set_dh_auto(context, 1);
    return;
  }
  const openssl_bio in{BIO_new_file(config.dhfile.c_str(), "r")};
  EVP_PKEY* parameters = in ? PEM_read_bio_Parameters(in.get(), nullptr) : nullptr;
  require(parameters != nullptr, "dhfile " + config.dhfile);
  if (SSL_CTX_set0_tmp_dh_pkey(context, parameters) != 1) {
    EVP_PKEY_free(parameters);
    throw tls_error{"dhfile " + config.dhfile};
  }
}

// The context of one certificate. A handshake that changes to another one for its host name takes that one's
// rules along.
ssl_context build_one(const tls_settings& config, const std::string& certfile, const std::string& keyfile,
                      std::shared_ptr<const psk_identities> psk) {
  ssl_context context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  require(context != nullptr, "TLS");
  auto data = std::make_unique<context_data>();
  data->psk = std::move(psk);
  require(SSL_CTX_set_ex_data(context.get(), data_index(), data.get()) == 1, "TLS");
  const bool has_psk = data.release()->psk != nullptr;
  set_protocol(context.get(), config);
  set_behaviour(context.get(), config);
  set_ciphers(context.get(), config);
  set_key_exchange(context.get(), config);
  if (!certfile.empty())
    set_certificate(context.get(), certfile, keyfile, config.key_password);
  set_verification(context.get(), config);
  if (has_psk)
    SSL_CTX_set_psk_server_callback(context.get(), find_secret);
  return context;
}

std::string with_reason(const std::string& what) {
  const auto first = ERR_peek_error(); // the system's, where a file cannot be opened
  const auto code = ERR_SYSTEM_ERROR(first) ? first : ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0)
    return what;
  if (ERR_SYSTEM_ERROR(code))
    return what + ": " + std::strerror(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return what + ": " + (reason == nullptr ? "not accepted" : reason);
}

} // namespace

tls_error::tls_error(const std::string& what) : std::runtime_error(with_reason(what)) {}

ssl_context build_ssl_context(const tls_settings& config, const std::shared_ptr<const psk_identities>& psk) {
  ERR_clear_error();
  auto context = build_one(config, config.certfile, config.keyfile, psk);
  for (const auto& [number, host] : config.sni)
    data_of(context.get()).hosts.push_back({host.host, build_one(config, host.certfile, host.keyfile, psk)});
  if (!config.sni.empty())
    SSL_CTX_set_tlsext_servername_callback(context.get(), choose_certificate);
  return context;
}

} // namespace troupe
