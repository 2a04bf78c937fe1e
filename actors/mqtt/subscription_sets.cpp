// The subscribers of a filter: sorted chunks of 64, so that a set of a hundred thousand changes by copying
// one of them.
#include "subscription_writer.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <tuple>

namespace troupe::mqtt::trie {

namespace {

auto key(const subscriber& s) noexcept { return std::tuple{s.shard, s.slot, s.generation}; }

bool before(const subscriber& a, const subscriber& b) noexcept { return key(a) < key(b); }

void* allocate(std::size_t bytes) {
  void* p = std::malloc(bytes);
  if (p == nullptr)
    throw std::bad_alloc{};
  return p;
}

// The position in a chunk where `s` is or belongs.
std::uint16_t position(const chunk& c, const subscriber& s) noexcept {
  return static_cast<std::uint16_t>(std::lower_bound(c.items(), c.items() + c.size, s, before) - c.items());
}

// The chunk where `s` is or belongs: the last that does not begin behind it.
std::uint32_t chunk_for(const chunk_index& i, const subscriber& s) noexcept {
  const auto* first = i.chunks();
  const auto* found = std::upper_bound(
      first, first + i.size, s, [](const subscriber& a, const chunk* c) { return before(a, c->items()[0]); });
  return found == first ? 0 : static_cast<std::uint32_t>(found - first - 1);
}

} // namespace

chunk* writer::make_chunk(std::uint32_t capacity) {
  return new (allocate(sizeof(chunk) + capacity * sizeof(subscriber)))
      chunk{epoch_, 0, static_cast<std::uint16_t>(capacity)};
}

// An editable chunk with the same content and space for one more.
chunk* writer::with_room(chunk* c) {
  if (c->epoch == epoch_ && c->size < c->capacity)
    return c;
  const std::uint32_t capacity =
      c->size < c->capacity ? c->capacity : std::min<std::uint32_t>(chunk::most, c->size * 2U);
  chunk* copy = make_chunk(std::max<std::uint32_t>(capacity, c->size + 1U));
  std::copy_n(c->items(), c->size, copy->items());
  copy->size = c->size;
  discard(c, kind::chunk, c->epoch);
  return copy;
}

// Into a chunk that has room for it, or has it already. True: added.
bool writer::insert(chunk*& c, const subscriber& s) {
  const auto at = position(*c, s);
  const bool present = at < c->size && key(c->items()[at]) == key(s);
  c = with_room(c);
  if (present) {
    c->items()[at] = s;
    return false;
  }
  std::move_backward(c->items() + at, c->items() + c->size, c->items() + c->size + 1);
  c->items()[at] = s;
  ++c->size;
  return true;
}

bool writer::insert(subscriber_set& set, const subscriber& s) {
  if (set.empty()) {
    chunk* c = make_chunk(1);
    c->items()[0] = s;
    c->size = 1;
    set = subscriber_set{c};
    return true;
  }
  if (set.indexed())
    return insert_indexed(set, s);
  chunk* c = set.single();
  if (c->size == chunk::most) {
    chunk_index* i = make_index(4);
    i->chunks()[0] = c;
    i->size = 1;
    i->total = c->size;
    set = subscriber_set{i};
    return insert_indexed(set, s);
  }
  const bool added = insert(c, s);
  set = subscriber_set{c};
  return added;
}

chunk_index* writer::make_index(std::uint32_t capacity) {
  return new (allocate(sizeof(chunk_index) + capacity * sizeof(chunk*))) chunk_index{epoch_, 0, 0, capacity};
}

chunk_index* writer::editable_index(subscriber_set& set, std::uint32_t room) {
  chunk_index* i = set.index();
  if (i->epoch == epoch_ && i->size + room <= i->capacity)
    return i;
  const std::uint32_t wanted = i->size + room;
  chunk_index* copy = make_index(wanted <= i->capacity ? i->capacity : wanted + wanted / 2);
  std::copy_n(i->chunks(), i->size, copy->chunks());
  copy->size = i->size;
  copy->total = i->total;
  discard(i, kind::chunk_index, i->epoch);
  set = subscriber_set{copy};
  return copy;
}

bool writer::insert_indexed(subscriber_set& set, const subscriber& s) {
  chunk_index* i = editable_index(set, 1);
  const auto at = chunk_for(*i, s);
  chunk*& target = i->chunks()[at];
  if (target->size == chunk::most) { // two halves
    chunk* right = make_chunk(chunk::most);
    right->size = chunk::most / 2;
    std::copy_n(target->items() + chunk::most / 2, right->size, right->items());
    chunk* left = make_chunk(chunk::most);
    left->size = chunk::most / 2;
    std::copy_n(target->items(), left->size, left->items());
    discard(target, kind::chunk, target->epoch);
    std::move_backward(i->chunks() + at + 1, i->chunks() + i->size, i->chunks() + i->size + 1);
    i->chunks()[at] = left;
    i->chunks()[at + 1] = right;
    ++i->size;
    return insert_indexed(set, s);
  }
  const bool added = insert(target, s);
  i->total += added ? 1 : 0;
  return added;
}

bool writer::erase(subscriber_set& set, const subscriber& address) {
  if (set.empty())
    return false;
  if (set.indexed())
    return erase_indexed(set, address);
  chunk* c = set.single();
  const auto at = position(*c, address);
  if (at == c->size || key(c->items()[at]) != key(address))
    return false;
  if (c->size == 1) {
    discard(c, kind::chunk, c->epoch);
    set = {};
    return true;
  }
  chunk* copy = c;
  if (c->epoch != epoch_) {
    copy = make_chunk(c->size);
    std::copy_n(c->items(), c->size, copy->items());
    copy->size = c->size;
    discard(c, kind::chunk, c->epoch);
  }
  std::move(copy->items() + at + 1, copy->items() + copy->size, copy->items() + at);
  --copy->size;
  set = subscriber_set{copy};
  return true;
}

bool writer::erase_indexed(subscriber_set& set, const subscriber& address) {
  const auto found = chunk_for(*set.index(), address);
  subscriber_set part{set.index()->chunks()[found]};
  const auto* c = part.single();
  const auto at = position(*c, address);
  if (at == c->size || key(c->items()[at]) != key(address))
    return false;
  chunk_index* i = editable_index(set, 0);
  erase(part, address);
  --i->total;
  if (!part.empty()) {
    i->chunks()[found] = part.single();
    return true;
  }
  std::move(i->chunks() + found + 1, i->chunks() + i->size, i->chunks() + found);
  if (--i->size == 0) {
    discard(i, kind::chunk_index, i->epoch);
    set = {};
  }
  return true;
}

} // namespace troupe::mqtt::trie
