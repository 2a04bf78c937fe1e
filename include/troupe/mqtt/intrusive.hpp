// A reference-counted pointer for immutable objects that threads share: one word, no control block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace troupe::mqtt {

/// Base of what `ref` points to. `Derived::destroy(const Derived*)` frees the object.
template <class Derived>
class ref_counted {
public:
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void add_ref() const noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }

  void release() const noexcept {
    // A sole owner needs no read-modify-write: nobody else can add a reference.
    if (refs_.load(std::memory_order_acquire) == 1 || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      Derived::destroy(static_cast<const Derived*>(this));
  }

  bool unique() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

protected:
  ref_counted() = default;
  ~ref_counted() = default;

private:
  mutable std::atomic<std::uint32_t> refs_{1};
};

/// Owns one reference. A new object is born with one, which `adopt` takes over.
template <class T>
class ref {
public:
  ref() = default;
  ref(std::nullptr_t) {} // NOLINT(google-explicit-constructor): like the standard's pointers
  ref(const ref& other) noexcept : p_(other.p_) {
    if (p_ != nullptr)
      p_->add_ref();
  }
  ref(ref&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  ref& operator=(ref other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~ref() {
    if (p_ != nullptr)
      p_->release();
  }

  static ref adopt(T* p) noexcept {
    ref r;
    r.p_ = p;
    return r;
  }

  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  friend bool operator==(const ref& a, const ref& b) noexcept { return a.p_ == b.p_; }
  friend bool operator==(const ref& a, std::nullptr_t) noexcept { return a.p_ == nullptr; }

private:
  T* p_ = nullptr;
};

} // namespace troupe::mqtt
