#include "troupe/mqtt/base64.hpp"

#include <openssl/evp.h>

namespace troupe::mqtt {

namespace {

const unsigned char* readable(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* writable(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

} // namespace

std::string to_base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0'); // it writes a zero behind
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(writable(out), readable(text), static_cast<int>(text.size()))));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0)
    return {};
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(writable(out), readable(text), static_cast<int>(text.size())) !=
      static_cast<int>(out.size()))
    return {};
  out.resize(out.size() - (text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0));
  if (to_base64(out) != text)
    return {};
  return out;
}

} // namespace troupe::mqtt
