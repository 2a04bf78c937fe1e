#include "load_wire.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace load {

namespace {

// The key and its answer are the example of RFC 6455 section 1.3.
constexpr std::string_view request = "GET /mqtt HTTP/1.1\r\n"
                                     "Host: 127.0.0.1\r\n"
                                     "Upgrade: websocket\r\n"
                                     "Connection: Upgrade\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                     "Sec-WebSocket-Protocol: mqtt\r\n"
                                     "Sec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr unsigned char final_binary = 0x82;
constexpr std::size_t mask_size = 4;

void append_number(std::string& to, std::uint64_t n, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(n >> shift & 0xFFU));
}

/// One masked binary frame for all that is written at once. Of what comes, binary frames and their
/// continuations.
class websocket_wire final : public wire {
public:
  explicit websocket_wire(int socket) : socket_(socket) {}

  progress open() override {
    if (!std::exchange(asked_, true))
      return write_socket(socket_, request.data(), request.size()) == static_cast<ssize_t>(request.size())
                 ? progress::waiting
                 : progress::failed;
    char part[512];
    const auto n = read_socket(socket_, part, sizeof part);
    if (n < 0)
      return progress::failed;
    answer_.append(part, static_cast<std::size_t>(n));
    const auto end = answer_.find("\r\n\r\n");
    if (end == std::string::npos)
      return answer_.size() > 4096 ? progress::failed : progress::waiting;
    // A broker has nothing to say before CONNECT.
    const bool good = end + 4 == answer_.size() && answer_.starts_with("HTTP/1.1 101 ") &&
                      answer_.find(accepted) != std::string::npos;
    return good ? progress::open : progress::failed;
  }

  ssize_t read(char* to, std::size_t size) override {
    const auto n = read_socket(socket_, to, size);
    const char* const end = to + std::max<ssize_t>(n, 0);
    char* filled = to;
    for (const char* at = to; at < end;) {
      if (remaining_ > 0) {
        const auto part = std::min<std::uint64_t>(remaining_, static_cast<std::uint64_t>(end - at));
        std::memmove(filled, at, part);
        filled += part;
        at += part;
        remaining_ -= part;
        continue;
      }
      head_[held_++] = static_cast<unsigned char>(*at++);
      if (held_ == head_size() && !begin_frame())
        return -1;
    }
    return n < 0 ? -1 : filled - to;
  }

  ssize_t write(const char* from, std::size_t size) override {
    if (frame_.empty())
      make_frame({from, size});
    const auto n = write_socket(socket_, frame_.data() + sent_, frame_.size() - sent_);
    if (n < 0)
      return -1;
    sent_ += static_cast<std::size_t>(n);
    if (sent_ < frame_.size())
      return 0;
    frame_.clear();
    sent_ = 0;
    return static_cast<ssize_t>(framed_);
  }

private:
  std::size_t head_size() const {
    const unsigned length = held_ < 2 ? 0 : head_[1];
    return length == 127 ? 10 : length == 126 ? 4 : 2;
  }

  bool begin_frame() {
    const std::size_t size = std::exchange(held_, 0);
    remaining_ = size == 2 ? head_[1] : 0;
    for (std::size_t i = 2; i < size; ++i)
      remaining_ = remaining_ << 8 | head_[i];
    return (head_[0] & 0x7DU) == 0 && head_[1] < 128; // no reserved bits, opcode 0 or 2, no mask
  }

  void make_frame(std::string_view payload) {
    framed_ = payload.size();
    const bool small = payload.size() < 126;
    const bool large = payload.size() > 0xFFFF;
    frame_.push_back(static_cast<char>(final_binary));
    append_number(frame_, 0x80U | (small ? payload.size() : large ? 127 : 126), 1);
    if (!small)
      append_number(frame_, payload.size(), large ? 8 : 2);
    mask_ = mask_ * 2654435761U + 1; // another one for each frame
    frame_.append(reinterpret_cast<const char*>(&mask_), mask_size);
    const auto start = frame_.size();
    frame_.append(payload);
    mask_bytes(frame_.data() + start, payload.size());
  }

  void mask_bytes(char* bytes, std::size_t size) const {
    const std::uint64_t twice = std::uint64_t{mask_} << 32 | mask_;
    std::array<char, sizeof twice> keys;
    std::memcpy(keys.data(), &twice, sizeof twice);
    std::size_t i = 0;
    for (; i + sizeof twice <= size; i += sizeof twice) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes + i, sizeof word);
      word ^= twice;
      std::memcpy(bytes + i, &word, sizeof word);
    }
    for (; i < size; ++i)
      bytes[i] = static_cast<char>(bytes[i] ^ keys[i % mask_size]);
  }

  int socket_;
  bool asked_ = false;
  std::string answer_;
  std::array<unsigned char, 10> head_{}; // of the frame that comes
  std::size_t held_ = 0;                 // bytes of it
  std::uint64_t remaining_ = 0;          // bytes of its payload
  std::uint32_t mask_ = 1;
  std::string frame_;      // on its way
  std::size_t framed_ = 0; // bytes that it carries
  std::size_t sent_ = 0;
};

} // namespace

std::unique_ptr<wire> make_websocket_wire(int socket) { return std::make_unique<websocket_wire>(socket); }

} // namespace load
