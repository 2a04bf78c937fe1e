// Owners of what OpenSSL allocates.
#pragma once

#include <memory>
#include <openssl/bio.h>

namespace troupe {

template <class T, auto Free>
struct openssl_freed {
  void operator()(T* object) const noexcept { Free(object); }
};

/// A `T` that `Free` frees.
template <class T, auto Free>
using openssl_owned = std::unique_ptr<T, openssl_freed<T, Free>>;

using openssl_bio = openssl_owned<BIO, BIO_free_all>;

} // namespace troupe
