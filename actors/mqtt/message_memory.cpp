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
constexpr std::uint32_t most_kept = TROUPE_KEEPS_MEMORY != 0 ? 64 : 0; // of each size

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + step / 2 - 1) / step; }
constexpr std::size_t room(std::size_t size_class) noexcept { return size_class * step + step / 2; }

struct free_block {
  free_block* next;
};

struct free_list {
  free_block* first = nullptr;
  std::uint32_t count = 0;
};

using free_lists = std::array<free_list, class_of(largest) + 1>;

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
    for (auto& list : kept)
      while (list.first != nullptr)
        std::free(std::exchange(list.first, list.first->next));
  }
};

} // namespace

void* allocate_message(std::size_t size) {
  if (size <= largest) {
    static thread_local const janitor at_exit;
    free_list& list = kept[class_of(size)];
    if (free_block* block = list.first; block != nullptr) {
      list.first = block->next;
      --list.count;
      return block;
    }
    size = room(class_of(size));
  }
  if (void* block = std::malloc(size); block != nullptr)
    return block;
  throw std::bad_alloc{};
}

void free_message(void* block, std::size_t size) noexcept {
  if (size <= largest && keeps) {
    free_list& list = kept[class_of(size)];
    if (list.count < most_kept) {
      list.first = new (block) free_block{list.first};
      ++list.count;
      return;
    }
  }
  std::free(block);
}

} // namespace troupe::mqtt
