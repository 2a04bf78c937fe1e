#include "compression.hpp"

#include <algorithm>
#include <zlib.h>

namespace troupe::rules {

namespace {

int window_of(compression_form form) {
  switch (form) {
    case compression_form::raw: return -MAX_WBITS;
    case compression_form::zlib: return MAX_WBITS;
    case compression_form::gzip: break;
  }
  return MAX_WBITS + 16;
}

z_stream over(std::string_view in) {
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  return stream;
}

// Calls `step` until it has given all; -1 when it does not get there.
template <class Step>
bool run(z_stream& stream, std::string& out, std::size_t most, Step step) {
  constexpr std::size_t piece = 16UL * 1024;
  int state = Z_OK;
  while (state == Z_OK) {
    const auto had = out.size();
    if (had > most)
      return false;
    out.resize(had + piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(piece);
    state = step(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
    if (state == Z_BUF_ERROR && stream.avail_out == 0) // there is more to give
      state = Z_OK;
  }
  return state == Z_STREAM_END && out.size() <= most;
}

} // namespace

std::optional<std::string> compress(std::string_view text, compression_form form) {
  auto stream = over(text);
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_of(form), 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return {};
  std::string out;
  const bool done = run(stream, out, std::string::npos, deflate);
  deflateEnd(&stream);
  return done ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<std::string> expand(std::string_view bytes, compression_form form) {
  auto stream = over(bytes);
  if (inflateInit2(&stream, window_of(form)) != Z_OK)
    return {};
  std::string out;
  const bool done = run(stream, out, most_expanded, inflate);
  inflateEnd(&stream);
  return done ? std::optional{std::move(out)} : std::nullopt;
}

} // namespace troupe::rules
