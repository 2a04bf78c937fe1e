#include "troupe/mqtt/websocket_frame.hpp"

#include "troupe/mqtt/utf8.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::size_t mask_size = 4;
constexpr std::size_t prefix_keep = 64; // capacity that an encoder may keep

std::uint64_t number(const char* at, std::size_t size) noexcept {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < size; ++i)
    n = n << 8 | static_cast<std::uint8_t>(at[i]);
  return n;
}

// Moves and unmasks forward, so `to` may lie before `from` in the same memory. Turns the mask on.
void unmask(char* to, const char* from, std::size_t size, std::array<char, mask_size>& mask) noexcept {
  std::array<char, 8> twice;
  std::copy(mask.begin(), mask.end(), twice.begin());
  std::copy(mask.begin(), mask.end(), twice.begin() + mask_size);
  std::uint64_t key = 0;
  std::memcpy(&key, twice.data(), sizeof key);
  std::size_t i = 0;
  for (; i + sizeof key <= size; i += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, sizeof word);
    word ^= key;
    std::memcpy(to + i, &word, sizeof word);
  }
  for (; i < size; ++i)
    to[i] = static_cast<char>(from[i] ^ mask[i % mask_size]);
  for (std::size_t j = 0; j < mask_size; ++j)
    mask[j] = twice[size % mask_size + j];
}

} // namespace

bool is_valid_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

websocket_decoder::result websocket_decoder::decode(std::span<char> input, char* out) noexcept {
  result r;
  const std::size_t before = input.size();
  while (!input.empty() && r.event == websocket_event::none) {
    if (remaining_ > 0) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
      unmask(out + r.payload, input.data(), n, mask_);
      remaining_ -= n;
      r.payload += n;
      input = input.subspan(n);
    } else if (take_head(input, r)) {
      held_ = 0;
      if (is_control())
        end_control(r);
      else
        begin_data(r);
    }
  }
  r.consumed = before - input.size();
  return r;
}

// The bytes before the payload of a data frame, or all of a control frame. Two must be known to tell.
std::size_t websocket_decoder::head_size() const noexcept {
  if (held_ < 2)
    return 2;
  const std::size_t length = byte(1) & 0x7FU;
  if (is_control())
    return 2 + mask_size + length;
  return 2 + mask_size + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

// True once it is whole; false when there is no more input, or a failure.
bool websocket_decoder::take_head(std::span<char>& input, result& r) noexcept {
  while (held_ < head_size()) {
    if (input.empty())
      return false;
    const std::size_t n = std::min(head_size() - held_, input.size());
    std::copy_n(input.begin(), n, head_.begin() + held_);
    input = input.subspan(n);
    held_ = static_cast<std::uint8_t>(held_ + n);
    if (held_ != 2)
      continue;
    if (const char* fault = fault_of_start()) {
      const bool text = opcode() == websocket_opcode::text && (byte(0) & reserved_bits) == 0;
      r = {websocket_event::failure,
           text ? websocket_code::unsupported_data : websocket_code::protocol_error,
           fault,
           {},
           r.payload};
      return false;
    }
  }
  return true;
}

// What the first two bytes of a frame do wrong, or null.
const char* websocket_decoder::fault_of_start() const noexcept {
  if ((byte(0) & reserved_bits) != 0)
    return "reserved bits are set, and no extension was agreed on";
  switch (opcode()) {
    case websocket_opcode::text: return "a text frame";
    case websocket_opcode::continuation:
      if (!in_message_)
        return "a continuation of nothing";
      break;
    case websocket_opcode::binary:
      if (in_message_)
        return "a new message within a fragmented one";
      break;
    case websocket_opcode::close:
    case websocket_opcode::ping:
    case websocket_opcode::pong:
      if ((byte(0) & final_bit) == 0)
        return "a fragmented control frame";
      if ((byte(1) & 0x7FU) > max_control)
        return "a control frame of more than 125 bytes";
      break;
    default: return "a reserved opcode";
  }
  return (byte(1) & mask_bit) == 0 ? "a frame without a mask" : nullptr;
}

void websocket_decoder::begin_data(result& r) noexcept {
  const std::size_t length = byte(1) & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  remaining_ = extended == 0 ? length : number(head_.data() + 2, extended);
  const std::uint64_t shortest = extended == 2 ? 126 : extended == 8 ? 0x10000 : 0;
  const char* fault = remaining_ < shortest          ? "a length that is not in its shortest form"
                      : remaining_ >> 63 != 0        ? "a length of more than 63 bits"
                      : max_frame_size_ == 0         ? nullptr
                      : remaining_ > max_frame_size_ ? "a frame over max_frame_size"
                                                     : nullptr;
  if (fault != nullptr) {
    const bool big = remaining_ >= shortest && remaining_ >> 63 == 0;
    r = {websocket_event::failure,
         big ? websocket_code::too_big : websocket_code::protocol_error,
         fault,
         {},
         r.payload};
    return;
  }
  std::copy_n(head_.begin() + 2 + static_cast<std::ptrdiff_t>(extended), mask_size, mask_.begin());
  in_message_ = (byte(0) & final_bit) == 0;
}

void websocket_decoder::end_control(result& r) noexcept {
  std::array<char, mask_size> mask;
  std::copy_n(head_.begin() + 2, mask_size, mask.begin());
  char* const payload = head_.data() + 2 + mask_size;
  const std::size_t size = byte(1) & 0x7FU;
  unmask(payload, payload, size, mask);
  r.control = {payload, size};
  if (opcode() != websocket_opcode::close) {
    r.event = opcode() == websocket_opcode::ping ? websocket_event::ping : websocket_event::pong;
    return;
  }
  r.event = websocket_event::close;
  if (size == 0)
    return;
  const auto code = static_cast<std::uint16_t>(size < 2 ? 0 : number(payload, 2));
  r.code = static_cast<websocket_code>(code);
  if (!is_valid_close_code(code)) {
    r.event = websocket_event::failure;
    r.code = websocket_code::protocol_error;
    r.detail = "an impossible close code";
  } else if (!is_valid_utf8(r.control.substr(2))) {
    r.event = websocket_event::failure;
    r.code = websocket_code::invalid_payload;
    r.detail = "a close reason that is not UTF-8";
  }
}

// -- encoder -----------------------------------------------------------------------------------------------

void write_websocket_head(websocket_opcode opcode, std::uint64_t size, buffer& out) {
  out.push_back(static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode)));
  if (size < 126) {
    out.push_back(static_cast<char>(size));
  } else if (size < 0x10000) {
    out.push_back(126);
    out.push_u16(static_cast<std::uint16_t>(size));
  } else {
    out.push_back(127);
    for (int shift = 48; shift >= 0; shift -= 16)
      out.push_u16(static_cast<std::uint16_t>(size >> shift));
  }
}

websocket_encoder::step websocket_encoder::next(std::size_t available) {
  if (owed_ == 0 && prefix_.empty()) {
    prefix_.append(pong_.view());
    pong_.release();
    if (!close_.empty()) {
      prefix_.append(close_.view());
      close_.release();
    } else if (!closed_ && available > 0) {
      write_websocket_head(websocket_opcode::binary, available, prefix_);
      owed_ = available;
    }
  }
  return {prefix_.view().substr(prefix_sent_),
          static_cast<std::size_t>(std::min<std::uint64_t>(owed_, available))};
}

void websocket_encoder::sent(std::size_t bytes) noexcept {
  const std::size_t of_prefix = std::min(bytes, prefix_.size() - prefix_sent_);
  prefix_sent_ += of_prefix;
  owed_ -= bytes - of_prefix;
  if (prefix_sent_ < prefix_.size())
    return;
  prefix_sent_ = 0;
  prefix_.clear();
  if (prefix_.capacity() > prefix_keep)
    prefix_.release();
}

void websocket_encoder::pong(std::string_view payload) {
  if (closed_)
    return;
  pong_.clear();
  write_websocket_head(websocket_opcode::pong, payload.size(), pong_);
  pong_.append(payload);
}

void websocket_encoder::close(websocket_code code) {
  if (closed_)
    return;
  closed_ = true;
  const bool without = code == websocket_code::no_status;
  write_websocket_head(websocket_opcode::close, without ? 0 : 2, close_);
  if (!without)
    close_.push_u16(static_cast<std::uint16_t>(code));
}

} // namespace troupe::mqtt
