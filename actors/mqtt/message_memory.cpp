#include "message_memory.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define TROUPE_KEEPS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TROUPE_KEEPS_MEMORY 0
#endif
#endif
#ifndef TROUPE_KEEPS_MEMORY
#define TROUPE_KEEPS_MEMORY 1 // the address sanitizer has to see each block come and go
#endif

namespace troupe::mqtt {

namespace {

// malloc's own steps: its blocks have room for 16 n + 8 bytes.
constexpr std::size_t step = 16;
constexpr std::size_t largest = 512;
constexpr std::size_t most_kept = TROUPE_KEEPS_MEMORY != 0 ? 4 * 1024 * 1024 : 0; // bytes

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + step / 2 - 1) / step; }
constexpr std::size_t room(std::size_t size_class) noexcept { return size_class * step + step / 2; }

struct free_block {
  free_block* next;
};

struct free_lists {
  std::array<free_block*, class_of(largest) + 1> first{};
  std::size_t bytes = 0;
};

// Without a constructor or destructor, so that reaching it costs no check.
constinit thread_local free_lists kept;
constinit thread_local bool keeps = false;

// Gives the blocks back when its thread ends; what is freed after that is not kept any more.
struct janitor {
  janitor() { keeps = true; }
  janitor(const janitor&) = delete;
  janitor& operator=(const janitor&) = delete;
  ~janitor() {
    keeps = false;
    for (auto& first : kept.first)
      while (first != nullptr)
        std::free(std::exchange(first, first->next));
    kept.bytes = 0;
  }
};

} // namespace

void* allocate_message(std::size_t size) {
  if (size <= largest) {
    static thread_local const janitor at_exit;
    const auto size_class = class_of(size);
    free_block*& first = kept.first[size_class];
    size = room(size_class);
    if (free_block* block = first; block != nullptr) {
      first = block->next;
      kept.bytes -= size;
      return block;
    }
  }
  if (void* block = std::malloc(size); block != nullptr)
    return block;
  throw std::bad_alloc{};
}

void free_message(void* block, std::size_t size) noexcept {
  if (size <= largest && keeps) {
    const auto size_class = class_of(size);
    if (kept.bytes + room(size_class) <= most_kept) {
      free_block*& first = kept.first[size_class];
      first = new (block) free_block{first};
      kept.bytes += room(size_class);
      return;
    }
  }
  std::free(block);
}

} // namespace troupe::mqtt
