// What a certificate says of its owner, and the one that is made for trying things out.
#include "actors/tls/development_certificate.hpp"
#include "actors/tls/peer_certificate.hpp"
#include "actors/tls/psk_identities.hpp"
#include "actors/tls/tls_context.hpp"
#include "support/process.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

using namespace troupe;

namespace {

struct entry {
  const char* field;
  std::string value;
};

// Reading needs no signature and no key.
std::unique_ptr<peer_certificate> certificate_of(const std::vector<entry>& subject) {
  const std::unique_ptr<X509, decltype(&X509_free)> c{X509_new(), X509_free};
  for (const auto& [field, value] : subject)
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c.get()), field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  return read_certificate(c.get());
}

tls_settings with(const std::string& certfile, const std::string& keyfile) {
  tls_settings t;
  t.certfile = certfile;
  t.keyfile = keyfile;
  return t;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(names_of_a_subject) {
  BOOST_TEST((read_certificate(nullptr) == nullptr));
  const auto c = certificate_of({{"C", "DE"}, {"O", "A, B"}, {"CN", "outer"}, {"CN", "ger\xC3\xA4t"}});
  BOOST_TEST(field_of(*c, certificate_field::cn) == "ger\xC3\xA4t"); // the most specific
  BOOST_TEST(field_of(*c, certificate_field::dn) == "CN=ger\xC3\xA4t,CN=outer,O=A\\, B,C=DE");
  BOOST_TEST(field_of(*c, certificate_field::none).empty());
  const auto nameless = certificate_of({{"O", "Plant"}});
  BOOST_TEST(field_of(*nameless, certificate_field::cn).empty());
  BOOST_TEST(field_of(*nameless, certificate_field::dn) == "O=Plant");
}

BOOST_AUTO_TEST_CASE(a_name_that_no_mqtt_string_can_hold_is_none) {
  const auto c = certificate_of({{"CN", std::string{"admin\0.evil", 11}}});
  BOOST_TEST(field_of(*c, certificate_field::cn).empty());
}

BOOST_AUTO_TEST_CASE(the_whole_certificate_as_text) {
  const peer_certificate c{"n", "CN=n", "abc"};
  BOOST_TEST(field_of(c, certificate_field::crt) == "YWJj");
  BOOST_TEST(field_of(c, certificate_field::md5) == "900150983cd24fb0d6963f7d28e17f72");
  BOOST_TEST(field_of(c, certificate_field::pem) ==
             "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n");
  const peer_certificate announced{"n", "CN=n", ""}; // by a PROXY header
  BOOST_TEST(field_of(announced, certificate_field::md5).empty());
  BOOST_TEST(field_of(announced, certificate_field::pem).empty());
}

BOOST_AUTO_TEST_CASE(a_development_certificate_is_made_once_and_its_key_is_private) {
  const test::temporary_folder folder;
  const auto place = folder.path() / "data" / "certs";
  const auto first = ensure_development_certificate(place);
  BOOST_REQUIRE(first.error.empty());
  BOOST_TEST(first.created);
  struct stat key {};
  BOOST_REQUIRE(::stat(first.keyfile.c_str(), &key) == 0);
  BOOST_TEST((key.st_mode & 0777) == 0600U);
  const auto text = test::read_text(first.certfile);
  const auto second = ensure_development_certificate(place);
  BOOST_TEST(!second.created);
  BOOST_TEST(test::read_text(second.certfile) == text);
  std::string error;
  BOOST_TEST((tls_context::load(with(first.certfile, first.keyfile), {}, error) != nullptr));
  test::write_text(folder.path() / "file", "");
  BOOST_TEST(!ensure_development_certificate(folder.path() / "file" / "certs").error.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_loaded_is_named) {
  const test::temporary_folder folder;
  const auto own = ensure_development_certificate(folder.path() / "a");
  const auto other = ensure_development_certificate(folder.path() / "b");
  const auto fails = [](const tls_settings& t, const std::string& what) {
    std::string error;
    BOOST_TEST((tls_context::load(t, {}, error) == nullptr));
    BOOST_TEST(error.find(what) != std::string::npos, error);
  };
  fails(with("/nowhere.pem", own.keyfile), "certfile /nowhere.pem: No such file or directory");
  fails(with(own.certfile, other.keyfile), "keyfile " + other.keyfile);
  auto t = with(own.certfile, own.keyfile);
  t.ciphers = "NO-SUCH-CIPHER";
  fails(t, "ciphers");
  t.ciphers.clear();
  t.dhfile = own.certfile;
  fails(t, "dhfile");
  t.dhfile.clear();
  t.crlfile = own.certfile;
  fails(t, "crlfile");
  t.crlfile.clear();
  t.ciphers = "TLS_AES_128_GCM_SHA256,ECDHE-ECDSA-AES128-GCM-SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
  std::string error;
  BOOST_TEST((tls_context::load(t, {}, error) != nullptr), error);
}

BOOST_AUTO_TEST_CASE(identities_of_the_file) {
  const test::temporary_folder folder;
  const psk_settings file{(folder.path() / "psk").string(), ':'};
  psk_identities known;
  BOOST_TEST(known.load(file).find("psk.file.path") != std::string::npos);
  BOOST_TEST(!known.loaded());
  test::write_text(folder.path() / "psk", "meter:one\n");
  BOOST_TEST(known.load(file) == "");
  BOOST_TEST(known.secret_of("meter").value_or("") == "one");
  BOOST_TEST(!known.secret_of("nobody"));
  test::write_text(folder.path() / "psk", "no delimiter\n");
  BOOST_TEST(known.load(file).find("line 1") != std::string::npos); // and nothing has changed
  BOOST_TEST(known.secret_of("meter").value_or("") == "one");
  known.clear();
  BOOST_TEST(!known.loaded());
  BOOST_TEST(!known.secret_of("meter"));
}

BOOST_AUTO_TEST_CASE(a_reload_that_fails_changes_nothing) {
  const test::temporary_folder folder;
  const auto own = ensure_development_certificate(folder.path() / "a");
  std::string error;
  const auto context = tls_context::load(with(own.certfile, own.keyfile), {}, error);
  BOOST_REQUIRE((context != nullptr));
  BOOST_TEST(context->reload().empty());
  test::write_text(own.keyfile, "nonsense");
  BOOST_TEST(context->reload().find("keyfile") != std::string::npos);
  BOOST_TEST((context->new_session(0) != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
