// A growing byte buffer for output: appends without clearing new memory first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace troupe::mqtt {

class buffer {
public:
  buffer() = default;
  buffer(buffer&& other) noexcept { swap(other); }
  buffer& operator=(buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer() { std::free(data_); }

  char* data() noexcept { return data_; }
  const char* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {data_, size_}; }

  void clear() noexcept { size_ = 0; }

  /// Gives the memory back.
  void release() noexcept {
    std::free(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  /// Appends `n` bytes that the caller fills, and returns where they begin.
  char* extend(std::size_t n) {
    if (capacity_ - size_ < n)
      grow(n);
    char* at = data_ + size_;
    size_ += n;
    return at;
  }

  void append(std::string_view bytes) {
    if (!bytes.empty())
      std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }

  void push_back(char c) { *extend(1) = c; }

  /// Appends a number of two bytes in network order.
  void push_u16(std::uint16_t n) {
    char* at = extend(2);
    at[0] = static_cast<char>(n >> 8);
    at[1] = static_cast<char>(n);
  }

  /// Drops the first `n` bytes.
  void consume(std::size_t n) noexcept {
    if (n == 0)
      return; // and there may be no memory
    std::memmove(data_, data_ + n, size_ - n);
    size_ -= n;
  }

  /// Cuts the buffer to `n` bytes, at most its size.
  void truncate(std::size_t n) noexcept { size_ = n; }

  void swap(buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

private:
  void grow(std::size_t n) {
    std::size_t wanted = capacity_ < 64 ? 64 : capacity_ * 2;
    if (wanted < size_ + n)
      wanted = size_ + n;
    void* p = std::realloc(data_, wanted);
    if (p == nullptr)
      throw std::bad_alloc{};
    data_ = static_cast<char*>(p);
    capacity_ = wanted;
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace troupe::mqtt
