// The client's side of SCRAM, written from RFC 5802 alone and with other functions than the server's, so that
// a mistake there is not repeated here.
#pragma once

#include <string>
#include <string_view>

namespace troupe::test {

class scram_client {
public:
  /// `hash` is a digest's name of OpenSSL: "SHA1" or "SHA256".
  scram_client(std::string hash, std::string username, std::string password)
      : hash_(std::move(hash)), username_(std::move(username)), password_(std::move(password)) {}

  /// client-first-message with a nonce of its own.
  std::string first();

  /// client-final-message for a server-first-message; throws `unexpected` when that is not well-formed.
  std::string last(std::string_view server_first);

  /// Whether the server-final-message proves that the server knows the password.
  bool accepts(std::string_view server_final) const;

private:
  std::string hash_, username_, password_;
  std::string nonce_, bare_, server_signature_;
};

} // namespace troupe::test
