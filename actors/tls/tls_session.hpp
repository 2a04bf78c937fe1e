// The TLS state of one connection. It belongs to no thread: it moves to another shard with its descriptor.
#pragma once

#include <memory>

struct ssl_st; // OpenSSL's SSL

namespace troupe {

struct tls_session_deleter {
  void operator()(ssl_st* session) const noexcept;
};
using tls_session = std::unique_ptr<ssl_st, tls_session_deleter>;

} // namespace troupe
