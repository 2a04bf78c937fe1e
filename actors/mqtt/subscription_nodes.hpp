// The nodes of the subscription trie. A node's children are in a hash array mapped trie, so that a level with
// a million names is changed by copying a few small arrays.
#pragma once

#include "troupe/mqtt/subscription_index.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::mqtt::trie {

/// Seeded, so that nobody can choose names that collide.
std::uint64_t hash_level(std::string_view level) noexcept;

struct hamt;

/// Where the groups of a list stand, by the hashes of their names.
using group_places = std::unordered_multimap<std::uint64_t, std::uint32_t>;

/// The groups that share one filter.
struct group_list {
  std::uint32_t epoch = 0;
  std::uint32_t gaps = 0;               // null ones: groups that have gone from a long list
  std::vector<group*> groups;           // their ids ascend
  std::unique_ptr<group_places> places; // for the writer alone: of a long list, in its newest copy
};

/// The group of that name, or null. For the writer's thread.
const group* find_group(const group_list* list, std::string_view name);

/// What few nodes have.
struct extras {
  std::uint32_t epoch = 0;
  node* plus = nullptr;              // the child of level `+`
  subscriber_set hash;               // of the filter that ends in `#` here
  group_list* groups = nullptr;      // shared subscriptions of the filter that ends here
  group_list* hash_groups = nullptr; // and of the one with `#`

  bool empty() const noexcept {
    return plus == nullptr && hash.empty() && groups == nullptr && hash_groups == nullptr;
  }
};

/// One level of a filter, its name behind it in the same allocation.
struct node {
  std::uint32_t epoch;
  std::uint32_t name_size;
  hamt* children;
  subscriber_set subscribers; // of the filter that ends here
  extras* more;

  char* name_bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::string_view name() const noexcept { return {reinterpret_cast<const char*>(this + 1), name_size}; }
  bool empty() const noexcept { return children == nullptr && subscribers.empty() && more == nullptr; }
};

/// As std::popcount, which is a function call where the processor may lack the instruction.
constexpr std::uint32_t count_bits(std::uint32_t x) noexcept {
  x -= (x >> 1) & 0x55555555U;
  x = (x & 0x33333333U) + ((x >> 2) & 0x33333333U);
  return ((x + (x >> 4)) & 0x0F0F0F0FU) * 0x01010101U >> 24;
}

/// A slot holds a child, or (tagged) a further array for the next five bits of the hash.
struct hamt {
  static constexpr unsigned bits = 5;
  static constexpr unsigned deepest = 60; // from here on the array is a list of names whose hashes are equal

  std::uint32_t epoch;
  std::uint32_t bitmap; // of the slots that are there; in a list: their number

  std::uintptr_t* slots() noexcept { return reinterpret_cast<std::uintptr_t*>(this + 1); }
  const std::uintptr_t* slots() const noexcept { return reinterpret_cast<const std::uintptr_t*>(this + 1); }

  static bool is_array(std::uintptr_t slot) noexcept { return (slot & 1U) != 0; }
  static hamt* array(std::uintptr_t slot) noexcept {
    return reinterpret_cast<hamt*>(slot & ~std::uintptr_t{1});
  }
  static node* child(std::uintptr_t slot) noexcept { return reinterpret_cast<node*>(slot); }
  static std::uintptr_t slot_of(hamt* h) noexcept { return reinterpret_cast<std::uintptr_t>(h) | 1U; }
  static std::uintptr_t slot_of(node* n) noexcept { return reinterpret_cast<std::uintptr_t>(n); }

  static std::uint32_t bit_of(std::uint64_t hash, unsigned shift) noexcept {
    return 1U << ((hash >> shift) & 31U);
  }
  std::uint32_t position(std::uint32_t bit) const noexcept { return count_bits(bitmap & (bit - 1)); }
  std::uint32_t count(unsigned shift) const noexcept {
    return shift >= deepest ? bitmap : count_bits(bitmap);
  }
};

/// The child of that name, or null.
inline const node* find_child(const node& parent, std::string_view name, std::uint64_t hash) noexcept {
  const hamt* h = parent.children;
  for (unsigned shift = 0; h != nullptr; shift += hamt::bits) {
    if (shift >= hamt::deepest) {
      for (std::uint32_t i = 0; i < h->bitmap; ++i)
        if (hamt::child(h->slots()[i])->name() == name)
          return hamt::child(h->slots()[i]);
      return nullptr;
    }
    const auto bit = hamt::bit_of(hash, shift);
    if ((h->bitmap & bit) == 0)
      return nullptr;
    const auto slot = h->slots()[h->position(bit)];
    if (!hamt::is_array(slot)) {
      const node* n = hamt::child(slot);
      return n->name() == name ? n : nullptr;
    }
    h = hamt::array(slot);
  }
  return nullptr;
}

} // namespace troupe::mqtt::trie
