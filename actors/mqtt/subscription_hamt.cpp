// The children of a trie node: insertion and removal by path copying.
#include "subscription_writer.hpp"

#include <cstdlib>
#include <new>

namespace troupe::mqtt::trie {

namespace {

void* allocate(std::size_t bytes) {
  void* p = std::malloc(bytes);
  if (p == nullptr)
    throw std::bad_alloc{};
  return p;
}

} // namespace

node* writer::make_node(std::string_view name) {
  auto* n = new (allocate(sizeof(node) + name.size()))
      node{epoch_, static_cast<std::uint32_t>(name.size()), nullptr, {}, nullptr};
  if (!name.empty())
    std::memcpy(n->name_bytes(), name.data(), name.size());
  return n;
}

hamt* writer::make_hamt(std::uint32_t slots, std::uint32_t bitmap) {
  return new (allocate(sizeof(hamt) + slots * sizeof(std::uintptr_t))) hamt{epoch_, bitmap};
}

void writer::editable(hamt*& h, unsigned shift) {
  if (h->epoch == epoch_)
    return;
  const auto n = h->count(shift);
  hamt* copy = make_hamt(n, h->bitmap);
  std::memcpy(copy->slots(), h->slots(), n * sizeof(std::uintptr_t));
  discard(h, kind::hamt, h->epoch);
  h = copy;
}

// A new array with one slot more; the old one is discarded.
hamt* writer::with_slot(hamt* h, unsigned shift, std::uint32_t bit, std::uintptr_t slot) {
  const auto n = h->count(shift);
  const bool list = shift >= hamt::deepest;
  const auto at = list ? n : h->position(bit);
  hamt* bigger = make_hamt(n + 1, list ? n + 1 : h->bitmap | bit);
  std::memcpy(bigger->slots(), h->slots(), at * sizeof(std::uintptr_t));
  bigger->slots()[at] = slot;
  std::memcpy(bigger->slots() + at + 1, h->slots() + at, (n - at) * sizeof(std::uintptr_t));
  discard(h, kind::hamt, h->epoch);
  return bigger;
}

// A new array with one slot less, or null; the old one is discarded.
hamt* writer::without_slot(hamt* h, unsigned shift, std::uint32_t position, std::uint32_t bit) {
  const auto n = h->count(shift);
  hamt* smaller = nullptr;
  if (n > 1) {
    smaller = make_hamt(n - 1, shift >= hamt::deepest ? n - 1 : h->bitmap & ~bit);
    std::memcpy(smaller->slots(), h->slots(), position * sizeof(std::uintptr_t));
    std::memcpy(smaller->slots() + position, h->slots() + position + 1,
                (n - position - 1) * sizeof(std::uintptr_t));
  }
  discard(h, kind::hamt, h->epoch);
  return smaller;
}

// The slot of that child, in arrays that may be changed; the child is made if it is missing. At most 13
// arrays deep.
node*& writer::slot_in(hamt*& h, unsigned shift, std::string_view name, std::uint64_t hash) {
  static_assert(sizeof(node*) == sizeof(std::uintptr_t));
  const auto as_child = [](std::uintptr_t& slot) -> node*& { return reinterpret_cast<node*&>(slot); };
  if (shift >= hamt::deepest) {
    editable(h, shift);
    for (std::uint32_t i = 0; i < h->bitmap; ++i)
      if (hamt::child(h->slots()[i])->name() == name)
        return as_child(h->slots()[i]);
    h = with_slot(h, shift, 0, hamt::slot_of(make_node(name)));
    return as_child(h->slots()[h->bitmap - 1]);
  }
  const auto bit = hamt::bit_of(hash, shift);
  if ((h->bitmap & bit) == 0) {
    h = with_slot(h, shift, bit, hamt::slot_of(make_node(name)));
    return as_child(h->slots()[h->position(bit)]);
  }
  editable(h, shift);
  const unsigned below = shift + hamt::bits;
  std::uintptr_t& slot = h->slots()[h->position(bit)];
  if (!hamt::is_array(slot)) {
    node* other = hamt::child(slot);
    if (other->name() == name)
      return as_child(slot);
    // Two names with equal bits so far: both move one array further down.
    hamt* deeper = make_hamt(1, below >= hamt::deepest ? 1 : hamt::bit_of(hash_level(other->name()), below));
    deeper->slots()[0] = hamt::slot_of(other);
    slot = hamt::slot_of(deeper);
  }
  hamt* next = hamt::array(slot);
  node*& result = slot_in(next, below, name, hash);
  slot = hamt::slot_of(next);
  return result;
}

node*& writer::child_slot(node& parent, std::string_view name) {
  if (parent.children == nullptr)
    parent.children = make_hamt(0, 0);
  return slot_in(parent.children, 0, name, hash_level(name));
}

void writer::remove_in(hamt*& h, unsigned shift, const node& child, std::uint64_t hash) {
  if (shift >= hamt::deepest) {
    for (std::uint32_t i = 0; i < h->bitmap; ++i)
      if (hamt::child(h->slots()[i]) == &child) {
        h = without_slot(h, shift, i, 0);
        return;
      }
    return;
  }
  const auto bit = hamt::bit_of(hash, shift);
  const auto position = h->position(bit);
  editable(h, shift);
  std::uintptr_t& slot = h->slots()[position];
  if (hamt::is_array(slot)) {
    hamt* next = hamt::array(slot);
    remove_in(next, shift + hamt::bits, child, hash);
    if (next != nullptr) {
      slot = hamt::slot_of(next);
      return;
    }
  }
  h = without_slot(h, shift, position, bit);
}

void writer::remove_child(node& parent, const node& child) {
  remove_in(parent.children, 0, child, hash_level(child.name()));
}

} // namespace troupe::mqtt::trie
