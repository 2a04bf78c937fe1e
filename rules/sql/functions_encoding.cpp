// Digests, encodings and compression.
#include "compression.hpp"
#include "erlang_terms.hpp"
#include "function.hpp"
#include "troupe/mqtt/base64.hpp"
#include "troupe/mqtt/hex.hpp"

#include <array>
#include <openssl/evp.h>

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr std::size_t units_to_compress = 8; // a byte
constexpr std::size_t units_of_compressor = 400;
constexpr std::size_t units_of_digest = 150;

value digest(evaluation& e, arguments a, const EVP_MD* how) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(units_of_digest + a[0].text().size());
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(a[0].text().data(), a[0].text().size(), bytes.data(), &size, how, nullptr) != 1)
    return e.fail("the digest is not available");
  return e.memory().text(mqtt::to_hex({reinterpret_cast<const char*>(bytes.data()), size}));
}

value md5_of(evaluation& e, arguments a) { return digest(e, a, EVP_md5()); }
value sha_of(evaluation& e, arguments a) { return digest(e, a, EVP_sha1()); }
value sha256_of(evaluation& e, arguments a) { return digest(e, a, EVP_sha256()); }

value base64_encode_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(a[0].text().size());
  return e.memory().text(mqtt::to_base64(a[0].text()));
}

value base64_decode_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(2 * a[0].text().size());
  const auto out = mqtt::from_loose_base64(a[0].text());
  return out ? e.memory().text(*out) : e.fail("expected base64");
}

value json_encode_of(evaluation& e, arguments a) {
  std::string out;
  append_json(out, a[0]);
  e.charge(out.size());
  return e.memory().text(out);
}

value json_decode_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  const auto v = e.decoded(a[0].text());
  return v.is(kind::undefined) ? e.fail("expected JSON") : v;
}

template <compression_form F>
value compress_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(units_of_compressor + units_to_compress * a[0].text().size());
  const auto out = compress(a[0].text(), F);
  return out ? e.memory().text(*out) : e.fail("the compression failed");
}

template <compression_form F>
value expand_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(a[0].text().size());
  const auto out = expand(a[0].text(), F);
  if (out)
    e.charge(out->size());
  return out ? e.memory().text(*out) : e.fail("expected compressed bytes of at most 16 MB");
}

value term_encode_of(evaluation& e, arguments a) {
  const auto out = encode_term(a[0]);
  e.charge(out.size());
  return e.memory().text(out);
}

value term_decode_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  e.charge(a[0].text().size());
  auto decoded = decode_term(a[0].text(), e.memory().storage());
  if (!decoded)
    return e.fail("expected a term");
  auto& kept = e.memory().new_list();
  kept.push_back(std::move(*decoded));
  return value::of(kept.front());
}

constexpr function table[] = {
    {"term_encode", 1, 1, term_encode_of, "A value in Erlang's external term format", "term_encode(1)", ""},
    {"term_decode", 1, 1, term_decode_of, "The value of such a text",
     "term_decode(term_encode([1.5, 'a', true]))", "[1.5,\"a\",true]"},
    {"md5", 1, 1, md5_of, "The MD5 of a string in hexadecimal", "md5('sensor-7')",
     "\"8b8d74c6c46a4a1977703deb658ba1e6\""},
    {"sha", 1, 1, sha_of, "The SHA-1 of a string in hexadecimal", "sha('sensor-7')",
     "\"347a56287fad83fc9f09515b73cd5b87b7621a66\""},
    {"sha256", 1, 1, sha256_of, "The SHA-256 of a string in hexadecimal", "sha256('sensor-7')",
     "\"e96de09f04f3e58c47379f56295d556c715cbadef9ed2d7d125dac5b8b0f5dc1\""},
    {"base64_encode", 1, 1, base64_encode_of, "A string in base64", "base64_encode('sensor-7')",
     "\"c2Vuc29yLTc=\""},
    {"base64_decode", 1, 1, base64_decode_of, "The string that is given in base64",
     "base64_decode('c2Vuc29yLTc=')", "\"sensor-7\""},
    {"json_encode", 1, 1, json_encode_of, "A value as JSON", "json_encode([1, 'a'])", R"("[1,\"a\"]")"},
    {"json_decode", 1, 1, json_decode_of, "The value of a JSON text", R"(json_decode('{"a":[1]}'))",
     R"({"a":[1]})"},
    {"gzip", 1, 1, compress_of<compression_form::gzip>, "A string compressed by gzip", "gzip('sensor-7')",
     ""},
    {"gunzip", 1, 1, expand_of<compression_form::gzip>, "The string of what gzip has compressed",
     "gunzip(gzip('sensor-7'))", "\"sensor-7\""},
    {"zip", 1, 1, compress_of<compression_form::raw>, "A string compressed by deflate, without a frame",
     "zip('sensor-7')", ""},
    {"unzip", 1, 1, expand_of<compression_form::raw>, "The string of what deflate has compressed",
     "unzip(zip('sensor-7'))", "\"sensor-7\""},
    {"zip_compress", 1, 1, compress_of<compression_form::zlib>, "A string compressed by zlib",
     "zip_compress('sensor-7')", ""},
    {"zip_uncompress", 1, 1, expand_of<compression_form::zlib>, "The string of what zlib has compressed",
     "zip_uncompress(zip_compress('sensor-7'))", "\"sensor-7\""},
};

} // namespace

std::span<const function> encoding_functions() noexcept { return table; }

} // namespace troupe::rules
